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

  /** Reads what is not in memory yet, all shapes in one round trip. */
  async load(wanted: readonly Wanted[]): Promise<void> {
    const missing = new Map<string, { readonly wanted: Wanted; readonly ids: Set<number> }>()
    for (const one of wanted) {
      const key = shape(one.field, one.tails)
      const known = this.#shapes.get(key)
      for (let i = 0; i < this.#values.count; i++) {
        const id = this.#values.value(one.field, i)
        if (typeof id !== 'number' || known?.has(id)) continue
        const entry = missing.get(key) ?? { wanted: one, ids: new Set<number>() }
        missing.set(key, entry)
        entry.ids.add(id)
      }
    }
    await Promise.all(
      [...missing].map(
        ([
          key,
          {
            wanted: { field, tails },
            ids,
          },
        ]) => this.#read(key, field, tails, ids),
      ),
    )
  }

  async #read(key: string, field: FieldInfo, tails: readonly string[], ids: ReadonlySet<number>): Promise<void> {
    const records = this.#kernel.model(field.comodel ?? '', [...ids])
    const rows = await loadRows(records, byPaths(tails))
    const found = this.#shapes.get(key) ?? new Map<number, Row | null>()
    for (const id of ids) found.set(id, null)
    for (const row of rows) found.set(row.id, row)
    this.#shapes.set(key, found)
  }

  /** The record, or `null` where there is none. */
  get(field: FieldInfo, tails: readonly string[], id: SqlValue | typeof ownId | undefined): Row | null {
    return typeof id === 'number' ? (this.#shapes.get(shape(field, tails))?.get(id) ?? null) : null
  }
}

function shape(field: FieldInfo, tails: readonly string[]): string {
  return `${field.comodel}:${[...tails].sort().join(',')}`
}
