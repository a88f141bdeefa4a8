/** Takes applications out of a tenant: their records, fields, columns, tables, rights; or tells what that would do. */

import { actorOf, originWithin, recordAudit } from '../../../audit/index.ts'
import { type Tenant, withSystemEnv } from '../../../access/index.ts'
import { UserError } from '../../../errors.ts'
import { buildRegistry, type ModelRegistry } from '../../../orm/index.ts'
import { id as name, literal, type Queryable, sql, type Transaction } from '../../../sql/index.ts'
import type { AppManifest } from '../../app.ts'
import { loadApps } from '../../discover/load.ts'
import { readPrevious } from '../../schema/previous.ts'
import { readPlan, type SchemaReport } from '../../schema/sync.ts'
import { installedApps, registryOf } from '../../tenant/tenant-registry.ts'
import { alone } from '../alone.ts'
import { bring } from '../bring.ts'
import { countRows } from '../upgrade/checks.ts'
import { registryAhead } from '../upgrade/registry-ahead.ts'
import { removeRecords } from '../upgrade/stale-records.ts'
import { forgetModels } from './forget-models.ts'
import { fieldsThatGo, modelsThatGo } from './what-goes.ts'

/** What taking applications out would do. */
export interface UninstallPlan {
  /** The applications that go: those that were named and those that depend on them, these first. */
  readonly apps: readonly string[]
  /** What would be lost, in words. */
  readonly words: readonly string[]
  /** Why it would be refused. */
  readonly refusals: readonly string[]
}

/**
 * The named applications and the installed ones that depend on them, these first.
 * @throws UserError ERR_APP_BASE for base, ERR_APP_NOT_INSTALLED
 */
export async function withDependants(db: Queryable, names: readonly string[]): Promise<string[]> {
  const installed = await loadApps(await installedApps(db))
  if (names.includes('base'))
    throw new UserError('ERR_APP_BASE', 'The application base is what all others stand on; it cannot be uninstalled.')
  const missing = names.find((one) => !installed.some((app) => app.name === one))
  if (missing !== undefined)
    throw new UserError('ERR_APP_NOT_INSTALLED', `The application ${missing} is not installed.`)
  const going = new Set(names)
  // Dependencies come first in the list, so one pass finds what depends on them.
  for (const app of installed) if (app.depends.some((other) => going.has(other))) going.add(app.name)
  return installed
    .map((app) => app.name)
    .filter((one) => going.has(one))
    .reverse()
}

/** What `uninstallApps` would do; changes nothing. @throws as `withDependants` */
export async function planUninstall(tenant: Tenant, names: readonly string[]): Promise<UninstallPlan> {
  const apps = await withDependants(tenant.pool, names)
  const { before, staying, doomed } = await outlook(tenant.pool, apps)
  const previous = await readPrevious(tenant.pool)
  const after = await registryAhead(
    staying.map((app) => app.name),
    tenant.pool,
    previous,
    doomed,
  )
  const change = await readPlan(tenant.pool, after, { previous, discard: 'fresh' })
  const shipped = await shippedRecords(tenant.pool, apps, modelsThatGo(before, buildRegistry(after.apps)))
  const words = [...Map.groupBy(shipped, (row) => row.model)].map(
    ([model, rows]) => `remove ${rows.length} records of ${model} that the applications brought`,
  )
  for (const field of doomed) words.push(`remove ${field}, which people made and which needs them`)
  return { apps, words: [...words, ...change.words], refusals: change.refusals }
}

/**
 * Takes the applications and those that depend on them out, in one transaction.
 * @throws as `withDependants`; ConflictError ERR_SCHEMA_LOSS, ERR_UPGRADE_CHECK; then the tenant is as it was
 */
export async function uninstallApps(tenant: Tenant, names: readonly string[]): Promise<SchemaReport> {
  await loadApps(tenant.registry.apps)
  return alone(tenant, (tx) => uninstallIn(tenant, tx, names))
}

async function uninstallIn(tenant: Tenant, tx: Transaction, names: readonly string[]): Promise<SchemaReport> {
  const apps = await withDependants(tx, names)
  await tx.query(sql`SELECT n FROM hf_epoch FOR UPDATE`)
  const before = await countRows(tx)
  const { before: registry, staying, doomed } = await outlook(tx, apps)
  const models = modelsThatGo(registry, buildRegistry(staying.map((app) => app.name)))
  await removeOwnFields(tx, registry, doomed)
  const shipped = await shippedRecords(tx, apps, models)
  const ahead = { ...tenant, registry: await registryOf(registry.apps, tx) }
  const removal = await withSystemEnv(ahead, 'modules.uninstall', { tx, isBulk: true }, (env) =>
    removeRecords(env, tx, shipped),
  )
  await tx.query(sql`SET CONSTRAINTS ALL IMMEDIATE`)
  const lost = await forgetModels(tx, registry, models)
  await emptyLostChoices(tx, registry, buildRegistry(staying.map((app) => app.name)))
  await tx.query(sql`DELETE FROM ir_model_data WHERE module = ANY(${apps}::text[])`)
  await tx.query(
    sql`UPDATE ir_module_module SET state = 'uninstalled', latest_version = NULL, demo = false WHERE name = ANY(${apps}::text[])`,
  )
  const report = await bring(tenant, tx, staying, {
    demo: false,
    of: new Set(),
    upgrade: true,
    discard: 'fresh',
    before,
    removed: removal.removed + lost + (await cascaded(tx, before)),
  })
  await recordAudit(tx, actorOf(originWithin('command'), null), [{ kind: 'app.removed', what: { apps } }])
  return report
}

// What hangs on a removed record goes with it by the rules of its own model; that is no loss that the check has to find.
async function cascaded(tx: Transaction, before: ReadonlyMap<string, number>): Promise<number> {
  const now = await countRows(tx)
  let missing = 0
  for (const [table, n] of before) missing += Math.max(0, n - (now.get(table) ?? n))
  return missing
}

interface Outlook {
  readonly before: ModelRegistry
  readonly staying: readonly AppManifest[]
  /** Fields of people that cannot be without what goes, as `model.field`. */
  readonly doomed: ReadonlySet<string>
}

async function outlook(db: Queryable, apps: readonly string[]): Promise<Outlook> {
  const installed = await installedApps(db)
  await loadApps(installed)
  const before = await registryOf(installed, db)
  const staying = await loadApps(installed.filter((one) => !apps.includes(one)))
  const after = buildRegistry(staying.map((app) => app.name))
  return { before, staying, doomed: fieldsThatGo(before, after) }
}

interface ShippedRow extends Record<string, unknown> {
  readonly id: number
  readonly module: string
  readonly name: string
  readonly model: string
  readonly res_id: number
}

// What also bears a name of an application that stays, stays. Records of models that go need no removal of their own.
function shippedRecords(db: Queryable, apps: readonly string[], models: ReadonlySet<string>): Promise<ShippedRow[]> {
  return db.query<ShippedRow>(sql`
    SELECT d.id, d.module, d.name, d.model, d.res_id FROM ir_model_data d
    WHERE d.module = ANY(${[...apps]}::text[]) AND d.res_id IS NOT NULL AND d.model <> ALL(${[...models]}::text[])
      AND d.model NOT IN ('ir.model', 'ir.model.fields', 'ir.model.fields.selection', 'ir.module.module')
      AND NOT EXISTS (SELECT 1 FROM ir_model_data o JOIN ir_module_module m ON m.name = o.module AND m.state = 'installed'
        WHERE o.model = d.model AND o.res_id = d.res_id AND o.module <> ALL(${[...apps]}::text[]))
    ORDER BY d.id DESC`)
}

async function removeOwnFields(tx: Queryable, registry: ModelRegistry, doomed: ReadonlySet<string>): Promise<void> {
  for (const key of doomed) {
    const dot = key.lastIndexOf('.')
    const model = registry.models.get(key.slice(0, dot))
    const field = model?.fields.get(key.slice(dot + 1))
    if (!model || !field) continue
    await tx.query(
      sql`DELETE FROM ir_model_fields WHERE model = ${model.name} AND name = ${field.name} AND state = 'manual'`,
    )
    if (field.link) await tx.query(sql`DROP TABLE IF EXISTS ${name(field.link.table)}`, { prepared: false })
    else if (field.column)
      await tx.query(sql`ALTER TABLE ${name(model.table)} DROP COLUMN IF EXISTS ${name(field.name)}`, {
        prepared: false,
      })
  }
}

// A choice that an application added to a field of another one: the field falls back to its default, or to nothing.
async function emptyLostChoices(tx: Queryable, before: ModelRegistry, after: ModelRegistry): Promise<void> {
  for (const model of after.models.values()) {
    for (const field of model.fields.values()) {
      if (field.kind !== 'selection' || !field.column || model.options.abstract) continue
      const offered = new Set(field.selection?.map(([value]) => value))
      const was = before.models.get(model.name)?.fields.get(field.name)?.selection ?? []
      const lost = was.map(([value]) => value).filter((value) => !offered.has(value))
      if (lost.length === 0) continue
      const fallback = field.options.default
      const value =
        typeof fallback === 'string' && offered.has(fallback)
          ? literal(fallback)
          : field.options.required
            ? undefined
            : sql`NULL`
      if (value === undefined) continue
      await tx.query(
        sql`UPDATE ${name(model.table)} SET ${name(field.name)} = ${value} WHERE ${name(field.name)} = ANY(${lost}::text[])`,
        { prepared: false },
      )
    }
  }
}
