/** How a column's value stands in the log. */

import { id, type Sql, sql } from '../../sql/index.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'

/** Keys of settings whose values are secrets by their name. */
const secretKey = '(secret|token|credential|private.?key|api.?key|password$|passwd$)'

/** The column as it is recorded: a file by its digest, a setting that holds a secret not at all. */
export function shown(model: ModelInfo, field: FieldInfo, alias: string): Sql {
  const column = sql`${id(alias)}.${id(field.name)}`
  if (field.columnType === 'bytea') return sql`encode(sha256(${column}), 'hex')`
  const conceal = model.options.audit?.conceal
  if (conceal?.field !== field.name) return column
  return sql`CASE WHEN ${id(alias)}.${id(conceal.byKey)} ~* ${secretKey} THEN '***' ELSE ${column} END`
}
