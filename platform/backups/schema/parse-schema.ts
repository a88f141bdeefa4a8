/** Reads the schema of an archive as hostile input: nothing is created before all of it is found to be harmless. */

import { columnType } from './column-type.ts'
import {
  type CheckDescription,
  type ColumnDescription,
  type ForeignKeyDescription,
  INDEX_METHODS,
  type IndexDescription,
  type IndexPart,
  type KeyDescription,
  REFERENTIAL_ACTIONS,
  type SchemaDescription,
  type SequenceDescription,
  type TableDescription,
} from './description.ts'
import { parseExpression } from './expression.ts'
import { flag, listOf, matching, misshapen, nullOr, oneOf, shape, text } from '../archive/shape.ts'

const MAX_TABLES = 5_000
const MAX_COLUMNS = 1_600 // PostgreSQL's own bound

/** A name that `sql/` accepts as identifier. */
export const NAME: RegExp = /^[A-Za-z_][A-Za-z0-9_.$]{0,62}$/
const name = matching(NAME)
const names = listOf(name, MAX_COLUMNS)
const expression = text(10_000)
const comment = nullOr(text(100_000))
const whole = matching(/^-?\d{1,19}$/)

/** Operator classes that an index may name beside the default ones. */
export const OPERATOR_CLASSES: readonly string[] = [
  ...[
    'ext.gin_trgm_ops',
    'ext.gist_trgm_ops',
    'text_pattern_ops',
    'varchar_pattern_ops',
    'bpchar_pattern_ops',
    'jsonb_path_ops',
    'jsonb_ops',
  ],
]

const column = shape<ColumnDescription>({
  name,
  type: text(100),
  notNull: flag,
  default: nullOr(expression),
  generated: nullOr(expression),
  identity: nullOr(shape<NonNullable<ColumnDescription['identity']>>({ always: flag, sequence: name })),
  collation: nullOr(oneOf(['C'])),
  comment,
})
const key = shape<KeyDescription>({
  name,
  kind: oneOf(['primary', 'unique']),
  columns: names,
  nullsNotDistinct: flag,
  deferrable: flag,
  initiallyDeferred: flag,
})
const check = shape<CheckDescription>({ name, expression })
const foreignKey = shape<ForeignKeyDescription>({
  name,
  columns: names,
  target: name,
  targetColumns: names,
  onDelete: oneOf(REFERENTIAL_ACTIONS),
  onUpdate: oneOf(REFERENTIAL_ACTIONS),
  deferrable: flag,
  initiallyDeferred: flag,
})
const part = shape<IndexPart>({
  expression,
  operatorClass: nullOr(oneOf(OPERATOR_CLASSES)),
  descending: flag,
  nullsFirst: flag,
})
const index = shape<IndexDescription>({
  name,
  method: oneOf(INDEX_METHODS),
  unique: flag,
  nullsNotDistinct: flag,
  parts: listOf(part, 32),
  include: names,
  where: nullOr(expression),
})
const table = shape<TableDescription>({
  name,
  unlogged: flag,
  comment,
  columns: listOf(column, MAX_COLUMNS),
  keys: listOf(key, 1_000),
  checks: listOf(check, 1_000),
  foreignKeys: listOf(foreignKey, 1_000),
  indexes: listOf(index, 1_000),
})
const sequence = shape<SequenceDescription>({
  name,
  type: oneOf(['smallint', 'integer', 'bigint']),
  start: whole,
  increment: whole,
  min: whole,
  max: whole,
  cache: whole,
  cycle: flag,
  last: whole,
  called: flag,
  ownedBy: nullOr(shape<NonNullable<SequenceDescription['ownedBy']>>({ table: name, column: name })),
})
const schema = shape<SchemaDescription>({ tables: listOf(table, MAX_TABLES), sequences: listOf(sequence, 20_000) })

/**
 * Checks form, names, types, expressions and references of a schema description.
 * @throws ValidationError ERR_ARCHIVE_SHAPE, ERR_ARCHIVE_TYPE or ERR_ARCHIVE_EXPRESSION
 */
export function parseSchema(value: unknown): SchemaDescription {
  const parsed = schema(value, 'schema')
  // Tables, indexes and sequences share one name space; keys are indexes, too.
  const relations = parsed.tables.flatMap((t) => [
    t.name,
    ...t.keys.map((k) => k.name),
    ...t.indexes.map((i) => i.name),
  ])
  unique([...relations, ...parsed.sequences.map((s) => s.name)], 'schema')
  const columnsOf = new Map(parsed.tables.map((t) => [t.name, new Set(t.columns.map((c) => c.name))]))
  const sequences = new Set(parsed.sequences.map((s) => s.name))
  for (const t of parsed.tables) checkTable(t, columnsOf, sequences)
  for (const { name: owned, ownedBy } of parsed.sequences) {
    if (ownedBy !== null && columnsOf.get(ownedBy.table)?.has(ownedBy.column) !== true)
      throw misshapen(`sequences.${owned}.ownedBy`)
  }
  return parsed
}

function checkTable(
  t: TableDescription,
  columnsOf: ReadonlyMap<string, ReadonlySet<string>>,
  sequences: ReadonlySet<string>,
): void {
  const path = `tables.${t.name}`
  const columns = columnsOf.get(t.name) ?? new Set()
  const known = (list: readonly string[], of: ReadonlySet<string> = columns): void => {
    if (list.length === 0 || list.some((item) => !of.has(item))) throw misshapen(path)
  }
  unique(
    t.columns.map((c) => c.name),
    path,
  )
  unique(
    [...t.keys, ...t.checks, ...t.foreignKeys].map((constraint) => constraint.name),
    path,
  )
  for (const c of t.columns) {
    columnType(c.type)
    if (c.generated !== null && (c.default !== null || c.identity !== null)) throw misshapen(`${path}.${c.name}`)
    if (c.identity !== null && (c.default !== null || !sequences.has(c.identity.sequence)))
      throw misshapen(`${path}.${c.name}`)
    // A default sees no column; a generated one sees its neighbours.
    if (c.default !== null) parseExpression(c.default, { columns: new Set(), sequences })
    if (c.generated !== null) parseExpression(c.generated, { columns, sequences: new Set() })
  }
  const scope = { columns, sequences: new Set<string>() }
  for (const k of t.keys) known(k.columns)
  for (const c of t.checks) parseExpression(c.expression, scope)
  for (const f of t.foreignKeys) {
    known(f.columns)
    known(f.targetColumns, columnsOf.get(f.target) ?? new Set())
    if (f.columns.length !== f.targetColumns.length) throw misshapen(`${path}.${f.name}`)
  }
  for (const i of t.indexes) {
    if (i.parts.length === 0) throw misshapen(`${path}.${i.name}`)
    for (const p of i.parts) parseExpression(p.expression, scope)
    if (i.include.length > 0) known(i.include)
    if (i.where !== null) parseExpression(i.where, scope)
  }
}

function unique(list: readonly string[], path: string): void {
  if (new Set(list).size !== list.length) throw misshapen(`${path} (a name twice)`)
}
