/** Who is signed in: the session behind the cookie, looked up in the tenant of this request only. */

import { readSessionCookies } from '../answer/cookies.ts'
import type { Check } from '../pipeline.ts'

export const checkSession: Check = async (exchange, around) => {
  const wanted = exchange.route.session ?? 'none'
  if (wanted === 'none') return null
  const { tenant } = exchange
  if (tenant !== null) {
    for (const cookie of readSessionCookies(exchange.headers.cookie)) {
      if (cookie.tenant !== undefined && cookie.tenant !== tenant.name) continue
      const session = await around.readSession(tenant, cookie.token)
      if (session === null) continue
      exchange.session = { uid: session.uid, csrf: session.csrf, token: cookie.token }
      break
    }
  }
  // Keeps promise: software/url-access
  return wanted === 'required' && exchange.session === null ? around.signIn(exchange) : null
}
