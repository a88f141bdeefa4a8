/** The statements that build a described schema: ours, made from checked parts; no text of an archive is run. */

import { empty, id, join, literal, Sql, sql } from '../../../framework/sql/index.ts'
import { columnType } from './column-type.ts'
import type {
  ColumnDescription,
  ForeignKeyDescription,
  IndexDescription,
  KeyDescription,
  ReferentialAction,
  SchemaDescription,
  SequenceDescription,
  TableDescription,
} from './description.ts'
import { type ExpressionScope, parseExpression } from './expression.ts'
import { misshapen } from '../archive/shape.ts'
import { OPERATOR_CLASSES } from './parse-schema.ts'

/** Sequences that stand by themselves; identity columns bring their own. They come before the tables that use them. */
export function sequenceStatements(schema: SchemaDescription): Sql[] {
  const ofIdentity = identitySequences(schema)
  return schema.sequences
    .filter((sequence) => !ofIdentity.has(sequence.name))
    .map(
      (sequence) =>
        sql`CREATE SEQUENCE ${id('app', sequence.name)} AS ${columnType(sequence.type)} ${sequenceOptions(sequence)}`,
    )
}

/** The table without keys, checks and indexes, which come faster after the rows. */
export function tableStatements(table: TableDescription, schema: SchemaDescription): Sql[] {
  const scope = scopeOf(table, schema)
  const columns = table.columns.map((column) => columnDefinition(column, schema, scope))
  const comments = table.columns.flatMap((column) =>
    column.comment === null
      ? []
      : [sql`COMMENT ON COLUMN ${id('app', table.name, column.name)} IS ${literal(column.comment)}`],
  )
  return [
    sql`CREATE ${table.unlogged ? sql`UNLOGGED ` : empty}TABLE ${id('app', table.name)} (${join(columns)})`,
    ...(table.comment === null ? [] : [sql`COMMENT ON TABLE ${id('app', table.name)} IS ${literal(table.comment)}`]),
    ...comments,
  ]
}

/** Keys, checks and indexes of one table, after its rows. */
export function tableRuleStatements(table: TableDescription, schema: SchemaDescription): Sql[] {
  const scope = scopeOf(table, schema)
  return [
    ...table.keys.map(
      (key) => sql`ALTER TABLE ${id('app', table.name)} ADD CONSTRAINT ${id(key.name)} ${keyDefinition(key)}`,
    ),
    ...table.checks.map(
      (check) =>
        sql`ALTER TABLE ${id('app', table.name)} ADD CONSTRAINT ${id(check.name)} CHECK (${parseExpression(check.expression, scope).sql})`,
    ),
    ...table.indexes.map((index) => indexStatement(table, index, scope)),
  ]
}

/** Foreign keys of one table, after the keys of all tables. */
export function foreignKeyStatements(table: TableDescription): Sql[] {
  return table.foreignKeys.map(
    (key) => sql`ALTER TABLE ${id('app', table.name)} ADD CONSTRAINT ${id(key.name)} ${foreignKeyDefinition(key)}`,
  )
}

/** Puts every sequence where it stood and gives it back to its column. */
export function sequenceStateStatements(schema: SchemaDescription): Sql[] {
  return schema.sequences.flatMap((sequence) => [
    sql`SELECT pg_catalog.setval(${literal(`app."${sequence.name}"`)}::regclass, ${number(sequence.last)}, ${sequence.called ? sql`true` : sql`false`})`,
    ...(sequence.ownedBy === null
      ? []
      : [
          sql`ALTER SEQUENCE ${id('app', sequence.name)} OWNED BY ${id('app', sequence.ownedBy.table, sequence.ownedBy.column)}`,
        ]),
  ])
}

function columnDefinition(column: ColumnDescription, schema: SchemaDescription, scope: ExpressionScope): Sql {
  const rules = [
    column.collation === null ? empty : sql` COLLATE "C"`,
    column.default === null
      ? empty
      : sql` DEFAULT ${parseExpression(column.default, { ...scope, columns: new Set() }).sql}`,
    column.generated === null
      ? empty
      : sql` GENERATED ALWAYS AS (${parseExpression(column.generated, scope).sql}) STORED`,
    identity(column, schema),
    column.notNull ? sql` NOT NULL` : empty,
  ]
  return sql`${id(column.name)} ${columnType(column.type)}${join(rules, ' ')}`
}

function identity(column: ColumnDescription, schema: SchemaDescription): Sql {
  if (column.identity === null) return empty
  const { always, sequence: name } = column.identity
  const sequence = schema.sequences.find((candidate) => candidate.name === name)
  if (sequence === undefined) throw misshapen(`columns.${column.name}.identity`)
  return sql` GENERATED ${always ? sql`ALWAYS` : sql`BY DEFAULT`} AS IDENTITY (SEQUENCE NAME ${id('app', name)} ${sequenceOptions(sequence)})`
}

function sequenceOptions(sequence: SequenceDescription): Sql {
  return sql`INCREMENT BY ${number(sequence.increment)} MINVALUE ${number(sequence.min)} MAXVALUE ${number(sequence.max)} START WITH ${number(sequence.start)} CACHE ${number(sequence.cache)} ${sequence.cycle ? sql`CYCLE` : sql`NO CYCLE`}`
}

function keyDefinition(key: KeyDescription): Sql {
  const columns = join(key.columns.map((column) => id(column)))
  const deferral = deferrable(key.deferrable, key.initiallyDeferred)
  if (key.kind === 'primary') return sql`PRIMARY KEY (${columns})${deferral}`
  return sql`UNIQUE ${key.nullsNotDistinct ? sql`NULLS NOT DISTINCT ` : empty}(${columns})${deferral}`
}

function foreignKeyDefinition(key: ForeignKeyDescription): Sql {
  const columns = join(key.columns.map((column) => id(column)))
  const target = join(key.targetColumns.map((column) => id(column)))
  return sql`FOREIGN KEY (${columns}) REFERENCES ${id('app', key.target)} (${target}) ON DELETE ${ACTIONS[key.onDelete]} ON UPDATE ${ACTIONS[key.onUpdate]}${deferrable(key.deferrable, key.initiallyDeferred)}`
}

function deferrable(isDeferrable: boolean, isDeferred: boolean): Sql {
  return isDeferrable ? sql` DEFERRABLE INITIALLY ${isDeferred ? sql`DEFERRED` : sql`IMMEDIATE`}` : empty
}

const ACTIONS: Readonly<Record<ReferentialAction, Sql>> = {
  'no action': sql`NO ACTION`,
  restrict: sql`RESTRICT`,
  cascade: sql`CASCADE`,
  'set null': sql`SET NULL`,
  'set default': sql`SET DEFAULT`,
}

const METHODS: Readonly<Record<IndexDescription['method'], Sql>> = {
  btree: sql`btree`,
  hash: sql`hash`,
  gin: sql`gin`,
  gist: sql`gist`,
  brin: sql`brin`,
}

function indexStatement(table: TableDescription, index: IndexDescription, scope: ExpressionScope): Sql {
  const isOrdered = index.method === 'btree'
  const parts = index.parts.map((part) => {
    const parsed = parseExpression(part.expression, scope)
    const order = sql`${part.descending ? sql` DESC` : empty}${part.nullsFirst ? sql` NULLS FIRST` : sql` NULLS LAST`}`
    return sql`${parsed.column === null ? sql`(${parsed.sql})` : id(parsed.column)}${operatorClass(part.operatorClass)}${isOrdered ? order : empty}`
  })
  const include =
    index.include.length === 0 ? empty : sql` INCLUDE (${join(index.include.map((column) => id(column)))})`
  const nulls = index.nullsNotDistinct ? sql` NULLS NOT DISTINCT` : empty
  const where = index.where === null ? empty : sql` WHERE ${parseExpression(index.where, scope).sql}`
  return sql`CREATE ${index.unique ? sql`UNIQUE ` : empty}INDEX ${id(index.name)} ON ${id('app', table.name)} USING ${METHODS[index.method]} (${join(parts)})${include}${nulls}${where}`
}

function operatorClass(name: string | null): Sql {
  if (name === null) return empty
  if (!OPERATOR_CLASSES.includes(name)) throw misshapen('operatorClass')
  return sql` ${id(...name.split('.'))}`
}

function scopeOf(table: TableDescription, schema: SchemaDescription): ExpressionScope {
  return {
    columns: new Set(table.columns.map((column) => column.name)),
    sequences: new Set(schema.sequences.map((sequence) => sequence.name)),
  }
}

function identitySequences(schema: SchemaDescription): Set<string> {
  return new Set(
    schema.tables.flatMap((table) =>
      table.columns.flatMap((column) => (column.identity === null ? [] : [column.identity.sequence])),
    ),
  )
}

function number(digits: string): Sql {
  if (!/^-?\d{1,19}$/.test(digits)) throw misshapen('sequences')
  return new Sql([digits], [])
}
