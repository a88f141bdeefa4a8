/** Installing, upgrading and removing applications from within a request of an administrator; the caller has checked that the user may. */

import type { Env } from '../../orm/index.ts'
import { sql } from '../../sql/index.ts'
import { availableApps, rediscoverApps } from '../discover/discover.ts'
import { installApps } from '../install/install.ts'
import { writeModules } from '../install/content/module-rows.ts'
import { uninstallApps, withDependants } from '../install/uninstall/uninstall.ts'
import { upgradeTenant } from '../install/upgrade/upgrade.ts'
import { tenantOf } from '../tenant/open-tenants.ts'
import { installedApps } from '../tenant/tenant-registry.ts'
import { transactionOf } from './own-models/apply.ts'

/**
 * Installs the applications and what they depend on. Demo data comes along where the tenant was made with it. As the next
 * two it runs in a transaction of its own when the request's has committed, and the request waits for it: the lock that
 * keeps others from writing has to come before the snapshot, and the request has its snapshot already.
 */
export async function installModules(env: Env, names: readonly string[]): Promise<void> {
  const tx = transactionOf(env)
  const tenant = tenantOf(env)
  const [base] = await tx.query<{ demo: boolean | null }>(sql`SELECT demo FROM ir_module_module WHERE name = 'base'`)
  tx.afterCommit(async () => void (await installApps(tenant, names, { demo: base?.demo === true })))
}

/** Brings the whole tenant to the applications as this process has loaded them. */
export function upgradeModules(env: Env): void {
  const tenant = tenantOf(env)
  transactionOf(env).afterCommit(async () => void (await upgradeTenant(tenant)))
}

/** Takes the applications and those that depend on them out. @throws as `withDependants` */
export async function uninstallModules(env: Env, names: readonly string[]): Promise<void> {
  const tx = transactionOf(env)
  const tenant = tenantOf(env)
  const apps = await withDependants(tx, names)
  tx.afterCommit(async () => void (await uninstallApps(tenant, apps)))
}

/** Looks for applications that came to the folders since, and writes them down. @returns how many are new */
export async function findModules(env: Env): Promise<number> {
  const tx = transactionOf(env)
  const count = async (): Promise<number> =>
    (await tx.query<{ n: number }>(sql`SELECT count(*)::int4 AS n FROM ir_module_module`))[0]?.n ?? 0
  const before = await count()
  await rediscoverApps()
  await writeModules(tx, await availableApps(), new Set(await installedApps(tx)), false, false)
  return (await count()) - before
}
