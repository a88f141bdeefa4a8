/** What an import did, counted per table: read = imported + matched + kept aside. */

export interface TableReport {
  /** Odoo's table. */
  readonly table: string
  /** Our model; null when there is none. */
  readonly model: string | null
  /** Rows in the dump. */
  readonly read: number
  /** New records (or links). */
  readonly imported: number
  /** Rows whose record was there already. */
  readonly matched: number
  /** Of the matched ones, those that took over values of the backup. */
  readonly takenOver: number
  /** Rows in hf_import_aside. */
  readonly aside: number
  /** Why, with the number of rows. */
  readonly reasons: Readonly<Record<string, number>>
  /** Columns of imported rows that have no place here: values in hf_import_aside, by column. */
  readonly columnsAside: Readonly<Record<string, number>>
  /** Columns left behind on purpose, by column: live secrets of the other system. */
  readonly withheld: Readonly<Record<string, number>>
}

export interface ImportReport {
  /** Key of hf_import, under which hf_import_aside has the rest. */
  readonly importId: number
  readonly tenant: string
  readonly tenantCreated: boolean
  /** Odoo's database: its name, version and identity. */
  readonly source: { readonly database: string; readonly version: string; readonly uuid: string }
  readonly seconds: number
  /** The sums over all tables. */
  readonly rows: { readonly read: number; readonly imported: number; readonly matched: number; readonly aside: number }
  readonly tables: readonly TableReport[]
  readonly files: {
    readonly stored: number
    readonly bytes: number
    readonly missing: readonly string[]
    readonly altered: readonly string[]
    readonly unreferenced: number
  }
  /** Stored fields that our own computation sees differently from Odoo; Odoo's value was kept. */
  readonly differences: readonly FieldDifference[]
  /** Rules of our applications that imported records break. */
  readonly brokenRules: readonly BrokenRule[]
  /** SQL statements of the dump that were read and not executed, by kind. */
  readonly statementsPassedOver: Readonly<Record<string, number>>
  /** Entries of the zip that are no part of a backup. */
  readonly unknownEntries: readonly string[]
  /** What a person has to know or do. */
  readonly notes: readonly string[]
}

export interface FieldDifference {
  readonly model: string
  readonly field: string
  readonly compared: number
  readonly differing: number
  /** A few of them. */
  readonly samples: readonly { readonly id: number; readonly imported: unknown; readonly computed: unknown }[]
}

export interface BrokenRule {
  readonly model: string
  readonly message: string
  readonly count: number
  readonly ids: readonly number[]
}

/** Gathers the counts of one table while it is imported. */
export class TableTally {
  readonly table: string
  readonly model: string | null
  read = 0
  imported = 0
  matched = 0
  takenOver = 0
  aside = 0
  readonly reasons = new Map<string, number>()
  readonly columnsAside = new Map<string, number>()
  readonly withheld = new Map<string, number>()

  constructor(table: string, model: string | null) {
    this.table = table
    this.model = model
  }

  addAside(reason: string): void {
    this.aside++
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1)
  }

  done(): TableReport {
    const { table, model, read, imported, matched, takenOver, aside } = this
    return {
      table,
      model,
      read,
      imported,
      matched,
      takenOver,
      aside,
      reasons: Object.fromEntries(this.reasons),
      columnsAside: Object.fromEntries(this.columnsAside),
      withheld: Object.fromEntries(this.withheld),
    }
  }
}
