/** Everything between a tenant's database as it is and one of its applications as they are on disk. */

import { auditTables } from '../../audit/index.ts'
import { type Tenant, withSystemEnv } from '../../access/index.ts'
import { authTables } from '../../auth/index.ts'
import type { Declaration, Env, ModelRegistry } from '../../orm/index.ts'
import { type Queryable, sql, type Transaction } from '../../sql/index.ts'
import type { AppManifest } from '../app.ts'
import { availableApps } from '../discover/discover.ts'
import { loadAccess } from '../rights/declared-access.ts'
import { checkFormulas } from '../overlay/formulas.ts'
import { publishAccess } from '../rights/publish-access.ts'
import { type PreviousModels, readPrevious } from '../schema/previous.ts'
import { beginSchemaSync, refuse, type SchemaReport, type SchemaSync } from '../schema/sync.ts'
import { createSystemTables } from '../system-tables.ts'
import { noteModelsChanged } from '../tenant/open-tenants.ts'
import { ExternalIds } from './content/external-ids.ts'
import { fillNewColumns } from './content/fill-new-columns.ts'
import { loadRecords } from './content/load-records.ts'
import { writeModules } from './content/module-rows.ts'
import { reflectModels } from './content/reflect-models.ts'
import { checkUpgraded, countRows, type RowCounts } from './upgrade/checks.ts'
import { saveFingerprints } from './upgrade/fingerprint.ts'
import { registryAhead } from './upgrade/registry-ahead.ts'
import { renameRecords } from './upgrade/rename-records.ts'
import { removeStaleRecords } from './upgrade/stale-records.ts'
import { runSteps } from './upgrade/steps.ts'

export interface Work {
  /** Load the demo data of the applications, too. */
  readonly demo: boolean
  /** Applications whose records are loaded. */
  readonly of: ReadonlySet<string>
  /** The database holds data: records are brought up to date, everything is checked at the end. */
  readonly upgrade: boolean
  /** What no model asks for any more goes with its values, instead of being kept aside. */
  readonly discard?: 'fresh' | 'all' | 'nothing'
  /** Records that the caller removed before, so that the check of rows expects them to be missing. */
  readonly removed?: number
  /** Row counts from before the caller's own changes; default: counted here. */
  readonly before?: RowCounts
}

/**
 * Brings the database to these applications (manifests in the order of their dependencies).
 * @throws ConflictError ERR_SCHEMA_LOSS before anything is touched, ERR_UPGRADE_CHECK when a check at the end fails; the
 *   caller's transaction then has to be rolled back
 */
export async function bring(
  tenant: Tenant,
  tx: Transaction,
  apps: readonly AppManifest[],
  work: Work,
): Promise<SchemaReport> {
  await createSystemTables(tx, [...authTables, ...auditTables])
  // Installations of one tenant wait for each other.
  await tx.query(sql`SELECT n FROM hf_epoch FOR UPDATE`)
  const previous = await readPrevious(tx)
  const before = work.upgrade ? (work.before ?? (await countRows(tx))) : new Map<string, number>()
  const registry = await registryAhead(
    apps.map(({ name }) => name),
    tx,
    previous,
  )
  const schema = await beginSchemaSync(tx, registry, { previous, discard: work.discard ?? 'nothing' })
  const { renames } = schema.change
  await renameRecords(tx, renames, registry)
  await tx.query(sql`SET CONSTRAINTS ALL DEFERRED`)
  await reflectModels(tx, registry)
  const ids = await ExternalIds.read(tx)
  const ahead = { ...tenant, registry }
  const removed = await withSystemEnv(ahead, 'modules.install', { tx, isBulk: true }, async (env) => {
    await loadRecords(env, tx, declarationsOf(registry, work), ids, work.upgrade)
    await fillNewColumns(env, tx, schema.change.added)
    if (!work.upgrade) return 0
    await runSteps(env, tx, apps)
    return (await removeStaleRecords(env, tx, work.of)).removed
  })
  await loadAccess(tx, registry, ids, work.upgrade)
  if (work.upgrade) {
    await checkRules(tx, registry)
    // A formula whose fields are gone would silently have no value.
    checkFormulas(registry, registry, undefined)
  }
  await writeModules(tx, await availableApps(), new Set(registry.apps), work.demo)
  await saveFingerprints(tx, apps)
  const report = await finish(schema, previous)
  if (work.upgrade) {
    const now = new Map([...before].map(([table, n]) => [renames.tableNow(table), n]))
    await withSystemEnv(ahead, 'modules.check', { tx, isBulk: true }, (env: Env) =>
      checkUpgraded(env, tx, apps, now, removed + (work.removed ?? 0)),
    )
  }
  await noteModelsChanged(tx)
  tx.afterCommit(() => {
    tenant.registry = registry
  })
  return report
}

async function finish(schema: SchemaSync, previous: PreviousModels): Promise<SchemaReport> {
  const report = await schema.finish()
  // A default can turn out to be nothing; then it is known only here, and all is taken back.
  if (previous.models.size > 0)
    refuse(report.lacking.map((field) => `${field} records would lack this required field. Give it a default.`))
  return report
}

// Rules that people wrote have to mean something with the models of now: one that is passed over would open doors.
async function checkRules(tx: Queryable, registry: ModelRegistry): Promise<void> {
  const rules = await tx.query<{ id: number }>(sql`SELECT id FROM ir_rule ORDER BY id`)
  await publishAccess(
    tx,
    registry,
    'ir.rule',
    rules.map(({ id }) => id),
  )
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
