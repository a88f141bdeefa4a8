/** Installing applications from within a request of an administrator. */

import type { Env } from '../../orm/index.ts'
import { sql } from '../../sql/index.ts'
import { installInto } from '../install/install.ts'
import { tenantOf } from '../tenant/open-tenants.ts'
import { transactionOf } from './run-time-models.ts'

/**
 * Installs the applications and what they depend on, within the request's transaction. The caller has checked that the
 * user may. Demo data comes along where the tenant was made with it.
 */
export async function installModules(env: Env, names: readonly string[]): Promise<void> {
  const tx = transactionOf(env)
  const [base] = await tx.query<{ demo: boolean | null }>(sql`SELECT demo FROM ir_module_module WHERE name = 'base'`)
  await installInto(tenantOf(env), tx, names, { demo: base?.demo === true })
}
