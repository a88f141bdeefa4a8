/** The column types that fields have, as SQL, and the changes between them that lose nothing. */

import { type Sql, sql } from '../../sql/index.ts'

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

// Each of these keeps every value exactly; all others could cut, round or fail.
const widenings: readonly (readonly [from: string, to: string])[] = [
  ['int4', 'int8'],
  ['int4', 'numeric'],
  ['int8', 'numeric'],
  ['int4', 'float8'],
  ['varchar', 'text'],
  ['text', 'varchar'],
  ['date', 'timestamp'],
]

/** The type as SQL. @throws TypeError for a type that no field kind has */
export function typeSql(type: string): Sql {
  const known = (types as Readonly<Record<string, Sql>>)[type]
  if (!known) throw new TypeError(`There is no column type ${type}.`)
  return known
}

/** Whether a column may change from one type to the other without losing anything. */
export function isWidening(from: string, to: string): boolean {
  return widenings.some(([a, b]) => a === from && b === to)
}
