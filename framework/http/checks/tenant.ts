/** Which tenant a request is for: the host says so; at a shared host the session cookie does. */

import { readSessionCookies } from '../answer/cookies.ts'
import { text } from '../answer/reply.ts'
import type { Check } from '../pipeline.ts'

export const checkTenant: Check = async (exchange, { directory, hosts }) => {
  const { route } = exchange
  if (route.tenant === 'none') return null
  exchange.hostTenant = await directory.byHost(exchange.host)
  exchange.tenant = exchange.hostTenant
  if ((route.session ?? 'none') !== 'none' && hosts.kindOf(exchange.host) === 'shared') {
    const named = readSessionCookies(exchange.headers.cookie).find((cookie) => cookie.tenant !== undefined)?.tenant
    if (named !== undefined && named !== exchange.tenant?.name)
      exchange.tenant = (await directory.byName(named)) ?? exchange.tenant
  }
  // The same words as for a page that is not there: whether a tenant of this name exists is nobody's business.
  return exchange.tenant === null && route.tenant !== 'optional' && route.kind !== 'RPC'
    ? text(404, 'Not found.')
    : null
}
