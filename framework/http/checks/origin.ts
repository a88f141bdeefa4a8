/**
 * A browser that acts for a foreign page is refused: Fetch Metadata first, then Origin. Tenants are sibling hosts, hence one
 * "site"; therefore only the very same origin counts, never `same-site`.
 */

import { text } from '../answer/reply.ts'
import type { OpenExchange } from '../exchange.ts'
import type { Check } from '../pipeline.ts'

// Keeps promise: software/csrf
export const checkOrigin: Check = (exchange) => {
  const site = exchange.headers['sec-fetch-site']
  if (exchange.method === 'GET' || exchange.method === 'HEAD') {
    if (site === undefined || site === 'same-origin' || site === 'none' || isNavigation(exchange)) return null
    return refused()
  }
  if (exchange.route.ownCredentials === true) return null
  if (site !== undefined) return site === 'same-origin' || site === 'none' ? null : refused()
  const origin = exchange.headers.origin
  if (origin !== undefined) return origin.toLowerCase() === exchange.origin ? null : refused()
  // Neither header: no browser of today. A program may keep a cookie for the JSON routes (a form cannot send JSON); a page's form may not.
  return exchange.route.kind === 'RPC' || exchange.headers.cookie === undefined ? null : refused()
}

// Following a link from elsewhere to a page is what the web is for; embedding, fetching and framing are not.
function isNavigation(exchange: OpenExchange): boolean {
  return (
    exchange.route.kind !== 'RPC' &&
    exchange.headers['sec-fetch-mode'] === 'navigate' &&
    exchange.headers['sec-fetch-dest'] === 'document'
  )
}

function refused() {
  return text(403, 'This request comes from another site and was refused.')
}

/** Whether a browser (or something that says so) made the request. */
export function fromBrowser(exchange: OpenExchange): boolean {
  return exchange.headers['sec-fetch-site'] !== undefined || exchange.headers.origin !== undefined
}
