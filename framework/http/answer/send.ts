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
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length
  const headers = [
    ...securityHeaders(options.kind, options.secure),
    'Content-Security-Policy',
    reply.csp ?? policyOf(options.kind),
    'Cache-Control',
    reply.cache ?? 'no-store',
    'Content-Length',
    String(length),
  ]
  if (length > 0 || reply.type !== undefined) headers.push('Content-Type', reply.type ?? 'text/plain; charset=utf-8')
  if (reply.headers !== undefined) for (const name in reply.headers) headers.push(name, reply.headers[name] as string)
  for (const cookie of reply.cookies ?? []) headers.push('Set-Cookie', cookie)
  if (options.close) headers.push('Connection', 'close')
  response.writeHead(reply.status, headers)
  response.end(options.head ? undefined : body)
}
