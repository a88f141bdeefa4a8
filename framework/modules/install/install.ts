/** Installs applications into a tenant: schema, records, rights and reflection in one transaction. */

import { actorOf, originWithin, recordAudit } from '../../audit/index.ts'
import type { Tenant } from '../../access/index.ts'
import { type Queryable, sql, type Transaction } from '../../sql/index.ts'
import { loadApps } from '../discover/load.ts'
import type { SchemaReport } from '../schema/sync.ts'
import { installedApps } from '../tenant/tenant-registry.ts'
import { alone } from './alone.ts'
import { bring } from './bring.ts'

export interface InstallOptions {
  /** Load the demo data of the applications, too. */
  readonly demo: boolean
}

/**
 * Installs these applications and what they depend on; those that are there already stay untouched.
 * @throws InvalidRequestError ERR_APP_UNKNOWN; whatever fails, the tenant stays as it was
 */
export async function installApps(
  tenant: Tenant,
  apps: readonly string[],
  options: InstallOptions,
): Promise<SchemaReport> {
  await loadApps(apps)
  return alone(tenant, (tx) => installIn(tenant, tx, apps, options))
}

async function installIn(
  tenant: Tenant,
  tx: Transaction,
  apps: readonly string[],
  options: InstallOptions,
): Promise<SchemaReport> {
  const present = new Set(await installedApps(tx))
  const order = await loadApps([...present, ...apps])
  const fresh = new Set(order.map(({ name }) => name).filter((name) => !present.has(name)))
  if (fresh.size === 0) return { changes: 0, lacking: [], words: [] }
  const report = await bring(tenant, tx, order, { ...options, of: fresh, upgrade: false })
  await recordAudit(tx, actorOf(originWithin('command'), null), [{ kind: 'app.installed', what: { apps: [...fresh] } }])
  return report
}

/** Whether the database holds no tables of ours yet. */
export async function isEmpty(db: Queryable): Promise<boolean> {
  const [row] = await db.query<{ there: boolean }>(sql`SELECT to_regclass('ir_module_module') IS NOT NULL AS there`)
  return row?.there !== true
}
