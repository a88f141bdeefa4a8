/** The values of new records by column, in the forms in which they are stored and in which code reads them. */

import type { SqlValue } from '../../../sql/index.ts'
import type { Env } from '../../env.ts'
import type { FieldInfo } from '../../registry.ts'
import type { SplitValues } from '../split.ts'
import { toColumn, toTranslations } from '../values.ts'

/** Stands for the id that a record is about to get. */
export const ownId: unique symbol = Symbol('own id')

/** A value as text that casts to its column. */
export type Stored = string | null | typeof ownId

/** What a batch of records puts into its columns; `undefined` where a record says nothing. */
export class NewColumns {
  readonly count: number
  readonly #env: Env
  readonly #records: readonly SplitValues[]
  readonly #given = new Map<FieldInfo, readonly (SqlValue | undefined)[]>()
  readonly #computed = new Map<FieldInfo, readonly (SqlValue | typeof ownId | undefined)[]>()

  constructor(env: Env, records: readonly SplitValues[]) {
    this.#env = env
    this.#records = records
    this.count = records.length
  }

  /** Fields of which at least one record says something. */
  fields(): FieldInfo[] {
    const fields = new Set<FieldInfo>()
    for (const record of this.#records) for (const field of record.columns.keys()) fields.add(field)
    for (const field of this.#computed.keys()) fields.add(field)
    return [...fields]
  }

  isMentioned(field: FieldInfo): boolean {
    return this.#records.some(({ columns }) => columns.has(field))
  }

  isGiven(field: FieldInfo, i: number): boolean {
    return this.#records[i]?.columns.has(field) ?? false
  }

  /** Whether anybody gives the field several texts, one per language. */
  isInLanguages(field: FieldInfo): boolean {
    return this.#records.some(({ columns }) => isTexts(field, columns.get(field)))
  }

  /** Whether ids are given: files of the framework itself may do so. */
  get hasIds(): boolean {
    return (
      this.#env.system && this.#records.some(({ columns }) => [...columns.keys()].some(({ name }) => name === 'id'))
    )
  }

  isComputed(field: FieldInfo): boolean {
    return this.#computed.has(field)
  }

  /** Whether a record may point to itself through the field. */
  mayBeOwn(field: FieldInfo): boolean {
    return this.#computed.get(field)?.includes(ownId) ?? false
  }

  /** Puts in what a field was computed to; `undefined` keeps what was given. */
  compute(field: FieldInfo, values: readonly (SqlValue | typeof ownId | undefined)[]): void {
    this.#computed.set(field, values)
  }

  /** Replaces given amounts by rounded ones. */
  round(field: FieldInfo, rounded: (amount: number, i: number) => number): void {
    this.#given.set(
      field,
      this.#column(field).map((value, i) => (typeof value === 'number' ? rounded(value, i) : value)),
    )
  }

  /** The column's value of one record; `ownId` for the id that it will get. */
  value(field: FieldInfo, i: number): SqlValue | typeof ownId | undefined {
    const computed = this.#computed.get(field)?.[i]
    return computed === undefined ? this.#column(field)[i] : computed
  }

  /** All ids that the records point to through a many2one. */
  distinct(field: FieldInfo): number[] {
    const ids = new Set<number>()
    for (let i = 0; i < this.count; i++) {
      const value = this.value(field, i)
      if (typeof value === 'number') ids.add(value)
    }
    return [...ids]
  }

  #column(field: FieldInfo): readonly (SqlValue | undefined)[] {
    let column = this.#given.get(field)
    if (!column) {
      column = this.#records.map(({ columns }) => {
        if (!columns.has(field)) return undefined
        const value = columns.get(field)
        return isTexts(field, value) ? null : toColumn(field, value)
      })
      this.#given.set(field, column)
    }
    return column
  }

  /** The column as texts, in the order of the records. */
  stored(field: FieldInfo): Stored[] {
    const computed = this.#computed.get(field)
    const given = this.#column(field)
    return Array.from({ length: this.count }, (_, i) => {
      const value = computed?.[i]
      if (value === ownId) return ownId
      if (value !== undefined) return computedText(field, value)
      const raw = this.#records[i]?.columns.get(field)
      // Data files and imports may give all languages at once.
      if (isTexts(field, raw)) return JSON.stringify(toTranslations(field, raw as object, true))
      return givenText(this.#env, field, given[i] ?? null)
    })
  }
}

function isTexts(field: FieldInfo, value: unknown): boolean {
  return field.options.translate === true && value !== null && typeof value === 'object'
}

function givenText(env: Env, field: FieldInfo, column: SqlValue): string | null {
  if (column === null) return null
  if (field.options.translate)
    return JSON.stringify(env.lang === 'en_US' ? { en_US: column } : { en_US: column, [env.lang]: column })
  if (field.options.companyDependent) return JSON.stringify({ [env.companyId]: column })
  return plainText(column)
}

/** A computed value as text that casts to its column; translated ones are put together from all languages elsewhere. */
export function computedText(field: FieldInfo, column: SqlValue): string | null {
  return column === null || field.options.translate ? null : plainText(column)
}

function plainText(column: SqlValue): string {
  return typeof column === 'boolean' ? (column ? 't' : 'f') : String(column)
}

/** A column's value as code reads it, with `null` for empty. */
export function asRead(field: FieldInfo, column: SqlValue | undefined): unknown {
  const value = column ?? null
  switch (field.kind) {
    case 'boolean':
      return value ?? false
    case 'integer':
    case 'float':
    case 'monetary':
      return value ?? 0
    default:
      return value
  }
}
