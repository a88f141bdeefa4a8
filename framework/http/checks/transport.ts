/** Pages and whatever carries a cookie or a token of a person travel over HTTPS only. */

import { redirect, text } from '../answer/reply.ts'
import type { Check } from '../pipeline.ts'

// Keeps promise: passwords/https-only
export const checkTransport: Check = (exchange, { httpsPort }) => {
  if (exchange.secure) return null
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') return text(403, 'Use HTTPS.')
  const { host: header } = exchange.headers
  const name = exchange.host.includes(':') ? `[${exchange.host}]` : exchange.host
  // Without a port the client came through a proxy at the standard one; HTTPS is then at its standard port too.
  const port = header !== undefined && /:[0-9]+$/.test(header) && httpsPort !== 443 ? `:${httpsPort}` : ''
  return redirect(`https://${name}${port}${exchange.request.url ?? '/'}`, 307)
}
