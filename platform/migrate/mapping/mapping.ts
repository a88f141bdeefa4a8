/** The words in which the tables of this folder say how Odoo's rows become ours. */

/** Reads a column of one source row; null for SQL NULL and for columns that this version of Odoo does not have. */
export type ReadColumn = (column: string) => string | null

/** What a derived value may ask about the rest of the import. */
export interface Lookup {
  /** Our id of Odoo's record; null when it was not imported. */
  id(model: string, sourceId: number): number | null
  /** Source id of the row that leads the group which a value of `leader.column` names. */
  leader(group: string | null): number | null
  /** The stored bytes of an attachment; null when the backup has none. */
  file(attachmentId: number): StoredFile | null
}

/** A file of the backup, in the tenant's file store. */
export interface StoredFile {
  /** Name in the store. */
  readonly hash: string
  readonly sizeBytes: number
  /** SHA-1 in hex, by which clients of Odoo know it. */
  readonly sha1: string
  /** Type by its bytes. */
  readonly mimetype: string
}

/** A field made of other columns than the one of its own name. */
export interface DerivedField {
  /** Columns that are used up by it. */
  readonly columns: readonly string[]
  /** The value as PostgreSQL takes it (text, number, boolean, JSON). `undefined` = nothing to say, the default holds. */
  readonly value: (read: ReadColumn, lookup: Lookup) => unknown
}

/** How the rows of one table become records. Columns and fields of the same name need no mention. */
export interface TableMapping {
  /** Odoo's table. */
  readonly table: string
  readonly model: string
  /** Fields that tell which record of the target is the same one, where no external id does; the first set that is complete counts. */
  readonly keys?: readonly (readonly string[])[]
  /** Fields that a record takes over when it is matched by external id or key for the first time; default none (the target's stays). */
  readonly takeOver?: 'all' | readonly string[]
  /** A matched row holds nothing that its record does not: it is not kept aside. */
  readonly sameWhenMatched?: boolean
  /** A matched record in which this field is set is left as it is (a user with a password). */
  readonly untouchedIf?: string
  /** Never imported as new: a row without a counterpart is kept aside with this reason. */
  readonly onlyMatch?: string
  /** Odoo's column → our field; several when versions differ, the first present column wins. */
  readonly rename?: Readonly<Record<string, string>>
  /** Fields from other columns. */
  readonly derive?: Readonly<Record<string, DerivedField>>
  /** Values of selection fields that have another name here: field → Odoo's value → ours. */
  readonly values?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** The columns that name a record of any model; `required`: a row whose record is not here is kept aside as a whole. */
  readonly refers?: { readonly model: string; readonly id: string; readonly required: boolean }
  /** Rows come in groups by `column`; the one with `value` in `where` leads. */
  readonly leader?: { readonly column: string; readonly where: string; readonly value: string }
  /** Columns that hold nothing of their own: our fields work them out from the others. */
  readonly computedHere?: readonly string[]
  /** Columns that are left behind on purpose and named in the report: live secrets of the other system. */
  readonly withheld?: readonly string[]
}

/** How a link table becomes a many2many field. */
export interface LinkMapping {
  /** Odoo's table; names differ between versions, the first that the dump has counts. */
  readonly tables: readonly string[]
  readonly model: string
  readonly field: string
  /** Column that holds the record's id, and column of the other side. */
  readonly own: string
  readonly other: string
}
