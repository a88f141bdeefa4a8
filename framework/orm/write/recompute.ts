/** Stored computed fields follow what they depend on: once per batch, in the order of dependency. */

import { id, join, type Sql, sql } from '../../sql/index.ts'
import type { Env } from '../env.ts'
import type { FieldInfo, ModelInfo, Trigger } from '../registry.ts'
import { loadRows } from '../model/reading.ts'
import { Scope } from '../query/scope.ts'
import { computedSpec } from '../query/spec.ts'
import { toColumn } from './values.ts'

/** Notes that fields of records changed: everything that depends on them is computed again before the next read. */
export async function markModified(
  env: Env,
  model: ModelInfo,
  ids: readonly number[],
  fields: Iterable<string>,
  options: { readonly created?: boolean; readonly othersOnly?: boolean } = {},
): Promise<void> {
  if (ids.length === 0) return
  const done = new Set<Trigger>()
  // Many fields are reached on the same way; it is walked once.
  const reached = new Map<string, number[]>()
  const reachedFrom = async (trigger: Trigger): Promise<number[]> => {
    const way = `${trigger.targetModel} ${trigger.path.join('.')}`
    const found = reached.get(way) ?? (await affected(env, trigger, ids))
    reached.set(way, found)
    return found
  }
  for (const name of fields) {
    for (const trigger of env.registry.triggers.get(`${model.name}.${name}`) ?? []) {
      if (done.has(trigger)) continue
      done.add(trigger)
      if (trigger.path.length === 0) {
        if (!options.othersOnly) addPending(env, trigger, ids)
        continue
      }
      if (!options.created || endsInOneToMany(env, trigger)) addPending(env, trigger, await reachedFrom(trigger))
    }
  }
}

/** Adds records to what has to be computed. */
export function addPending(
  env: Env,
  target: { readonly targetModel: string; readonly targetField: string },
  ids: readonly number[],
): void {
  if (ids.length === 0) return
  const key = `${target.targetModel}.${target.targetField}`
  const set = env.state.pending.get(key) ?? new Set<number>()
  for (const n of ids) set.add(n)
  env.state.pending.set(key, set)
}

// Nobody can point to a record that was just made, except through the record's own many2one.
function endsInOneToMany(env: Env, trigger: Trigger): boolean {
  let model = env.registry.models.get(trigger.targetModel)
  let last: FieldInfo | undefined
  for (const name of trigger.path) {
    last = model?.fields.get(name)
    model = env.registry.models.get(last?.comodel ?? '')
  }
  return last?.kind === 'one2many'
}

async function affected(env: Env, trigger: Trigger, ids: readonly number[]): Promise<number[]> {
  const steps: { model: ModelInfo; field: FieldInfo }[] = []
  let model = env.registry.models.get(trigger.targetModel)
  for (const name of trigger.path) {
    const field = model?.fields.get(name)
    if (!model || !field) return []
    steps.push({ model, field })
    model = env.registry.models.get(field.comodel ?? '')
  }
  let inner: Sql = sql`SELECT unnest(${ids}::int4[])`
  for (const { model: at, field } of steps.reverse()) {
    const comodel = env.registry.models.get(field.comodel ?? '')
    if (!comodel) return []
    if (field.kind === 'many2one') inner = sql`SELECT id FROM ${id(at.table)} WHERE ${id(field.name)} IN (${inner})`
    else if (field.kind === 'one2many')
      inner = sql`SELECT ${id(field.inverse ?? '')} FROM ${id(comodel.table)} WHERE ${id(field.inverse ?? '')} IS NOT NULL AND id IN (${inner})`
    else if (field.link)
      inner = sql`SELECT ${id(field.link.own)} FROM ${id(field.link.table)} WHERE ${id(field.link.other)} IN (${inner})`
  }
  return (await env.db.query<{ id: number }>(sql`SELECT x.* FROM (${inner}) x(id)`)).map((row) => row.id)
}

/** Computes everything that is pending, lowest rank first; what changed may make more pending. */
export async function flush(env: Env): Promise<void> {
  const { state } = env
  if (state.flushing) return
  state.flushing = true
  try {
    await env.elevate('orm.recompute', { models: '*', ops: ['read'] }, async (kernel) => {
      for (let round = 0; ; round++) {
        const batch = nextBatch(kernel)
        if (!batch) return
        if (round > 10_000) throw new Error('Computed fields do not come to rest.')
        await computeBatch(kernel, batch)
      }
    })
  } finally {
    state.flushing = false
  }
}

/** Fields of one model and rank that are due for exactly the same records. */
interface Batch {
  readonly model: ModelInfo
  readonly fields: readonly FieldInfo[]
  readonly ids: readonly number[]
}

function nextBatch(env: Env): Batch | null {
  const { pending } = env.state
  let best: string | undefined
  for (const key of pending.keys()) {
    if (key.includes('.#')) continue
    if (best === undefined || rank(env, key) < rank(env, best)) best = key
  }
  if (best === undefined) return null
  const modelName = best.slice(0, best.lastIndexOf('.'))
  const model = env.registry.models.get(modelName)
  const ids = pending.get(best) ?? new Set<number>()
  if (!model) {
    pending.delete(best)
    return nextBatch(env)
  }
  // A field that is due for fewer records waits for its turn: its value may have been given for the others.
  const fields: FieldInfo[] = []
  for (const [key, due] of pending) {
    if (key.includes('.#') || key.lastIndexOf('.') !== modelName.length || !key.startsWith(modelName)) continue
    if (rank(env, key) !== rank(env, best) || !sameMembers(due, ids)) continue
    pending.delete(key)
    const field = model.fields.get(key.slice(modelName.length + 1))
    if (field) fields.push(field)
  }
  return { model, fields, ids: [...ids] }
}

function sameMembers(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  if (a.size !== b.size) return false
  for (const n of a) if (!b.has(n)) return false
  return true
}

function rank(env: Env, key: string): number {
  return env.registry.ranks.get(key) ?? 0
}

async function computeBatch(env: Env, { model, fields, ids }: Batch): Promise<void> {
  // What all of them depend on comes in one read, each in the shape that it asks for.
  const kernel = env.withContext({ active_test: false, bin_size: false })
  const scope = new Scope(kernel)
  const spec = computedSpec(scope, model, fields)
  const names = fields.map((field) => field.name)
  for (let at = 0; at < ids.length; at += 5_000) {
    const rows = await loadRows(kernel.model(model.name, ids.slice(at, at + 5_000)), scope, spec)
    const columns = fields.map((field) => ({
      field,
      values: rows.map((row) => asText(field, toColumn(field, row[field.name]))),
    }))
    const changed = await store(
      env,
      model,
      rows.map((row) => row.id),
      columns,
    )
    await markModified(env, model, changed, names)
  }
}

/** New values of a field, in the order of the records, as text that casts to its column. */
interface Column {
  readonly field: FieldInfo
  readonly values: readonly (string | null)[]
}

function asText(field: FieldInfo, value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (field.options.translate) return JSON.stringify({ en_US: value })
  return typeof value === 'boolean' ? (value ? 't' : 'f') : String(value)
}

/** Writes what is new in one statement; returns the records in which anything changed. */
async function store(
  env: Env,
  model: ModelInfo,
  ids: readonly number[],
  columns: readonly Column[],
): Promise<number[]> {
  if (ids.length === 0) return []
  const names = columns.map(({ field }) => id(field.name))
  const given = columns.map(({ field }, i) => sql`u.${id(`v${i}`)}::${castOf(field)}`)
  const arrays = columns.map(({ values }) => sql`${values}::text[]`)
  const rows = await env.db.query<{ id: number }>(sql`
    UPDATE ${id(model.table)} t SET ${join(names.map((name, i) => sql`${name} = ${given[i] as Sql}`))}
    FROM unnest(${ids}::int4[], ${join(arrays)}) u(id, ${join(columns.map((_, i) => id(`v${i}`)))})
    WHERE t.id = u.id AND ROW(${join(names.map((name) => sql`t.${name}`))}) IS DISTINCT FROM ROW(${join(given)})
    RETURNING t.id`)
  return rows.map((row) => row.id)
}

const casts: Readonly<Record<string, Sql>> = {
  varchar: sql`varchar`,
  text: sql`text`,
  bool: sql`bool`,
  int4: sql`int4`,
  float8: sql`float8`,
  numeric: sql`numeric`,
  date: sql`date`,
  timestamp: sql`timestamp`,
  jsonb: sql`jsonb`,
  bytea: sql`bytea`,
}

/** The SQL type name of a field's column. */
export function castOf(field: FieldInfo): Sql {
  const cast = casts[field.columnType]
  if (!cast) throw new TypeError(`${field.columnType} is no column type.`)
  return cast
}

/** Takes the constraints that must be checked out of what is pending: model, index, records. */
export function takeConstraints(env: Env): { model: ModelInfo; index: number; ids: number[] }[] {
  const found: { model: ModelInfo; index: number; ids: number[] }[] = []
  for (const [key, ids] of env.state.pending) {
    const at = key.indexOf('.#')
    if (at < 0) continue
    env.state.pending.delete(key)
    const model = env.registry.models.get(key.slice(0, at))
    if (model) found.push({ model, index: Number(key.slice(at + 2)), ids: [...ids] })
  }
  return found
}
