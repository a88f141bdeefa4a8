/** Columns that hold the name of a model as text: `res_model` of attachments, `model` of messages, permissions, imports … */

import { type Queryable, sql } from '../../../sql/index.ts'

/** All such columns of the tenant's tables. */
export function modelColumns(tx: Queryable): Promise<{ table: string; column: string }[]> {
  return tx.query<{ table: string; column: string }>(sql`
    SELECT c.relname AS "table", a.attname AS "column"
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND a.attname IN ('model', 'res_model', 'relation', 'source_model')
      AND a.atttypid IN ('text'::regtype, 'varchar'::regtype)
    ORDER BY 1, 2`)
}
