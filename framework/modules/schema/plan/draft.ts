/** What a schema change consists of, as its parts are found. */

import type { Sql } from '../../../sql/index.ts'

/** Something to be counted before anything is touched; when it is not zero, the change is refused. */
export interface Check {
  readonly count: Sql
  /** The sentence for the person who upgrades: which field, how many, what to do. */
  say(count: number): string
}

/** A column or table that no model asks for any more. */
export interface Orphan {
  readonly table: string
  /** Absent: the whole table. */
  readonly column?: string
  /** `model.field` or `model`, for messages. */
  readonly what: string
  /** It was a field or model until now; else it was let go earlier. */
  readonly isFresh: boolean
  /** Statements that let it be kept without being in anybody's way; run only where there are any. */
  readonly release: readonly Sql[]
}

export interface SchemaPlan {
  /** Renamings, and what has to go before columns change. Run first. */
  readonly early: Sql[]
  /** Tables and columns: run before data is loaded. */
  readonly tables: Sql[]
  /** Foreign keys, checks and indexes: run after it, which is quicker and knows no order among records. */
  readonly keys: Sql[]
  /** Required columns that are not yet NOT NULL. */
  readonly required: {
    readonly table: string
    readonly column: string
    readonly field: string
    /** Made by people: stays nullable while rows lack a value, as people make fields before they fill them. */
    readonly isOwn: boolean
  }[]
  /** Columns whose rows have to be given values: new ones, and those that become required and have a default. */
  readonly added: { readonly model: string; readonly field: string }[]
  readonly checks: Check[]
  readonly orphans: Orphan[]
  /** What will happen, in words. */
  readonly words: string[]
}

/** A plan without anything in it. */
export function emptyPlan(): SchemaPlan {
  return { early: [], tables: [], keys: [], required: [], added: [], checks: [], orphans: [], words: [] }
}
