/** What has to hold at the end of an upgrade, on the rehearsal's copy as on the real database. One that does not stops it. */

import { ConflictError } from '../../../errors.ts'
import type { Env } from '../../../orm/index.ts'
import { id as name, join, type Queryable, type Sql, sql } from '../../../sql/index.ts'
import type { AppManifest } from '../../app.ts'
import { readCatalog } from '../../schema/catalog.ts'
import { readPrevious } from '../../schema/previous.ts'
import { readPlan } from '../../schema/sync.ts'

/** Rows by table. */
export type RowCounts = ReadonlyMap<string, number>

// Rewritten by every upgrade from what the applications declare.
const reflection = /^(hf_|ir_model|ir_rule$|ir_module_module$|rule_group_rel$)/

/** Counts the rows of all tables but those that an upgrade rewrites. */
export async function countRows(tx: Queryable): Promise<RowCounts> {
  const tables = [...(await readCatalog(tx)).tables.keys()].filter((table) => !reflection.test(table))
  if (tables.length === 0) return new Map()
  const counts: Sql[] = tables.map((table) => sql`SELECT ${table} AS name, count(*)::int4 AS n FROM ${name(table)}`)
  const rows = await tx.query<{ name: string; n: number }>(join(counts, ' UNION ALL '), { prepared: false })
  return new Map(rows.map((row) => [row.name, row.n]))
}

/**
 * Schema equals models, no row is missing that nobody removed, all constraints hold, every model can be read, and the
 * applications are content.
 * @param before row counts from before, under the table names of now; without those of tables that went
 * @param removed number of records that the upgrade took away, by its own account
 * @throws ConflictError ERR_UPGRADE_CHECK
 */
export async function checkUpgraded(
  env: Env,
  tx: Queryable,
  apps: readonly AppManifest[],
  before: RowCounts,
  removed: number,
): Promise<void> {
  const change = await readPlan(tx, env.registry, { previous: await readPrevious(tx) })
  if (change.size > 0) {
    const left = [...change.early, ...change.tables, ...change.keys][0]?.compile().text ?? change.required[0]?.field
    fail(`the schema still differs from the models (${left})`)
  }
  const after = await countRows(tx)
  let missing = 0
  for (const [table, n] of before) if (after.has(table)) missing += Math.max(0, n - (after.get(table) ?? 0))
  if (missing > removed) fail(`${missing - removed} rows are missing that nobody removed`)
  await checkConstraints(tx)
  for (const app of apps) {
    try {
      await app.check?.(env)
    } catch (cause) {
      throw new ConflictError('ERR_UPGRADE_CHECK', said(`${app.name} says: ${(cause as Error).message}`), { cause })
    }
  }
  await readEveryModel(env)
}

async function checkConstraints(tx: Queryable): Promise<void> {
  await tx.query(sql`SET CONSTRAINTS ALL IMMEDIATE`)
  const broken = await tx.query<{ name: string }>(sql`
    SELECT k.conname AS name FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace
    WHERE n.nspname = current_schema() AND NOT k.convalidated
    UNION ALL
    SELECT c.relname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND NOT i.indisvalid`)
  if (broken.length > 0) fail(`the constraint or index ${broken[0]?.name} does not hold`)
}

/** Reads one record of every model with all of its fields, which finds columns, relations and computations that do not work. */
export async function readEveryModel(env: Env): Promise<void> {
  for (const model of env.registry.models.values()) {
    if (model.options.abstract) continue
    const records = env.withContext({ active_test: false }).model(model.name)
    if (!env.system && !(await records.has_access('read'))) continue
    try {
      const fields = Object.keys(await records.fields_get())
      await records.search_read([], fields, 0, 1)
    } catch (cause) {
      throw new ConflictError('ERR_UPGRADE_CHECK', said(`${model.name} cannot be read: ${(cause as Error).message}`), {
        cause,
      })
    }
  }
}

function fail(what: string): never {
  throw new ConflictError('ERR_UPGRADE_CHECK', said(what))
}

function said(what: string): string {
  return `The upgrade was taken back and the database is as it was, because a check failed: ${what}.`
}
