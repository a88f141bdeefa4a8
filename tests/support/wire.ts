/** One HTTP request as bytes on the wire, with every header in the caller's hand. */

import { request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'

export interface Sent {
  /** Default POST with a body, GET without. */
  readonly method?: string
  readonly path: string
  /** The Host header without port; default `localhost`. */
  readonly host?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Received {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** Sends to a listener on loopback; with `ca` over TLS. */
export function send(port: number, sent: Sent, ca?: string): Promise<Received> {
  const { method = sent.body === undefined ? 'GET' : 'POST', path, host = 'localhost', headers = {}, body } = sent
  const options = {
    host: '127.0.0.1',
    port,
    method,
    path,
    agent: false,
    headers: { host: host.includes('@') ? host : `${host}:${port}`, connection: 'close', ...headers },
    timeout: 60_000,
  }
  return new Promise((resolve, reject) => {
    const request =
      ca === undefined ? plainRequest(options) : secureRequest({ ...options, ca, servername: host || 'localhost' })
    request.on('error', reject)
    request.on('timeout', () => request.destroy(new Error(`${method} ${path} got no answer within 60 s`)))
    request.on('response', (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(parts).toString('utf8'),
        }),
      )
    })
    request.end(body)
  })
}
