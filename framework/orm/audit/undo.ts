/** Taking back what a request changed: values that were there before come back, what it created goes. Under the caller's rights. */

import { isDeepStrictEqual } from 'node:util'
import { AccessError, ConflictError, MissingError } from '../../errors.ts'
import { entriesOfRecords } from '../../audit/index.ts'
import { id, join, literal, sql } from '../../sql/index.ts'
import type { RecordSet } from '../model/record-set.ts'
import type { Env } from '../env.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'
import { shown } from './shown.ts'
import { type Changed, foldEntries, type Links, type Took } from './undo-plan.ts'
import { isObject } from './value-in.ts'

export interface Undone {
  /** Records whose values came back, and that went, by model. */
  readonly written: Readonly<Record<string, readonly number[]>>
  readonly deleted: Readonly<Record<string, readonly number[]>>
}

/** A request touches this many entries at most for its changes to be taken back in one transaction. */
const mostEntries = 5_000

/**
 * Undoes all that a request changed in recorded models, in the caller's transaction.
 * @param overwrite also values that somebody changed since
 * @throws MissingError ERR_UNDO_NONE, ConflictError ERR_UNDO_CONFLICT, ERR_UNDO_KIND; AccessError ERR_UNDO_RECORDS
 */
export async function undoRequest(records: RecordSet, request: string, overwrite: boolean): Promise<Undone> {
  const { env, info } = records
  const entries = await entriesOfRecords(env.db, env.vault, { requestId: request }, mostEntries + 1)
  // A request of which the caller sees nothing and one that never was are the same to him.
  const mine = entries.filter(({ model }) => model === info.name).flatMap(({ ids }) => [...ids])
  if (mine.length === 0 || (await records.browse([...new Set(mine)]).exists()).ids.length === 0) throw none()
  if (entries.length > mostEntries) throw notUndone('It changed too much to be undone at once.')
  const plan = foldEntries(env, entries.toReversed())
  const conflicts: string[] = []
  const work: { model: ModelInfo; took: Took }[] = []
  for (const took of plan) {
    const model = env.registry.models.get(took.model)
    if (!model) throw notUndone(`The model ${took.model} is not there any more.`)
    work.push({ model, took: await present(env, model, took, overwrite) })
  }
  if (!overwrite) for (const { model, took } of work) conflicts.push(...(await changedSince(env, model, took, request)))
  if (conflicts.length > 0)
    throw new ConflictError(
      'ERR_UNDO_CONFLICT',
      `Meanwhile changed: ${conflicts.slice(0, 20).join('; ')}${conflicts.length > 20 ? ` and ${conflicts.length - 20} more` : ''}. Undo it all the same with overwrite, or change these by hand.`,
    )
  const undone: { written: Record<string, number[]>; deleted: Record<string, number[]> } = { written: {}, deleted: {} }
  for (const { model, took } of work) {
    await putBack(env, model, took)
    const ids = [...took.changed.keys()]
    if (ids.length > 0) undone.written[model.name] = ids
  }
  for (const { model, took } of work.toReversed()) {
    const there = (await env.model(model.name, took.created).exists()).ids
    if (there.length === 0) continue
    await env.model(model.name, there).unlink()
    undone.deleted[model.name] = [...there]
  }
  env.record({ kind: 'change.undone', model: info.name, what: { request, overwrite, ...undone } })
  return undone
}

// Records that are gone and records that the caller may not read look the same: without all of them nothing is undone.
async function present(env: Env, model: ModelInfo, took: Took, overwrite: boolean): Promise<Took> {
  const all = [...new Set([...took.created, ...took.changed.keys()])]
  const seen = new Set((await env.withContext({ active_test: false }).model(model.name, all).exists()).ids)
  const isReadable = [...took.changed.values()].every((fields) =>
    [...fields.keys()].every((name) => env.grant.field(model.name, name, 'read')),
  )
  if (!isReadable || (!overwrite && seen.size < all.length))
    throw new AccessError('ERR_UNDO_RECORDS', 'Some of what the request changed is gone, or not yours to change back.')
  return {
    ...took,
    created: took.created.filter((one) => seen.has(one)),
    changed: new Map([...took.changed].filter(([one]) => seen.has(one))),
  }
}

async function changedSince(env: Env, model: ModelInfo, took: Took, request: string): Promise<string[]> {
  const conflicts: string[] = []
  const now = await currentValues(env, model, took)
  for (const [recordId, fields] of took.changed) {
    const other: string[] = []
    for (const [name, change] of fields) {
      const current = now.get(recordId)?.[name] ?? null
      if ('links' in change) {
        const there = new Set((current ?? []) as number[])
        const { linked, unlinked } = change.links
        if ([...linked].some((one) => !there.has(one)) || [...unlinked].some((one) => there.has(one))) other.push(name)
      } else if (!isDeepStrictEqual(current, change.now ?? null)) other.push(name)
    }
    if (other.length > 0) conflicts.push(`${model.name} ${recordId} (${other.join(', ')})`)
  }
  if (took.created.length === 0) return conflicts
  const later = await entriesOfRecords(env.db, null, { model: model.name, ids: took.created }, mostEntries)
  const made = new Set(took.created)
  const touched = later
    .filter(({ requestId, what }) => requestId !== request && what['computed'] !== true)
    .flatMap(({ ids }) => ids.filter((one) => made.has(one)))
  return [...conflicts, ...[...new Set(touched)].map((one) => `${model.name} ${one}`)]
}

async function currentValues(
  env: Env,
  model: ModelInfo,
  { changed }: Took,
): Promise<ReadonlyMap<number, Readonly<Record<string, unknown>>>> {
  const ids = [...changed.keys()]
  const names = new Set([...changed.values()].flatMap((fields) => [...fields.keys()]))
  const fields = [...names].map((name) => fieldOf(model, name))
  if (ids.length === 0) return new Map()
  const values = fields.map((field) => sql`jsonb_build_object(${literal(field.name)}, ${valueNow(model, field)})`)
  const rows = await env.db.query<{ id: number; v: Record<string, unknown> }>(
    sql`SELECT t.id, ${join([sql`'{}'::jsonb`], ' ')} || ${values.reduce((a, b) => sql`${a} || ${b}`)} AS v
        FROM ${id(model.table)} t WHERE t.id = ANY(${ids}::int4[])`,
  )
  return new Map(rows.map((row) => [row.id, row.v]))
}

function valueNow(model: ModelInfo, field: FieldInfo) {
  if (!field.link) return shown(model, field, 't')
  const { table, own, other } = field.link
  return sql`(SELECT jsonb_agg(l.${id(other)}) FROM ${id(table)} l WHERE l.${id(own)} = t.id)`
}

async function putBack(env: Env, model: ModelInfo, { changed }: Took): Promise<void> {
  // Records that get the same values back are written together.
  const alike = new Map<string, { values: Record<string, unknown>; ids: number[] }>()
  for (const [recordId, fields] of changed) {
    const values: Record<string, unknown> = {}
    for (const [name, change] of fields) {
      const field = fieldOf(model, name)
      if ('links' in change) values[name] = linksBack(change.links)
      else if (field.options.translate) await translateBack(env, model, recordId, field, change)
      else if (field.options.companyDependent) await companiesBack(env, model, recordId, field, change)
      else values[name] = writable(field, change.old)
    }
    if (Object.keys(values).length === 0) continue
    const key = JSON.stringify(values)
    const group = alike.get(key) ?? { values, ids: [] }
    group.ids.push(recordId)
    alike.set(key, group)
  }
  for (const { values, ids } of alike.values()) await env.model(model.name, ids).write(values as never)
}

function linksBack({ linked, unlinked }: Links): unknown[] {
  return [...[...linked].map((one) => [3, one]), ...[...unlinked].map((one) => [4, one])]
}

async function translateBack(
  env: Env,
  model: ModelInfo,
  recordId: number,
  field: FieldInfo,
  change: Changed,
): Promise<void> {
  const [old, now] = [textsOf(change.old), textsOf(change.now)]
  const record = env.model(model.name, [recordId])
  if (Object.keys(old).length === 0) return void (await record.write({ [field.name]: false } as never))
  const languages = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((lang) => old[lang] !== now[lang])
  await record.update_field_translations(
    field.name,
    Object.fromEntries(languages.map((lang) => [lang, old[lang] ?? (lang === 'en_US' ? '' : false)])),
  )
}

async function companiesBack(
  env: Env,
  model: ModelInfo,
  recordId: number,
  field: FieldInfo,
  change: Changed,
): Promise<void> {
  const [old, now] = [textsOf(change.old), textsOf(change.now)]
  for (const company of new Set([...Object.keys(old), ...Object.keys(now)])) {
    if (isDeepStrictEqual(old[company], now[company])) continue
    const there = env.withContext({ allowed_company_ids: [Number(company)] })
    await there.model(model.name, [recordId]).write({ [field.name]: writable(field, old[company]) } as never)
  }
}

function textsOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {}
}

function writable(field: FieldInfo, value: unknown): unknown {
  if (value === null || value === undefined) return false
  return field.kind === 'datetime' && typeof value === 'string' ? value.slice(0, 19).replace('T', ' ') : value
}

function fieldOf(model: ModelInfo, name: string): FieldInfo {
  const field = model.fields.get(name)
  if (!field) throw notUndone(`${model.name} has no field ${name} any more.`)
  return field
}

function none(): MissingError {
  return new MissingError('ERR_UNDO_NONE', 'There is no such request whose changes could be undone.')
}

/** The error for what cannot be put back. */
function notUndone(why: string): ConflictError {
  return new ConflictError('ERR_UNDO_KIND', `This cannot be undone: ${why}`)
}
