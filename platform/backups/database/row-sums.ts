/** Counts and sums of rows: computed by PostgreSQL itself, so that they check the path through COPY and back. */

import { id, join, type Queryable, sql } from '../../../framework/sql/index.ts'
import type { TableDescription } from '../schema/description.ts'
import type { TableFacts } from '../archive/manifest.ts'

/**
 * Counts a table's rows and adds up the first 64 bits of each row's SHA-256, so that the order of rows does not matter.
 * The row's text depends on settings (time zone UTC, ISO dates), which the connections of `sql/` have.
 */
export async function sumRows(db: Queryable, table: TableDescription): Promise<TableFacts> {
  const row = sql`ROW(${join(table.columns.map((column) => id(column.name)))})`
  const found = await db.query<{ rows: number; sum: string }>(
    sql`SELECT count(*) AS rows,
      coalesce(sum(('x' || left(encode(sha256(convert_to(${row}::text, 'UTF8')), 'hex'), 16))::bit(64)::bigint), 0)::text AS sum
      FROM ${id('app', table.name)}`,
    { prepared: false },
  )
  return { name: table.name, rows: found[0]?.rows ?? 0, sum: found[0]?.sum ?? '0' }
}
