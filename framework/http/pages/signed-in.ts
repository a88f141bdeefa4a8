/** Who asks for a page that needs a session. */

import type { Tenant } from '../../access/index.ts'
import { SessionExpiredError } from '../../errors.ts'
import type { Exchange } from '../exchange.ts'

/** @throws SessionExpiredError where the route forgot to require a session: closed rather than open */
export function signedIn(exchange: Exchange): { readonly tenant: Tenant; readonly uid: number } {
  if (exchange.tenant === null || exchange.session === null)
    throw new SessionExpiredError('ERR_SESSION_EXPIRED', 'Sign in first.')
  return { tenant: exchange.tenant, uid: exchange.session.uid }
}
