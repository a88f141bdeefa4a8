/** Brings a tenant's schema to its models, inside the caller's transaction. */

import { ConflictError } from '../../errors.ts'
import type { ModelRegistry } from '../../orm/index.ts'
import { id, join, type Queryable, type Sql, sql } from '../../sql/index.ts'
import { readCatalog } from './catalog.ts'
import { wantedSchema } from './desired.ts'
import type { Orphan, SchemaPlan } from './plan/draft.ts'
import { planSchema } from './plan/plan.ts'
import { findRenames, type Renames } from './plan/renames.ts'
import { noModels, type PreviousModels } from './previous.ts'

/** What a synchronisation did and what it could not do. */
export interface SchemaReport {
  /** Number of statements that changed something. */
  readonly changes: number
  /** Required fields whose column stays nullable because rows without a value exist, as `model.field: count`. */
  readonly lacking: readonly string[]
  /** What was done, in words. */
  readonly words: readonly string[]
}

export interface SyncOptions {
  /** The models as they were: what none asks for any more is let go. Without them (models of people) everything stays. */
  readonly previous?: PreviousModels
  /** What no model asks for is dropped with its values: what goes now, or also what was kept aside before. Default: values are kept aside. */
  readonly discard?: 'fresh' | 'all' | 'nothing'
}

/** What a synchronisation would do. */
export interface SchemaChange extends SchemaPlan {
  readonly renames: Renames
  /** Why it must not be done, in sentences; empty when it can. */
  readonly refusals: readonly string[]
  /** Number of statements; 0 = the database is up to date. */
  readonly size: number
}

/** A synchronisation in two halves, with the loading of data between them. */
export interface SchemaSync {
  readonly change: SchemaChange
  /** Foreign keys, checks, indexes and NOT NULL. */
  finish(): Promise<SchemaReport>
}

/**
 * Creates the missing tables and columns; `finish()` then adds keys and indexes.
 * @throws ConflictError ERR_SCHEMA_LOSS before anything is touched, when values would be lost or break a rule
 */
export async function beginSchemaSync(
  tx: Queryable,
  registry: ModelRegistry,
  options: SyncOptions = {},
): Promise<SchemaSync> {
  const change = await readPlan(tx, registry, options)
  refuse(change.refusals)
  for (const statement of [...change.early, ...change.tables]) await run(tx, statement)
  return {
    change,
    finish: async () => {
      // ALTER TABLE refuses a table that still has checks of the data waiting.
      await run(tx, sql`SET CONSTRAINTS ALL IMMEDIATE`)
      for (const statement of change.keys) await run(tx, statement)
      const lacking = await addRequired(tx, change.required)
      return { changes: change.size - lacking.length, lacking, words: change.words }
    },
  }
}

/** Both halves at once, for a schema change without data. */
export async function syncSchema(
  tx: Queryable,
  registry: ModelRegistry,
  options: SyncOptions = {},
): Promise<SchemaReport> {
  return (await beginSchemaSync(tx, registry, options)).finish()
}

/** What a synchronisation would do, with all that speaks against it counted. Changes nothing. */
export async function readPlan(
  tx: Queryable,
  registry: ModelRegistry,
  { previous = noModels, discard = 'nothing' }: SyncOptions = {},
): Promise<SchemaChange> {
  const wanted = wantedSchema(registry)
  const actual = await readCatalog(tx)
  const plan = planSchema(wanted, actual, previous)
  const refusals: string[] = []
  for (const check of plan.checks) {
    const [row] = await run<{ n: number }>(tx, check.count)
    if (row && row.n > 0) refusals.push(check.say(row.n))
  }
  const renames = findRenames(wanted, actual, previous)
  for (const orphan of plan.orphans)
    await planOrphan(tx, plan, orphan, renames, discard === 'all' || (discard === 'fresh' && orphan.isFresh))
  const required: SchemaPlan['required'] = []
  for (const item of plan.required) {
    const isThere = item.isOwn && actual.tables.get(renames.tableBefore(item.table))?.has(item.column)
    if (!isThere || !(await hasGaps(tx, renames.tableBefore(item.table), item.column))) required.push(item)
  }
  const size = plan.early.length + plan.tables.length + plan.keys.length + required.length
  return { ...plan, required, renames, refusals, size }
}

async function hasGaps(tx: Queryable, table: string, column: string): Promise<boolean> {
  const rows = await run(tx, sql`SELECT 1 AS one FROM ${id(table)} WHERE ${id(column)} IS NULL LIMIT 1`)
  return rows.length > 0
}

/** @throws ConflictError ERR_SCHEMA_LOSS when there is any reason */
export function refuse(refusals: readonly string[]): void {
  if (refusals.length === 0) return
  throw new ConflictError('ERR_SCHEMA_LOSS', `The database was not changed. ${refusals.join(' ')}`, {
    detail: { refusals },
  })
}

async function planOrphan(
  tx: Queryable,
  plan: SchemaPlan,
  orphan: Orphan,
  renames: Renames,
  isDropped: boolean,
): Promise<void> {
  const table = renames.tableBefore(orphan.table)
  const counted = orphan.column === undefined ? sql`count(*)` : sql`count(${id(orphan.column)})`
  const [row] = await run<{ n: number }>(tx, sql`SELECT ${counted}::int4 AS n FROM ${id(table)}`)
  const n = row?.n ?? 0
  if (n > 0 && !isDropped) {
    plan.tables.push(...orphan.release)
    if (orphan.isFresh)
      plan.words.push(`keep ${n} ${orphan.column === undefined ? 'rows' : 'values'} of ${orphan.what} aside`)
    return
  }
  plan.tables.push(
    orphan.column === undefined
      ? sql`DROP TABLE ${id(orphan.table)} CASCADE`
      : sql`ALTER TABLE ${id(orphan.table)} DROP COLUMN ${id(orphan.column)}`,
  )
  plan.words.push(`drop ${orphan.what}${n > 0 ? ` with ${n} ${orphan.column === undefined ? 'rows' : 'values'}` : ''}`)
}

async function addRequired(tx: Queryable, required: SchemaPlan['required']): Promise<string[]> {
  const lacking: string[] = []
  for (const [table, columns] of Map.groupBy(required, (item) => item.table)) {
    const counts = join(
      columns.map(({ column }) => sql`count(*) FILTER (WHERE ${id(column)} IS NULL)::int4 AS ${id(column)}`),
    )
    const [row] = await run<Record<string, number>>(tx, sql`SELECT ${counts} FROM ${id(table)}`)
    const full = columns.filter(({ column }) => row?.[column] === 0)
    for (const { column, field } of columns) if (row?.[column] !== 0) lacking.push(`${field}: ${row?.[column]}`)
    if (full.length > 0)
      await run(
        tx,
        sql`ALTER TABLE ${id(table)} ${join(full.map(({ column }) => sql`ALTER COLUMN ${id(column)} SET NOT NULL`))}`,
      )
  }
  return lacking
}

// Statements of a schema change run once; keeping their plans would fill the connection's memory.
function run<T extends Record<string, unknown>>(tx: Queryable, statement: Sql): Promise<T[]> {
  return tx.query<T>(statement, { prepared: false })
}
