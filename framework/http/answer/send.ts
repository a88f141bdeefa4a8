/** Writes a reply to the wire. */

import type { ServerResponse } from 'node:http'
import type { Reply } from '../exchange.ts'
import type { Kind } from '../routes.ts'
import { policyOf, securityHeaders } from './headers.ts'

export interface SendOptions {
  readonly kind: Kind
  readonly secure: boolean
  /** HEAD: headers only. */
  readonly head: boolean
  /** Ask the client to open a new connection next time: the server is closing, or the body was not read to its end. */
  readonly close: boolean
}

export function send(response: ServerResponse, reply: Reply, options: SendOptions): void {
  if (response.destroyed || response.headersSent) return
  // A text stays a text: Node then writes headers and body in one piece.
  const body = reply.body ?? ''
  const isWhole = typeof body === 'string' || body instanceof Uint8Array
  const length = typeof body === 'string' ? Buffer.byteLength(body) : isWhole ? body.length : null
  const headers = [
    ...securityHeaders(options.kind, options.secure),
    'Content-Security-Policy',
    reply.csp ?? policyOf(options.kind),
    'Cache-Control',
    reply.cache ?? 'no-store',
  ]
  if (length !== null) headers.push('Content-Length', String(length))
  if (length !== 0 || reply.type !== undefined) headers.push('Content-Type', reply.type ?? 'text/plain; charset=utf-8')
  if (reply.headers !== undefined) for (const name in reply.headers) headers.push(name, reply.headers[name] as string)
  for (const cookie of reply.cookies ?? []) headers.push('Set-Cookie', cookie)
  if (options.close) headers.push('Connection', 'close')
  response.writeHead(reply.status, headers)
  if (options.head) response.end()
  else if (isWhole) response.end(body)
  else pump(response, body).catch(() => response.destroy())
}

// Other requests get their turn between two pieces, and a client that takes slowly holds no more than its buffer in memory.
async function pump(response: ServerResponse, pieces: Iterable<string>): Promise<void> {
  for (const piece of pieces) {
    if (response.destroyed) return
    if (!response.write(piece)) await takenBy(response)
    await new Promise(setImmediate)
  }
  response.end()
}

function takenBy(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })
}
