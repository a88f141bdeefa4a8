/** The column types that fields have, as SQL. */

import { type Sql, sql } from '../../../sql/index.ts'

const types = {
  int4: sql`int4`,
  int8: sql`int8`,
  float8: sql`float8`,
  numeric: sql`numeric`,
  bool: sql`bool`,
  varchar: sql`varchar`,
  text: sql`text`,
  date: sql`date`,
  timestamp: sql`timestamp`,
  jsonb: sql`jsonb`,
  bytea: sql`bytea`,
} as const

/** The type as SQL. @throws TypeError for a type that no field kind has */
export function typeSql(type: string): Sql {
  const known = (types as Readonly<Record<string, Sql>>)[type]
  if (!known) throw new TypeError(`There is no column type ${type}.`)
  return known
}
