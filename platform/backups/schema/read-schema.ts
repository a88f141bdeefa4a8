/** Reads the schema `app` from PostgreSQL's catalog into a description, within the snapshot of a backup. */

import { ConflictError } from '../../../framework/errors.ts'
import { id, join, literal, type Queryable, sql } from '../../../framework/sql/index.ts'
import {
  type CatalogColumn,
  type CatalogConstraint,
  type CatalogIndex,
  type CatalogSequence,
  type CatalogTable,
  columnsQuery,
  constraintsQuery,
  indexesQuery,
  leftOutQuery,
  sequencesQuery,
  tablesQuery,
} from './catalog-queries.ts'
import { isColumnType } from './column-type.ts'
import type {
  ColumnDescription,
  ForeignKeyDescription,
  IndexDescription,
  KeyDescription,
  NotCarried,
  ReferentialAction,
  SchemaDescription,
  SequenceDescription,
  TableDescription,
} from './description.ts'
import { type ExpressionScope, parseExpression } from './expression.ts'

/** The schema of an archive and what of the database it leaves out. */
export interface ReadSchema {
  readonly schema: SchemaDescription
  readonly notCarried: readonly NotCarried[]
}

/**
 * Describes every table and sequence of the schema `app`. `tx` has `search_path = pg_catalog`, so that names come with
 * their schema.
 * @throws ConflictError ERR_BACKUP_UNSUPPORTED when a table holds data that an archive cannot carry
 */
export async function readSchema(tx: Queryable): Promise<ReadSchema> {
  const notCarried: NotCarried[] = [
    ...(await tx.query<{ kind: string; name: string } & Record<string, unknown>>(leftOutQuery)),
  ].map(({ kind, name }) => ({
    kind,
    name,
    reason: 'only tables, their keys, checks, indexes and sequences are carried',
  }))
  const tables = await tx.query<CatalogTable>(tablesQuery)
  for (const table of tables)
    if (table.kind !== 'r' || table.inherits)
      throw unsupported(`table ${table.name} (partitioned, inherited or foreign)`)
  const columns = groupByTable(await tx.query<CatalogColumn>(columnsQuery))
  const constraints = groupByTable(await tx.query<CatalogConstraint>(constraintsQuery))
  const indexes = groupByTable(await tx.query<CatalogIndex>(indexesQuery))
  const sequences = await tx.query<CatalogSequence>(sequencesQuery)
  const sequenceNames = new Set(sequences.map((sequence) => sequence.name))
  const describe = (table: CatalogTable): TableDescription => {
    const own = columns.get(table.oid) ?? []
    const reader = new TableReader(
      table.name,
      { columns: new Set(own.map((column) => column.name)), sequences: sequenceNames },
      notCarried,
    )
    const listed = constraints.get(table.oid) ?? []
    return {
      name: checkedName(table.name),
      unlogged: table.unlogged,
      comment: table.comment,
      columns: own.map((column) => reader.column(column, sequences)),
      keys: listed.filter((c) => c.type === 'p' || c.type === 'u').flatMap((c) => reader.key(c)),
      checks: listed
        .filter((c) => c.type === 'c')
        .flatMap((c) =>
          reader.carries('check', c.name, c.expression) ? [{ name: c.name, expression: c.expression ?? '' }] : [],
        ),
      foreignKeys: listed.filter((c) => c.type === 'f').flatMap((c) => reader.foreignKey(c)),
      indexes: (indexes.get(table.oid) ?? []).flatMap((index) => reader.index(index)),
    }
  }
  return { schema: { tables: tables.map(describe), sequences: await readSequences(tx, sequences) }, notCarried }
}

async function readSequences(tx: Queryable, found: readonly CatalogSequence[]): Promise<SequenceDescription[]> {
  if (found.length === 0) return []
  // A sequence stands outside of snapshots: read after the snapshot it is never behind the rows, so no id is given twice.
  const states = await tx.query<{ name: string; last: string; called: boolean } & Record<string, unknown>>(
    join(
      found.map(
        ({ name }) =>
          sql`SELECT ${literal(checkedName(name))} AS name, last_value::text AS last, is_called AS called FROM ${id('app', name)}`,
      ),
      ' UNION ALL ',
    ),
    { prepared: false },
  )
  const stateOf = new Map(states.map((state) => [state.name, state]))
  return found.map((sequence) => {
    const { name, type, start, increment, min, max, cache, cycle } = sequence
    const state = stateOf.get(name)
    if (state === undefined) throw unsupported(`sequence ${name}`)
    const ownedBy =
      sequence.dependency === 'a' && sequence.table !== null && sequence.column !== null
        ? { table: sequence.table, column: sequence.column }
        : null
    return { name, type, start, increment, min, max, cache, cycle, last: state.last, called: state.called, ownedBy }
  })
}

class TableReader {
  readonly #table: string
  readonly #scope: ExpressionScope
  readonly #notCarried: NotCarried[]

  constructor(table: string, scope: ExpressionScope, notCarried: NotCarried[]) {
    this.#table = table
    this.#scope = scope
    this.#notCarried = notCarried
  }

  column(column: CatalogColumn, sequences: readonly CatalogSequence[]): ColumnDescription {
    if (!isColumnType(column.type)) throw unsupported(`column ${this.#table}.${column.name} of type ${column.type}`)
    if (column.generated === 'v') throw unsupported(`column ${this.#table}.${column.name} (virtual)`)
    const isGenerated = column.generated === 's'
    const expression =
      column.expression !== null && this.carries('default', column.name, column.expression) ? column.expression : null
    if (isGenerated && expression === null) throw unsupported(`column ${this.#table}.${column.name} (its expression)`)
    const own = sequences.find(
      (sequence) => sequence.dependency === 'i' && sequence.table === this.#table && sequence.column === column.name,
    )
    if (column.collation !== null && column.collation !== 'C')
      this.#leaveOut('collation', column.name, `the collation ${column.collation}`)
    return {
      name: checkedName(column.name),
      type: column.type,
      notNull: column.not_null,
      default: isGenerated ? null : expression,
      generated: isGenerated ? expression : null,
      identity:
        column.identity === '' || own === undefined ? null : { always: column.identity === 'a', sequence: own.name },
      collation: column.collation === 'C' ? 'C' : null,
      comment: column.comment,
    }
  }

  key(found: CatalogConstraint): KeyDescription[] {
    if (found.includes) return this.#leaveOut('key', found.name, 'it includes further columns')
    if (!isName(found.name)) return this.#leaveOut('key', found.name, 'its name')
    return [
      {
        name: found.name,
        kind: found.type === 'p' ? 'primary' : 'unique',
        columns: found.columns,
        nullsNotDistinct: found.nulls_not_distinct,
        deferrable: found.deferrable,
        initiallyDeferred: found.deferred,
      },
    ]
  }

  foreignKey(found: CatalogConstraint): ForeignKeyDescription[] {
    if (!isName(found.name)) return this.#leaveOut('foreign key', found.name, 'its name')
    if (found.target === null || found.match !== 's' || found.partial_set)
      return this.#leaveOut('foreign key', found.name, 'its form')
    if (!found.validated) return this.#leaveOut('foreign key', found.name, 'it is not validated')
    return [
      {
        name: found.name,
        columns: found.columns,
        target: found.target,
        targetColumns: found.target_columns,
        onDelete: ACTIONS[found.on_delete] ?? 'no action',
        onUpdate: ACTIONS[found.on_update] ?? 'no action',
        deferrable: found.deferrable,
        initiallyDeferred: found.deferred,
      },
    ]
  }

  index(found: CatalogIndex): IndexDescription[] {
    if (!isName(found.name)) return this.#leaveOut('index', found.name, 'its name')
    if (!found.valid || found.special)
      return this.#leaveOut('index', found.name, 'it is not valid, or has options of its own')
    const carried =
      found.parts.every((part) => this.carries('index', found.name, part.expression)) &&
      (found.condition === null || this.carries('index', found.name, found.condition))
    if (!carried) return []
    return [
      {
        name: found.name,
        method: found.method,
        unique: found.unique,
        nullsNotDistinct: found.nulls_not_distinct,
        parts: found.parts,
        include: found.include,
        where: found.condition,
      },
    ]
  }

  /** Whether a restore would accept the expression; notes it when not. */
  carries(kind: string, name: string, expression: string | null): boolean {
    try {
      parseExpression(expression ?? '', this.#scope)
      if (isName(name)) return true
    } catch {
      // Told below, by name: an archive without an exotic check is better than no archive.
    }
    this.#leaveOut(kind, name, `the expression ${(expression ?? '').slice(0, 200)}`)
    return false
  }

  #leaveOut(kind: string, name: string, reason: string): [] {
    this.#notCarried.push({ kind, name: `${this.#table}.${name}`, reason })
    return []
  }
}

const ACTIONS: Readonly<Record<string, ReferentialAction>> = {
  a: 'no action',
  r: 'restrict',
  c: 'cascade',
  n: 'set null',
  d: 'set default',
}

function isName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_.$]{0,62}$/.test(name)
}

function checkedName(name: string): string {
  if (!isName(name)) throw unsupported(`the name '${name.slice(0, 80)}'`)
  return name
}

function unsupported(what: string): ConflictError {
  return new ConflictError(
    'ERR_BACKUP_UNSUPPORTED',
    `The database holds something that an archive cannot carry: ${what}. Change or remove it and take the backup again.`,
  )
}

function groupByTable<T extends { readonly table_oid: string }>(rows: readonly T[]): Map<string, T[]> {
  return Map.groupBy(rows, (row) => row.table_oid)
}
