/** What a tenant's schema holds now, read from PostgreSQL's catalog in one go. */

import { type Queryable, sql } from '../../sql/index.ts'

export interface ActualColumn {
  readonly type: string
  readonly required: boolean
}

/** The comment on a table that no model asks for any more and that was kept for what is in it. */
export const asideMark = 'Kept aside by Holdfast: no application asks for this table any more.'

export interface ActualSchema {
  /** Tables by name, columns by name. */
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, ActualColumn>>
  /** Constraints by `table.name`, with their definition as PostgreSQL prints it. */
  readonly constraints: ReadonlyMap<string, string>
  /** Indexes by name, with the table that they belong to. */
  readonly indexes: ReadonlyMap<string, string>
  /** Tables that were kept aside when their model went. */
  readonly aside: ReadonlySet<string>
}

/** Reads tables, columns, constraints and indexes of the current schema. */
export async function readCatalog(db: Queryable): Promise<ActualSchema> {
  const [row] = await db.query<{
    columns: [string, string, string, boolean][]
    constraints: [string, string, string][]
    indexes: [string, string][]
    aside: string[]
  }>(sql`
    WITH tables AS (
      SELECT c.oid, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p'))
    SELECT
      (SELECT coalesce(json_agg(json_build_array(t.relname, a.attname, y.typname, a.attnotnull)), '[]')
       FROM tables t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
       JOIN pg_catalog.pg_type y ON y.oid = a.atttypid) AS columns,
      (SELECT coalesce(json_agg(json_build_array(t.relname, k.conname, pg_catalog.pg_get_constraintdef(k.oid))), '[]')
       FROM tables t JOIN pg_catalog.pg_constraint k ON k.conrelid = t.oid WHERE k.contype IN ('u', 'c', 'f')) AS constraints,
      (SELECT coalesce(json_agg(json_build_array(i.relname, t.relname)), '[]')
       FROM tables t JOIN pg_catalog.pg_index x ON x.indrelid = t.oid JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid) AS indexes,
      (SELECT coalesce(json_agg(t.relname), '[]') FROM tables t WHERE pg_catalog.obj_description(t.oid, 'pg_class') = ${asideMark}) AS aside`)
  const tables = new Map<string, Map<string, ActualColumn>>()
  for (const [table, column, type, required] of row?.columns ?? []) {
    const columns = tables.get(table) ?? new Map<string, ActualColumn>()
    columns.set(column, { type, required })
    tables.set(table, columns)
  }
  return {
    tables,
    constraints: new Map((row?.constraints ?? []).map(([table, name, text]) => [`${table}.${name}`, text])),
    indexes: new Map(row?.indexes ?? []),
    aside: new Set(row?.aside ?? []),
  }
}
