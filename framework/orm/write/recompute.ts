/** Stored computed fields follow what they depend on: once per batch, in the order of dependency. */

import { empty, id, join, type Sql, sql } from '../../sql/index.ts'
import { noteUpdate } from '../audit/changes.ts'
import type { Env } from '../env.ts'
import type { FieldInfo, ModelInfo, Trigger } from '../registry.ts'
import { loadRows } from '../model/reading.ts'
import type { RecordSet } from '../model/record-set.ts'
import { anew } from '../query/spec.ts'
import { computedText } from './insert/columns.ts'
import { unlessHolds } from './row-rule.ts'
import { type Batch, nextBatch } from './schedule.ts'
import { toColumn } from './values.ts'
import { laterThan } from './stamp.ts'

/** Notes that fields of records changed: everything that depends on them is computed again before the next read. */
export async function markModified(
  env: Env,
  model: ModelInfo,
  ids: readonly number[],
  fields: Iterable<string>,
  options: {
    readonly othersOnly?: boolean
    readonly except?: readonly string[]
    readonly parents?: Parents
  } = {},
): Promise<void> {
  if (ids.length === 0) return
  const triggers = new Set<Trigger>()
  for (const name of fields)
    for (const one of env.registry.triggers.get(`${model.name}.${name}`) ?? []) triggers.add(one)
  // Many fields are reached on the same way; it is walked once, and all ways in one round trip.
  const reached = new Map<string, Promise<readonly number[]>>()
  const found = [...triggers].map(async (trigger) => {
    if (trigger.path.length === 0) return options.othersOnly || options.except?.includes(trigger.targetField) ? [] : ids
    const way = `${trigger.targetModel} ${trigger.path.join('.')}`
    const known = parentsOf(env, model, trigger, options.parents)
    const there = reached.get(way) ?? (known ? Promise.resolve(known) : affected(env, trigger, ids))
    reached.set(way, there)
    return there
  })
  for (const [i, there] of (await Promise.all(found)).entries()) addPending(env, [...triggers][i] as Trigger, there)
}

/** Records that the changed ones point to, by the name of the many2one; as far as it is known. */
export type Parents = ReadonlyMap<string, readonly number[]>

// What lists the changed records is what they point to.
function parentsOf(
  env: Env,
  model: ModelInfo,
  trigger: Trigger,
  parents: Parents | undefined,
): readonly number[] | undefined {
  const inverse = listedBy(env, model, trigger)
  return inverse === undefined ? undefined : parents?.get(inverse)
}

// The many2one of the changed model by which the trigger's target lists it.
function listedBy(env: Env, model: ModelInfo, { targetModel, path }: Trigger): string | undefined {
  const [only = ''] = path
  const field = path.length === 1 ? env.registry.models.get(targetModel)?.fields.get(only) : undefined
  const inverse = model.fields.get(field?.inverse ?? '')
  return field?.kind === 'one2many' && field.comodel === model.name && inverse?.kind === 'many2one' && inverse.column
    ? inverse.name
    : undefined
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

/** Records whose fields a trigger reaches. @param parents where the last step of the path leads, when that is known already */
export async function affected(
  env: Env,
  trigger: Trigger,
  ids: readonly number[],
  parents: readonly number[] | null = null,
): Promise<number[]> {
  const steps: { model: ModelInfo; field: FieldInfo }[] = []
  let model = env.registry.models.get(trigger.targetModel)
  for (const name of trigger.path) {
    const field = model?.fields.get(name)
    if (!model || !field) return []
    steps.push({ model, field })
    model = env.registry.models.get(field.comodel ?? '')
  }
  if (parents) steps.pop()
  if (parents && steps.length === 0) return [...parents]
  let inner: Sql = sql`SELECT unnest(${parents ?? ids}::int4[])`
  for (const { model: at, field } of steps.reverse()) {
    const comodel = env.registry.models.get(field.comodel ?? '')
    if (!comodel) return []
    if (field.kind === 'many2one') inner = sql`SELECT id FROM ${id(at.table)} WHERE ${id(field.name)} IN (${inner})`
    else if (field.kind === 'one2many') {
      const modelField = comodel.fields.get(field.inverse ?? '')?.options.modelField
      const ofModel = modelField === undefined ? empty : sql` AND ${id(modelField)} = ${at.name}`
      inner = sql`SELECT ${id(field.inverse ?? '')} FROM ${id(comodel.table)} WHERE ${id(field.inverse ?? '')} IS NOT NULL${ofModel} AND id IN (${inner})`
    } else if (field.link)
      inner = sql`SELECT ${id(field.link.own)} FROM ${id(field.link.table)} WHERE ${id(field.link.other)} IN (${inner})`
  }
  return (await env.db.query<{ id: number }>(sql`SELECT x.* FROM (${inner}) x(id)`)).map((row) => row.id)
}

/** Computes everything that is pending, in the order of dependency; what changed may make more pending. */
export async function flush(env: Env): Promise<void> {
  if (env.state.flushing) return
  await asKernel(env, async (kernel) => {
    for (let round = 0; ; round++) {
      const batch = nextBatch(kernel.registry, kernel.state.pending)
      if (!batch) return
      if (round > 10_000) throw new Error('Computed fields do not come to rest.')
      await computeBatch(kernel, batch)
    }
  })
}

/** Runs `fn` with an environment that reads everything as it is, without computing anything that is due. */
export async function asKernel<T>(env: Env, fn: (kernel: Env) => Promise<T>): Promise<T> {
  const { state } = env
  const before = state.flushing
  state.flushing = true
  try {
    return await env.elevate('orm.recompute', { models: '*', ops: ['read'] }, fn)
  } finally {
    state.flushing = before
  }
}

async function computeBatch(env: Env, { model, fields, ids }: Batch): Promise<void> {
  // What all of them depend on comes in one read, each in the shape that it asks for; one made of another takes it as it was just computed.
  const kernel = env.withContext({ active_test: false, bin_size: false })
  const wish = anew(fields)
  const names = fields.map((field) => field.name)
  for (let at = 0; at < ids.length; at += 5_000) {
    const records = kernel.model(model.name, ids.slice(at, at + 5_000))
    const rows = await loadRows(records, wish)
    const texts = await inAllLanguages(records, fields)
    const columns = fields.map((field) => ({
      field,
      values: rows.map((row) => texts.get(field)?.get(row.id) ?? computedText(field, toColumn(field, row[field.name]))),
    }))
    const { changed, parents } = await store(
      env,
      model,
      rows.map((row) => row.id),
      columns,
    )
    await markModified(env, model, changed, names, { except: names, parents })
  }
}

// A translated text that is computed follows each language, whichever its writer works in.
async function inAllLanguages(
  records: RecordSet,
  fields: readonly FieldInfo[],
): Promise<ReadonlyMap<FieldInfo, ReadonlyMap<number, string>>> {
  const { env, info } = records
  const translated = fields.filter((field) => field.options.translate)
  const texts = new Map(translated.map((field) => [field, new Map<number, Record<string, unknown>>()]))
  if (translated.length === 0) return new Map()
  const active = await env.db.query<{ code: string }>(sql`SELECT code FROM res_lang WHERE active AND code <> 'en_US'`)
  for (const lang of ['en_US', ...active.map(({ code }) => code)]) {
    const kernel = env.withContext({ lang })
    for (const row of await loadRows(kernel.model(info.name, records.ids), anew(translated)))
      for (const [field, ofField] of texts) {
        const text = toColumn(field, row[field.name])
        const known = ofField.get(row.id) ?? {}
        if (text !== null && text !== known['en_US']) ofField.set(row.id, { ...known, [lang]: text })
      }
  }
  return new Map(
    [...texts].map(([field, ofField]) => [
      field,
      new Map([...ofField].map(([n, byLanguage]) => [n, JSON.stringify(byLanguage)])),
    ]),
  )
}

/** New values of a field, in the order of the records, as text that casts to its column. */
interface Column {
  readonly field: FieldInfo
  readonly values: readonly (string | null)[]
}

/** Writes what is new in one statement; returns the records in which anything changed, and what they point to. */
async function store(
  env: Env,
  model: ModelInfo,
  ids: readonly number[],
  columns: readonly Column[],
): Promise<{ changed: number[]; parents: Parents }> {
  if (ids.length === 0) return { changed: [], parents: new Map() }
  const names = columns.map(({ field }) => id(field.name))
  const given = columns.map(({ field }, i) => sql`u.${id(`v${i}`)}::${castOf(field)}`)
  const arrays = columns.map(({ values }) => sql`${values}::text[]`)
  const links = new Set<string>()
  for (const { field } of columns)
    for (const trigger of env.registry.triggers.get(`${model.name}.${field.name}`) ?? []) {
      const link = listedBy(env, model, trigger)
      if (link !== undefined) links.add(link)
    }
  const returned = [id('id'), ...[...links].map((name) => id(name))]
  const sets = names.map((name, i) => sql`${name} = ${given[i] as Sql}`)
  // What was computed anew is new for programs that fetch changes, too.
  if (model.fields.get('write_date')?.column) sets.push(sql`write_date = ${laterThan(sql`t.write_date`)}`)
  const note = noteUpdate(
    env,
    model,
    columns.map(({ field }) => field),
    't',
    { computed: true, also: true },
  )
  const update = sql`
    UPDATE ${id(model.table)} t SET ${join(sets)}
    FROM unnest(${ids}::int4[], ${join(arrays)}) u(id, ${join(columns.map((_, i) => id(`v${i}`)))})${note.from}
    WHERE t.id = u.id${note.joined} AND ROW(${join(names.map((name) => sql`t.${name}`))}) IS DISTINCT FROM ROW(${join(given)})
    RETURNING ${join(returned.map((name) => sql`t.${name}`))}${note.returning}`
  if (env.tx?.mayShorten && !isAskedFor(env, model, columns)) {
    env.tx.postpone((guard) => sql`WITH done AS (${update})${note.noted} SELECT ${unlessHolds(guard)} AS ok`)
    return { changed: [], parents: new Map() }
  }
  const rows = await env.db.query<{ id: number } & Record<string, number | null>>(
    note.isOn ? sql`WITH done AS (${update})${note.noted} SELECT ${join(returned)} FROM done` : update,
  )
  const parents = new Map([...links].map((name) => [name, [...new Set(rows.flatMap((row) => row[name] ?? []))]]))
  return { changed: rows.map((row) => row.id), parents }
}

// Whether something else follows from these fields, so that it has to be known which records changed.
function isAskedFor(env: Env, model: ModelInfo, columns: readonly Column[]): boolean {
  const names = new Set(columns.map(({ field }) => field.name))
  return columns.some(({ field }) =>
    (env.registry.triggers.get(`${model.name}.${field.name}`) ?? []).some(
      ({ path, targetField }) => path.length > 0 || !names.has(targetField),
    ),
  )
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
