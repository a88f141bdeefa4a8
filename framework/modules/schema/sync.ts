/** Brings a tenant's schema to its models, inside the caller's transaction. */

import { ConflictError } from '../../errors.ts'
import type { ModelRegistry } from '../../orm/index.ts'
import { id, join, type Queryable, type Sql, sql } from '../../sql/index.ts'
import { readCatalog } from './catalog.ts'
import { wantedSchema } from './desired.ts'
import { planSchema, type SchemaPlan } from './plan.ts'

/** What a synchronisation did and what it could not do. */
export interface SchemaReport {
  /** Number of statements that changed something. */
  readonly changes: number
  /** Required fields whose column stays nullable because rows without a value exist, as `model.field: count`. */
  readonly lacking: readonly string[]
}

/** A synchronisation in two halves, with the loading of data between them. */
export interface SchemaSync {
  /** Number of statements of both halves; 0 = the database is up to date. */
  readonly size: number
  /** Columns that came to tables which were there already. */
  readonly added: SchemaPlan['added']
  /** Foreign keys, checks, indexes and NOT NULL. */
  finish(): Promise<SchemaReport>
}

/**
 * Creates the missing tables and columns; `finish()` then adds keys and indexes.
 * @throws ConflictError ERR_SCHEMA_LOSS before anything is touched, when a column would change to a type that cannot hold its values
 */
export async function beginSchemaSync(tx: Queryable, registry: ModelRegistry): Promise<SchemaSync> {
  const plan = await readPlan(tx, registry)
  for (const statement of plan.tables) await run(tx, statement)
  return {
    size: plan.tables.length + plan.keys.length + plan.required.length,
    added: plan.added,
    finish: async () => {
      // ALTER TABLE refuses a table that still has checks of the data waiting.
      await run(tx, sql`SET CONSTRAINTS ALL IMMEDIATE`)
      for (const statement of plan.keys) await run(tx, statement)
      const lacking = await addRequired(tx, plan.required)
      return { changes: plan.tables.length + plan.keys.length + plan.required.length - lacking.length, lacking }
    },
  }
}

/** Both halves at once, for a schema change without data. */
export async function syncSchema(tx: Queryable, registry: ModelRegistry): Promise<SchemaReport> {
  return (await beginSchemaSync(tx, registry)).finish()
}

/** What a synchronisation would do. @throws ConflictError ERR_SCHEMA_LOSS */
export async function readPlan(tx: Queryable, registry: ModelRegistry): Promise<SchemaPlan> {
  const plan = planSchema(wantedSchema(registry), await readCatalog(tx))
  if (plan.refusals.length > 0) {
    throw new ConflictError('ERR_SCHEMA_LOSS', `The database was not changed. ${plan.refusals.join(' ')}`, {
      detail: { refusals: plan.refusals },
    })
  }
  return plan
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
