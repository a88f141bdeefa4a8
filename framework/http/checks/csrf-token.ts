/** A change in the name of a cookie needs the session's token besides: in a hidden field, or in a header. */

import { text } from '../answer/reply.ts'
import type { Check } from '../pipeline.ts'
import { fromBrowser } from './origin.ts'

// Keeps promise: software/csrf
export const checkCsrfToken: Check = (exchange, { checkCsrf }) => {
  const { route, session } = exchange
  if (session === null || route.safe === true || exchange.method !== 'POST') return null
  // Programs with a cookie jar (odoorpc, mobile clients) know no token; what a browser sends is recognised by its headers.
  if (route.kind === 'RPC' && !fromBrowser(exchange)) return null
  const header = exchange.headers['x-csrf-token']
  const submitted =
    typeof header === 'string' ? header : route.kind === 'RPC' ? null : exchange.form().get('csrf_token')
  return checkCsrf(session.csrf, submitted)
    ? null
    : text(403, 'This form is no longer valid. Go back, reload the page and try again.')
}
