/** Names of the records that a history speaks of, under the rules of their models; what the caller may not read has none. */

import type { Env } from '../env.ts'
import type { FieldInfo } from '../registry.ts'

export class Names {
  readonly #env: Env
  readonly #wanted = new Map<string, Set<number>>()
  readonly #found = new Map<string, Map<number, string>>()

  constructor(env: Env) {
    this.#env = env.withContext({ active_test: false })
  }

  want(model: string, ids: readonly unknown[]): void {
    const set = this.#wanted.get(model) ?? new Set()
    for (const id of ids) if (typeof id === 'number') set.add(id)
    this.#wanted.set(model, set)
  }

  wantOf(field: FieldInfo, ...values: readonly unknown[]): void {
    for (const value of values) {
      const [model, ids] = pointed(field, value)
      if (model !== null) this.want(model, ids)
    }
  }

  async load(): Promise<void> {
    for (const [model, ids] of this.#wanted) {
      const found = new Map<number, string>()
      this.#found.set(model, found)
      if (!this.#env.registry.models.has(model) || this.#env.grant.records(model, 'read') === false) continue
      for (const row of await this.#env.model(model, [...ids]).loadExisting(['display_name']))
        found.set(row.id, String(row.display_name ?? ''))
    }
  }

  pair(model: string, id: number): readonly [number, string] | false {
    const name = this.#found.get(model)?.get(id)
    return name === undefined ? false : [id, name]
  }

  /** A value with names in place of ids; links to what the caller may not read are left out. */
  shown(field: FieldInfo, value: unknown): unknown {
    const [model, ids] = pointed(field, value)
    if (model === null) return value
    const pairs = ids.map((id) => this.pair(model, id)).filter((pair) => pair !== false)
    if (field.kind === 'many2many' || field.kind === 'one2many') return pairs
    if (field.kind === 'reference') return pairs.length > 0 ? value : false
    return pairs[0] ?? false
  }
}

function pointed(field: FieldInfo, value: unknown): readonly [string | null, readonly number[]] {
  if (field.kind === 'reference') {
    const [model = '', id = ''] = typeof value === 'string' ? value.split(',') : []
    return model === '' ? [null, []] : [model, [Number(id)]]
  }
  if (field.comodel === undefined || (field.kind !== 'many2one' && field.kind !== 'many2many')) return [null, []]
  return [field.comodel, (Array.isArray(value) ? value : [value]).filter((id) => typeof id === 'number')]
}
