/** The schema of a tenant as an archive describes it: JSON that a person can read and a restore can check. */

/** A column; `default` and `generated` are expressions of the grammar in `expression.ts`. */
export interface ColumnDescription {
  readonly name: string
  /** As PostgreSQL's `format_type` prints it. */
  readonly type: string
  readonly notNull: boolean
  readonly default: string | null
  /** A stored generated column: it has no data in the archive. */
  readonly generated: string | null
  /** Filled from a sequence of its own. */
  readonly identity: { readonly always: boolean; readonly sequence: string } | null
  readonly collation: 'C' | null
  readonly comment: string | null
}

/** A primary key or a unique constraint. */
export interface KeyDescription {
  readonly name: string
  readonly kind: 'primary' | 'unique'
  readonly columns: readonly string[]
  readonly nullsNotDistinct: boolean
  readonly deferrable: boolean
  readonly initiallyDeferred: boolean
}

export interface CheckDescription {
  readonly name: string
  readonly expression: string
}

export const REFERENTIAL_ACTIONS = ['no action', 'restrict', 'cascade', 'set null', 'set default'] as const
export type ReferentialAction = (typeof REFERENTIAL_ACTIONS)[number]

export interface ForeignKeyDescription {
  readonly name: string
  readonly columns: readonly string[]
  readonly target: string
  readonly targetColumns: readonly string[]
  readonly onDelete: ReferentialAction
  readonly onUpdate: ReferentialAction
  readonly deferrable: boolean
  readonly initiallyDeferred: boolean
}

export const INDEX_METHODS = ['btree', 'hash', 'gin', 'gist', 'brin'] as const

/** One part of an index: an expression (a column is one, too) with its operator class and order. */
export interface IndexPart {
  readonly expression: string
  /** Only where it is not the default one of the type. */
  readonly operatorClass: string | null
  readonly descending: boolean
  readonly nullsFirst: boolean
}

export interface IndexDescription {
  readonly name: string
  readonly method: (typeof INDEX_METHODS)[number]
  readonly unique: boolean
  readonly nullsNotDistinct: boolean
  readonly parts: readonly IndexPart[]
  readonly include: readonly string[]
  readonly where: string | null
}

export interface TableDescription {
  readonly name: string
  readonly unlogged: boolean
  readonly comment: string | null
  readonly columns: readonly ColumnDescription[]
  readonly keys: readonly KeyDescription[]
  readonly checks: readonly CheckDescription[]
  readonly foreignKeys: readonly ForeignKeyDescription[]
  readonly indexes: readonly IndexDescription[]
}

/** A sequence with where it stands; numbers are text, for they exceed what JSON readers keep exact. */
export interface SequenceDescription {
  readonly name: string
  readonly type: 'smallint' | 'integer' | 'bigint'
  readonly start: string
  readonly increment: string
  readonly min: string
  readonly max: string
  readonly cache: string
  readonly cycle: boolean
  readonly last: string
  readonly called: boolean
  /** The column with which it is dropped. */
  readonly ownedBy: { readonly table: string; readonly column: string } | null
}

export interface SchemaDescription {
  readonly tables: readonly TableDescription[]
  readonly sequences: readonly SequenceDescription[]
}

/** Something of the database that the archive does not carry: named, never dropped in silence. */
export interface NotCarried {
  readonly kind: string
  readonly name: string
  readonly reason: string
}

/** The columns that have data in the archive, in order. */
export function dataColumns(table: TableDescription): string[] {
  return table.columns.filter((column) => column.generated === null).map((column) => column.name)
}
