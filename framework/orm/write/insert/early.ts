/**
 * Stored computed fields of records that are not there yet. What a record is going to hold is known, and so is what its
 * lists hold: nothing. Only records that it points to are read, in one round trip per rank. What cannot be told this way
 * (functions that ask the database themselves, lists that are being filled) is left to the computation after the INSERT.
 */

import type { SqlValue } from '../../../sql/index.ts'
import { roundTo } from '../../decimal.ts'
import type { Env } from '../../env.ts'
import type { ConstraintInfo, FieldInfo, ModelInfo } from '../../registry.ts'
import { toColumn } from '../values.ts'
import { asRead, type NewColumns, ownId } from './columns.ts'
import { monetaryFields } from '../monetary.ts'
import { PointedTo } from './pointed-to.ts'

/** What is left to be done after the INSERT. */
export interface Late {
  readonly fields: ReadonlySet<FieldInfo>
  /** Numbers of the model's constraints. */
  readonly constraints: ReadonlySet<number>
  readonly isUnrounded: boolean
}

type Record = { [name: string]: unknown }
type Compute = (record: Record) => unknown

/** Computes into `values` what it can. @param kernel an environment that reads everything */
export async function computeEarly(
  kernel: Env,
  model: ModelInfo,
  values: NewColumns,
  filledLists: ReadonlySet<FieldInfo>,
): Promise<Late> {
  const early = new Early(kernel, model, values, filledLists)
  await early.run()
  return early
}

class Early implements Late {
  readonly fields = new Set<FieldInfo>()
  readonly constraints = new Set<number>()
  isUnrounded = false
  readonly #model: ModelInfo
  readonly #values: NewColumns
  readonly #filled: ReadonlySet<FieldInfo>
  readonly #pointedTo: PointedTo
  readonly #computed: readonly FieldInfo[]
  readonly #constraints: readonly (ConstraintInfo & { readonly i: number })[]
  readonly #rank: (field: FieldInfo) => number
  /** Whether the function at work has looked at the id that nobody knows yet. */
  #isTouched = false

  constructor(kernel: Env, model: ModelInfo, values: NewColumns, filled: ReadonlySet<FieldInfo>) {
    const { computedOrder } = kernel.registry
    this.#model = model
    this.#values = values
    this.#filled = filled
    this.#pointedTo = new PointedTo(kernel, values)
    this.#rank = (field) => computedOrder.get(`${model.name}.${field.name}`)?.rank ?? 0
    this.#constraints = model.constraints
      .map((constraint, i) => ({ ...constraint, i }))
      .filter(({ matters }) => matters?.(kernel) !== false)
    this.#computed = [...model.fields.values()]
      .filter((field) => field.column && field.computed)
      .sort((a, b) => this.#rank(a) - this.#rank(b))
  }

  async run(): Promise<void> {
    const functions = [
      ...this.#computed.map((field) => field.computed as NonNullable<FieldInfo['computed']>),
      ...this.#constraints,
    ]
    // What is known to be needed already, in one round trip.
    await this.#pointedTo.load(
      functions
        .filter(({ fn }) => fn.length < 2)
        .flatMap(({ on }) => this.#relations(on))
        .filter(({ field, tails }) => !field.computed && this.#isKnown(field, tails)),
    )
    await this.#round()
    for (let at = 0; at < this.#computed.length; ) {
      const rank = this.#rank(this.#computed[at] as FieldInfo)
      const level = this.#computed.slice(at).filter((field) => this.#rank(field) === rank)
      at += level.length
      await this.#level(level)
    }
    const rules = this.#constraints
      .map(({ on, fn, i }) => ({ on, fn: fn as unknown as Compute, i }))
      .filter(({ on, fn }) => fn.length < 2 || this.#isMentioned(on))
    const known = rules.filter(({ on, fn, i }) => this.#mayCompute(on, fn) || !this.constraints.add(i))
    await this.#pointedTo.load(known.flatMap(({ on }) => this.#relations(on)))
    // What fails is asked again after the INSERT, where its error belongs.
    for (const { on, fn, i } of known) if (this.#each(on, fn) === null) this.constraints.add(i)
  }

  // As in Odoo, a constraint that asks the database is for records whose values have to do with it.
  #isMentioned(on: readonly string[]): boolean {
    for (const head of byHead(on).keys()) {
      const field = this.#model.fields.get(head)
      if (!field?.column || field.computed || this.#values.isMentioned(field)) return true
    }
    return false
  }

  // Amounts are rounded before anything is computed from them.
  async #round(): Promise<void> {
    const given = new Set(this.#values.fields().map((field) => field.name))
    for (const [currency, names] of monetaryFields(this.#model, given)) {
      const field = this.#model.fields.get(currency)
      if (!field?.column) continue
      if (field.computed || field.options.companyDependent || !this.#pointedTo.isSettled(field, ['rounding'])) {
        this.isUnrounded = true
        for (const name of names) this.#unrounded.add(name)
        continue
      }
      await this.#pointedTo.load([{ field, tails: ['rounding'] }])
      for (const name of names)
        this.#values.round(this.#model.fields.get(name) as FieldInfo, (amount, i) => {
          const row = this.#pointedTo.get(field, ['rounding'], this.#values.value(field, i))
          return roundTo(amount, Number(row?.['rounding'] ?? 0))
        })
    }
  }

  readonly #unrounded = new Set<string>()

  async #level(level: readonly FieldInfo[]): Promise<void> {
    const able: FieldInfo[] = []
    for (const field of level) {
      const { on, fn } = field.computed as NonNullable<FieldInfo['computed']>
      if (this.#mayCompute(on, fn as unknown as Compute, field)) able.push(field)
      else this.fields.add(field)
    }
    await this.#pointedTo.load(able.flatMap((field) => this.#relations(field.computed?.on ?? [])))
    for (const field of able) {
      const { on, fn } = field.computed as NonNullable<FieldInfo['computed']>
      const results = this.#each(on, fn as unknown as Compute, field)
      if (results === null) this.fields.add(field)
      else this.#values.compute(field, results)
    }
  }

  /** The results for all records; `null` when one of them cannot be told without the record's id, or fails. */
  #each(on: readonly string[], fn: Compute, field?: FieldInfo): (SqlValue | typeof ownId | undefined)[] | null {
    const heads = byHead(on)
    const results: (SqlValue | typeof ownId | undefined)[] = []
    for (let i = 0; i < this.#values.count; i++) {
      if (field?.options.editable && this.#values.isGiven(field, i)) {
        results.push(undefined)
        continue
      }
      this.#isTouched = false
      let result: unknown
      try {
        result = fn(this.#record(heads, i))
        if (isPromise(result)) {
          result.then(undefined, () => {})
          return null
        }
        if (this.#isTouched && !(field && this.#pointsToItself(field, result))) return null
        results.push(field === undefined ? null : result === placeholder ? ownId : toColumn(field, result))
      } catch {
        return null
      }
    }
    return results
  }

  // Only the id itself can be told before it is known, and only where it is not given from outside.
  #pointsToItself(field: FieldInfo, result: unknown): boolean {
    const { name } = this.#model
    return field.kind === 'many2one' && field.comodel === name && result === placeholder && !this.#values.hasIds
  }

  #record(heads: ReadonlyMap<string, readonly string[]>, i: number): Record {
    const record = this.#withId()
    for (const [head, tails] of heads) {
      const field = this.#model.fields.get(head) as FieldInfo
      if (head === 'id') continue
      if (field.kind === 'one2many' || field.kind === 'many2many') record[head] = []
      else {
        const value = this.#values.value(field, i)
        if (value === ownId) this.#ownRecord(record, field, tails, i)
        else if (tails.length > 0 && field.comodel) record[head] = this.#pointedTo.get(field, tails, value)
        else record[head] = asRead(field, value)
      }
    }
    return record
  }

  // A record that points to itself shows what it is going to hold.
  #ownRecord(record: Record, field: FieldInfo, tails: readonly string[], i: number): void {
    if (tails.length === 0) this.#define(record, field.name)
    else {
      const nested = this.#withId()
      for (const tail of tails) {
        const own = this.#model.fields.get(tail) as FieldInfo
        const value = this.#values.value(own, i)
        if (value === ownId) this.#define(nested, tail)
        else nested[tail] = asRead(own, value)
      }
      record[field.name] = nested
    }
  }

  #withId(): Record {
    const touch = this.#touch
    return {
      get id() {
        return touch()
      },
    }
  }

  #define(record: Record, name: string): void {
    Object.defineProperty(record, name, { get: this.#touch, enumerable: true, configurable: true })
  }

  readonly #touch = (): number => {
    this.#isTouched = true
    return placeholder
  }

  /** Whether everything that a function reads is known before the INSERT. */
  #mayCompute(on: readonly string[], fn: Compute, target?: FieldInfo): boolean {
    // A function that takes the environment may ask for anything, the record itself included.
    if (fn.length > 1 || target?.options.translate) return false
    for (const [head, tails] of byHead(on)) {
      const field = this.#model.fields.get(head)
      if (!field || field === target) return false
      if (head !== 'id' && !this.#isKnown(field, tails)) return false
    }
    return true
  }

  #isKnown(field: FieldInfo, tails: readonly string[]): boolean {
    if (field.kind === 'one2many' || field.kind === 'many2many') return this.#isEmptyList(field)
    if (!this.#isOwnKnown(field)) return false
    if (tails.length === 0 || !field.comodel) return tails.length === 0
    if (field.kind !== 'many2one') return false
    // Once through the record itself, at most: what lies further is looked up when it is there.
    const mayBeOwn = this.#values.mayBeOwn(field)
    if (mayBeOwn && !tails.every((tail) => this.#isPlain(tail))) return false
    return this.#pointedTo.isSettled(field, tails)
  }

  #isPlain(name: string): boolean {
    const field = this.#model.fields.get(name)
    return field !== undefined && name !== 'id' && field.kind !== 'many2one' && this.#isOwnKnown(field)
  }

  #isOwnKnown(field: FieldInfo): boolean {
    if (!field.column || unknowable.has(field.name) || this.fields.has(field) || this.#unrounded.has(field.name))
      return false
    if (field.computed && !this.#values.isComputed(field)) return false
    return field.kind !== 'json' && field.kind !== 'binary' && !this.#values.isInLanguages(field)
  }

  #isEmptyList(field: FieldInfo): boolean {
    if (field.related || field.computed || field.delegate) return false
    for (const filled of this.#filled) if (filled.comodel === field.comodel) return false
    if (field.link) return true
    // A record may be in its own list where the other side is computed.
    return field.comodel !== this.#model.name || !this.#model.fields.get(field.inverse ?? '')?.computed
  }

  #relations(on: readonly string[]): { field: FieldInfo; tails: readonly string[] }[] {
    return [...byHead(on)].flatMap(([head, tails]) => {
      const field = this.#model.fields.get(head)
      return field?.kind === 'many2one' && tails.length > 0 ? [{ field, tails }] : []
    })
  }
}

// No id is negative.
const placeholder = -1
const unknowable: ReadonlySet<string> = new Set(['create_uid', 'create_date', 'write_uid', 'write_date'])

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null)?.then === 'function'
}

const heads = new WeakMap<readonly string[], ReadonlyMap<string, readonly string[]>>()

/** First parts of paths, each with what follows it. */
function byHead(on: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const known = heads.get(on)
  if (known) return known
  const found = new Map<string, string[]>()
  for (const path of on) {
    const [head = '', ...rest] = path.split('.')
    const tails = found.get(head) ?? []
    if (rest.length > 0) tails.push(rest.join('.'))
    found.set(head, tails)
  }
  heads.set(on, found)
  return found
}
