/** Installs applications into a tenant: schema, records, rights and reflection in one transaction. */

import { type Tenant, withSystemEnv } from '../../access/index.ts'
import { authTables } from '../../auth/index.ts'
import type { Declaration, ModelRegistry } from '../../orm/index.ts'
import { type Queryable, sql, type Transaction, withTransaction } from '../../sql/index.ts'
import { availableApps } from '../discover/discover.ts'
import { loadApps } from '../discover/load.ts'
import { loadAccess } from '../rights/declared-access.ts'
import { beginSchemaSync, readPlan, type SchemaReport } from '../schema/sync.ts'
import { createSystemTables } from '../system-tables.ts'
import { noteModelsChanged } from '../tenant/open-tenants.ts'
import { installedApps, registryOf } from '../tenant/tenant-registry.ts'
import { ExternalIds } from './external-ids.ts'
import { fillNewColumns } from './fill-new-columns.ts'
import { loadRecords } from './load-records.ts'
import { writeModules } from './module-rows.ts'
import { reflectModels } from './reflect-models.ts'

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
  // A single try: the whole is long, and nothing else writes to a tenant's models meanwhile.
  return withTransaction(tenant.pool, (tx) => installInto(tenant, tx, apps, options), { tries: 2 })
}

/** The same inside the caller's transaction; the tenant's registry changes when it commits. */
export async function installInto(
  tenant: Tenant,
  tx: Transaction,
  apps: readonly string[],
  options: InstallOptions,
): Promise<SchemaReport> {
  const present = new Set(await installedApps(tx))
  const order = (await loadApps([...present, ...apps])).map(({ name }) => name)
  const fresh = new Set(order.filter((name) => !present.has(name)))
  if (fresh.size === 0) return { changes: 0, lacking: [] }
  return bring(tenant, tx, await registryOf(order, tx), { ...options, of: fresh, upgrade: false })
}

/** Brings a tenant to the applications as they are on disk now: schema, records, rights. A second time it changes nothing. */
export async function upgradeTenant(tenant: Tenant): Promise<SchemaReport> {
  await loadApps(tenant.registry.apps)
  return withTransaction(tenant.pool, async (tx) => {
    const installed = await installedApps(tx)
    const order = (await loadApps(installed)).map(({ name }) => name)
    return bring(tenant, tx, await registryOf(order, tx), { demo: false, of: new Set(order), upgrade: true })
  })
}

/** Whether the applications on disk are newer than the tenant's database, by their versions or by the schema they ask for. */
export async function needsUpgrade(tenant: Tenant): Promise<boolean> {
  const rows = await tenant.pool.query<{ name: string; version: string | null }>(
    sql`SELECT name, latest_version AS version FROM ir_module_module WHERE state = 'installed'`,
  )
  const onDisk = new Map((await loadApps(rows.map(({ name }) => name))).map(({ name, version }) => [name, version]))
  if (rows.some(({ name, version }) => onDisk.get(name) !== version)) return true
  const { tables, keys } = await readPlan(tenant.pool, tenant.registry)
  return tables.length + keys.length > 0
}

interface Work extends InstallOptions {
  /** Applications whose records are loaded. */
  readonly of: ReadonlySet<string>
  readonly upgrade: boolean
}

/** Everything between an empty or older database and one of this registry. */
export async function bring(
  tenant: Tenant,
  tx: Transaction,
  registry: ModelRegistry,
  work: Work,
): Promise<SchemaReport> {
  await createSystemTables(tx, authTables)
  // Installations of one tenant wait for each other.
  await tx.query(sql`SELECT n FROM hf_epoch FOR UPDATE`)
  const schema = await beginSchemaSync(tx, registry)
  await tx.query(sql`SET CONSTRAINTS ALL DEFERRED`)
  await reflectModels(tx, registry)
  const ids = await ExternalIds.read(tx)
  await withSystemEnv({ ...tenant, registry }, 'modules.install', { tx }, async (env) => {
    await loadRecords(env, tx, declarationsOf(registry, work), ids, work.upgrade)
    await fillNewColumns(env, tx, schema.added)
  })
  await loadAccess(tx, registry, ids, work.upgrade)
  await writeModules(tx, await availableApps(), new Set(registry.apps), work.demo)
  const report = await schema.finish()
  await noteModelsChanged(tx)
  tx.afterCommit(() => {
    tenant.registry = registry
  })
  return report
}

// Data of an application before its demo data, applications in the order of their dependencies.
function declarationsOf(registry: ModelRegistry, work: Work): Extract<Declaration, { is: 'records' }>[] {
  const mine = registry.declarations
    .filter((d) => d.is === 'records')
    .filter((d) => work.of.has(d.app) && (work.demo || d.options.demo !== true))
  return registry.apps.flatMap((app) => {
    const own = mine.filter((d) => d.app === app)
    return [...own.filter((d) => d.options.demo !== true), ...own.filter((d) => d.options.demo === true)]
  })
}

/** Whether the database holds no tables of ours yet. */
export async function isEmpty(db: Queryable): Promise<boolean> {
  const [row] = await db.query<{ there: boolean }>(sql`SELECT to_regclass('ir_module_module') IS NOT NULL AS there`)
  return row?.there !== true
}
