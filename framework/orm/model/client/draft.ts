/** A record as a form shows it before it is saved: given values, stored ones beneath, and what is computed from both. */

import type { Env } from '../../env.ts'
import type { FieldInfo, ModelInfo } from '../../registry.ts'

type Values = Readonly<Record<string, unknown>>

/** Lines of lines of lines: a form shows a few levels. */
const deepest = 6

/** The paths that a field is computed from, when it is. */
export function sourcesOf(field: FieldInfo): readonly string[] {
  if (field.related && !field.column) return [field.related.join('.')]
  return field.computed?.on ?? []
}

/** Reads are the caller's own; nothing is written. */
export class Draft {
  readonly #env: Env
  readonly #info: ModelInfo
  readonly #id: number | null
  readonly #values: Values
  readonly #above: { readonly field: string; readonly draft: Draft } | null
  readonly #depth: number
  readonly #computed = new Map<string, unknown>()

  constructor(
    env: Env,
    info: ModelInfo,
    id: number | null,
    values: Values,
    above: { field: string; draft: Draft } | null = null,
  ) {
    this.#env = env
    this.#info = info
    this.#id = id
    this.#values = values
    this.#above = above
    this.#depth = above ? above.draft.#depth + 1 : 0
  }

  /** The value of a computed field, `null` where it is empty; worked out once. */
  async compute(field: FieldInfo): Promise<unknown> {
    if (this.#computed.has(field.name)) return this.#computed.get(field.name)
    // A field that comes back to itself meets this empty value on the way.
    this.#computed.set(field.name, emptyOf(field))
    const value = await this.#work(field)
    this.#computed.set(field.name, value)
    return value
  }

  async #work(field: FieldInfo): Promise<unknown> {
    const record = await this.load(sourcesOf(field))
    if (field.related && !field.column)
      return field.related.reduce<unknown>((at, part) => (at as Values | null)?.[part] ?? null, record)
    const fn = field.computed?.fn as ((record: Values, env: Env) => unknown) | undefined
    return (await fn?.(record, this.#env)) ?? emptyOf(field)
  }

  /** What `load()` would give of these paths, were the record saved. */
  async load(paths: readonly string[]): Promise<Record<string, unknown>> {
    const heads = new Map<string, string[]>()
    for (const path of paths) {
      const [head = '', ...rest] = path.split('.')
      heads.set(head, [...(heads.get(head) ?? []), ...(rest.length > 0 ? [rest.join('.')] : [])])
    }
    const record: Record<string, unknown> = { id: this.#id ?? 0 }
    const stored: string[] = []
    for (const [head, tails] of heads) {
      const field = this.#info.fields.get(head)
      if (!field) continue
      const isGiven = head in this.#values || head === this.#above?.field
      if (isGiven) record[head] = await this.#given(field, this.#values[head], tails)
      else if (sourcesOf(field).length > 0 && field.name !== 'display_name')
        record[head] = await this.#reach(field, await this.compute(field), tails)
      else if (this.#id === null) record[head] = emptyOf(field)
      else stored.push(...(tails.length > 0 ? tails.map((tail) => `${head}.${tail}`) : [head]))
    }
    if (stored.length === 0 || this.#id === null) return record
    const [row] = await this.#env.model(this.#info.name, [this.#id]).loadExisting(stored)
    // A line that is not there for the caller counts as an empty one.
    for (const head of heads.keys()) {
      const field = this.#info.fields.get(head)
      if (field && !(head in record)) record[head] = row?.[head] ?? emptyOf(field)
    }
    return record
  }

  async #given(field: FieldInfo, value: unknown, tails: readonly string[]): Promise<unknown> {
    if (field.kind === 'one2many' || field.kind === 'many2many') {
      const lines = await this.#lines(field, value)
      if (tails.length === 0) return lines.flatMap((line) => (line.#id === null ? [] : [line.#id]))
      const loaded: unknown[] = []
      for (const line of lines) loaded.push(await line.load(tails))
      return loaded
    }
    if (field.name === this.#above?.field) {
      const { draft } = this.#above
      return tails.length > 0 ? draft.load(tails) : draft.#id
    }
    if (field.kind === 'many2one') return this.#reach(field, idOf(value), tails)
    return value === false && field.kind !== 'boolean' ? emptyOf(field) : (value ?? emptyOf(field))
  }

  // A record that the draft points to, as it is stored.
  async #reach(field: FieldInfo, value: unknown, tails: readonly string[]): Promise<unknown> {
    if (tails.length === 0 || !field.comodel) return value
    const ids = Array.isArray(value) ? (value as number[]) : typeof value === 'number' ? [value] : []
    const rows = await this.#env.model(field.comodel, ids).loadExisting(tails)
    return field.kind === 'many2one' ? (rows[0] ?? null) : rows
  }

  // Commands applied to what is stored, or a plain list of ids.
  async #lines(field: FieldInfo, value: unknown): Promise<Draft[]> {
    const comodel = this.#env.registry.models.get(field.comodel ?? '')
    if (!comodel || !Array.isArray(value) || this.#depth >= deepest) return []
    const above = field.inverse ? { field: field.inverse, draft: this } : null
    const line = (id: number | null, values: unknown = {}) =>
      new Draft(this.#env, comodel, id, values !== null && typeof values === 'object' ? (values as Values) : {}, above)
    const isPlain = value.every((item) => typeof item === 'number')
    const lines = new Map<unknown, Draft>()
    const before = this.#id === null || isPlain ? [] : await this.#stored(field)
    for (const id of isPlain ? (value as number[]) : before) lines.set(id, line(id))
    for (const [at, command] of value.entries()) {
      if (!Array.isArray(command)) continue
      const [code, id, values] = command as [unknown, unknown, unknown]
      if (code === 0) lines.set(`new ${at}`, line(null, values))
      else if (code === 1 && typeof id === 'number') lines.set(id, line(id, values))
      else if (code === 4 && typeof id === 'number') lines.set(id, lines.get(id) ?? line(id))
      else if (code === 2 || code === 3) lines.delete(id)
      else if (code === 5 || code === 6) lines.clear()
      if (code === 6 && Array.isArray(values)) for (const one of values as number[]) lines.set(one, line(one))
    }
    return [...lines.values()]
  }

  async #stored(field: FieldInfo): Promise<readonly number[]> {
    const [row] = await this.#env.model(this.#info.name, [this.#id as number]).loadExisting([field.name])
    return (row?.[field.name] as number[] | undefined) ?? []
  }
}

function idOf(value: unknown): number | null {
  const raw = Array.isArray(value) ? (value as unknown[])[0] : ((value as { id?: unknown } | null)?.id ?? value)
  return typeof raw === 'number' && raw > 0 ? raw : null
}

function emptyOf(field: FieldInfo): unknown {
  if (field.kind === 'one2many' || field.kind === 'many2many') return []
  if (field.kind === 'integer' || field.kind === 'float' || field.kind === 'monetary') return 0
  return field.kind === 'boolean' ? false : null
}
