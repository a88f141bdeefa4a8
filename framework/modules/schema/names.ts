/** Names of constraints and indexes: readable where they fit into PostgreSQL's 63 bytes, else cut and made unique by a hash. */

import { createHash } from 'node:crypto'

const longest = 63

/** Joins the parts with `_`; the same parts always give the same name. */
export function schemaName(...parts: readonly string[]): string {
  const name = parts.join('_')
  if (name.length <= longest) return name
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8)
  return `${name.slice(0, longest - 9)}_${hash}`
}

/** The name of a constraint of a model's options, as Odoo forms it and the ORM finds it again: `<table>_<key>`, cut at 63. */
export function constraintName(table: string, key: string): string {
  return `${table}_${key}`.slice(0, longest)
}

/** The name of the foreign key of a column. */
export function foreignKeyName(table: string, column: string): string {
  return schemaName(table, column, 'fkey')
}

/** The name of the index of a column. */
export function indexName(table: string, column: string, kind: 'index' | 'trgm'): string {
  return schemaName(table, column, kind)
}
