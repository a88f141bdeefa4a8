/** Records that new ones point to, read together: one statement for each shape in which they are wanted. */

import type { SqlValue } from '../../../sql/index.ts'
import type { Env } from '../../env.ts'
import { loadRows } from '../../model/reading.ts'
import { byPaths } from '../../query/spec.ts'
import type { FieldInfo } from '../../registry.ts'
import { expand } from '../../triggers.ts'
import type { NewColumns, ownId } from './columns.ts'

type Row = Readonly<Record<string, unknown>>

/** A many2one, with paths into the record that it points to. */
export interface Wanted {
  readonly field: FieldInfo
  readonly tails: readonly string[]
}

/** Records of a model to be read, and the shapes that they serve. */
interface Read {
  readonly model: string
  readonly tails: Set<string>
  readonly shapes: Map<string, readonly string[]>
  readonly ids: Set<number>
}

export class PointedTo {
  readonly #kernel: Env
  readonly #values: NewColumns
  readonly #shapes = new Map<string, Map<number, Row | null>>()

  constructor(kernel: Env, values: NewColumns) {
    this.#kernel = kernel
    this.#values = values
  }

  /** Whether nothing that would be read waits for its own computation: then it is read when that is done. */
  isSettled({ comodel = '' }: FieldInfo, tails: readonly string[]): boolean {
    const { registry, state } = this.#kernel
    const model = registry.models.get(comodel)
    if (!model) return false
    if (state.pending.size === 0) return true
    for (const tail of tails)
      for (const path of expand(registry.models, model, tail.split('.'))) {
        let at = model
        for (const part of path) {
          if ((state.pending.get(`${at.name}.${part}`)?.size ?? 0) > 0) return false
          at = registry.models.get(at.fields.get(part)?.comodel ?? '') ?? at
        }
      }
    return true
  }

  /** Reads what is not in memory yet, in one round trip: what is wanted of a model comes together as far as it fits together. */
  async load(wanted: readonly Wanted[]): Promise<void> {
    const reads: Read[] = []
    for (const { field, tails } of wanted) {
      const key = shape(field, tails)
      const known = this.#shapes.get(key)
      const missing = this.#values.distinct(field).filter((id) => !known?.has(id))
      if (missing.length === 0) continue
      const model = field.comodel ?? ''
      let read = reads.find((one) => one.model === model && fits(one.tails, tails))
      if (!read) {
        read = { model, tails: new Set(), shapes: new Map(), ids: new Set() }
        reads.push(read)
      }
      for (const tail of tails) read.tails.add(tail)
      read.shapes.set(key, tails)
      for (const id of missing) read.ids.add(id)
    }
    await Promise.all(reads.map((read) => this.#read(read)))
  }

  async #read({ model, tails, shapes, ids }: Read): Promise<void> {
    const rows = await loadRows(this.#kernel.model(model, [...ids]), byPaths([...tails].sort()))
    for (const [key, wanted] of shapes) {
      // What one shape wants as a record, another may want as its id.
      const plain = wanted.filter((tail) => [...tails].some((other) => other.startsWith(`${tail}.`)))
      const found = this.#shapes.get(key) ?? new Map<number, Row | null>()
      for (const id of ids) found.set(id, null)
      for (const row of rows) found.set(row.id, plain.length === 0 ? row : withIds(row, plain))
      this.#shapes.set(key, found)
    }
  }

  /** The record, or `null` where there is none. */
  get(field: FieldInfo, tails: readonly string[], id: SqlValue | typeof ownId | undefined): Row | null {
    return typeof id === 'number' ? (this.#shapes.get(shape(field, tails))?.get(id) ?? null) : null
  }
}

function shape(field: FieldInfo, tails: readonly string[]): string {
  return `${field.comodel}:${[...tails].sort().join(',')}`
}

// One read gives what lies deeper as ids or as records, not both.
function fits(together: ReadonlySet<string>, tails: readonly string[]): boolean {
  const isPart = (a: string, b: string) => a.includes('.') && b.startsWith(`${a}.`)
  for (const a of together) for (const b of tails) if (isPart(a, b) || isPart(b, a)) return false
  return true
}

function withIds(row: Row, names: readonly string[]): Row {
  const idOf = (value: unknown): unknown => (value as { id?: number } | null)?.id ?? null
  const ids = names.map((name) => [name, Array.isArray(row[name]) ? row[name].map(idOf) : idOf(row[name])])
  return { ...row, ...Object.fromEntries(ids) }
}
