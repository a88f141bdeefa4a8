/** The first-login link of a tenant's administrator. */

import { createLink } from '../../../framework/auth/index.ts'
import { sql } from '../../../framework/sql/index.ts'
import { adminUid } from './create-tenant.ts'
import type { Hosting } from './hosting.ts'

/**
 * A fresh link while the administrator has no password, so nobody can ever have signed in with one; earlier links end.
 * @returns null when there is a password, or no such user
 */
export async function firstLoginLink(hosting: Hosting, name: string): Promise<string | null> {
  const tenant = await hosting.tenants.open(name)
  const [user] = await tenant.pool.query<{ is_new: boolean }>(
    sql`SELECT password IS NULL AS is_new FROM res_users WHERE id = ${adminUid} AND active`,
  )
  if (user?.is_new !== true) return null
  return `${hosting.urlOf(name)}/web/first-login/${await createLink(tenant, adminUid, 'first-login')}`
}
