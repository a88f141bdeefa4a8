/**
 * Entries about changed records, made by the statement that changes them: old and new values meet in PostgreSQL and go into
 * the log without a round trip of their own. Where nothing is recorded of a model, the statement stays as it is.
 */

import { actorOf } from '../../audit/index.ts'
import { empty, id, join, literal, type Sql, sql, type TakeRows } from '../../sql/index.ts'
import type { AuditSwitch, Env } from '../env.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'
import { shown } from './shown.ts'

/** Parts of `WITH done AS (UPDATE … {from} WHERE … {joined} RETURNING …{returning}){noted} SELECT … FROM done`; empty where nothing is kept. */
export interface Noting {
  /** The rows as they were, as another table of the UPDATE. */
  readonly from: Sql
  readonly joined: Sql
  readonly returning: Sql
  readonly noted: Sql
  /** In place of `noted`: what to select besides, of which `take` makes the entry, with others of its kind. */
  readonly gathered: Sql
  readonly take: TakeRows
  readonly isOn: boolean
}

const nothing: Noting = {
  from: empty,
  joined: empty,
  returning: empty,
  noted: empty,
  gathered: empty,
  take: () => {},
  isOn: false,
}

/** Who made a record and when stands in the entry itself. */
const own = new Set(['id', 'create_uid', 'create_date', 'write_uid', 'write_date'])

/** What is kept of a model's changes; `undefined`: nothing. */
function switchOf(env: Env, model: ModelInfo): AuditSwitch | undefined {
  const audited = env.audited(model.name)
  return audited?.changes === true ? audited : undefined
}

function recorded(fields: Iterable<FieldInfo>): FieldInfo[] {
  return [...fields].filter((field) => field.column && !own.has(field.name) && field.options.secret !== true)
}

/**
 * For an UPDATE: one entry with the records in which anything became different.
 * @param alias the table's name within the UPDATE
 * @param so `computed`: nobody wrote it, it follows from something else; `also`: the UPDATE has other tables already
 */
export function noteUpdate(
  env: Env,
  model: ModelInfo,
  written: Iterable<FieldInfo>,
  alias: string,
  so: { readonly computed?: boolean; readonly also?: boolean } = {},
): Noting {
  const audited = switchOf(env, model)
  const fields = audited === undefined ? [] : recorded(written)
  if (audited === undefined || fields.length === 0) return nothing
  const [old, now] = [(i: number) => id(`hf_o${i}`), (i: number) => id(`hf_n${i}`)]
  const values = (of: string, place: (i: number) => Sql) =>
    join(fields.map((field, i) => sql`${shown(model, field, of)} AS ${place(i)}`))
  const differs = (i: number) => sql`${old(i)} IS DISTINCT FROM ${now(i)}`
  const pair = (field: FieldInfo, i: number) =>
    sql`jsonb_build_object(${literal(field.name)}, jsonb_build_array(${old(i)}, ${now(i)}))`
  const [only] = fields.length === 1 ? fields : []
  const data = only
    ? pair(only, 0)
    : joined(fields.map((field, i) => sql`CASE WHEN ${differs(i)} THEN ${pair(field, i)} ELSE '{}'::jsonb END`))
  const names = only
    ? sql`jsonb_build_array(${literal(only.name)})`
    : sql`to_jsonb(array_remove(ARRAY[${join(fields.map((field, i) => sql`CASE WHEN bool_or(${differs(i)}) THEN ${literal(field.name)} END`))}], NULL))`
  const what = {
    ...(audited.as === undefined ? {} : { operation: 'write' }),
    ...(so.computed === true ? { computed: true } : {}),
    step: env.state.recordedSteps++,
  }
  const changed = join(
    fields.map((_, i) => differs(i)),
    ' OR ',
  )
  return {
    from: sql`${so.also === true ? sql`,` : sql` FROM`} (SELECT t.id AS hf_id, ${values('t', old)} FROM ${id(model.table)} t) hf_old`,
    joined: sql` AND hf_old.hf_id = ${id(alias)}.id`,
    returning: sql`, hf_old.*, ${values(alias, now)}`,
    noted: sql`, hf_noted AS (${into(env, model, audited, 'written')}, array_agg(hf_id ORDER BY hf_id),
      ${JSON.stringify(what)}::jsonb || jsonb_build_object('fields', ${names}), ${parts(model, sql`hf_id`, data)}
      FROM done WHERE ${changed} HAVING count(*) > 0)`,
    gathered: sql`, jsonb_agg(jsonb_build_array(hf_id, ${data}) ORDER BY hf_id) FILTER (WHERE ${changed}) AS noted`,
    take: ([row]) => noteGathered(env, model, audited, what, row?.['noted']),
    isOn: true,
  }
}

function noteGathered(
  env: Env,
  model: ModelInfo,
  audited: AuditSwitch,
  what: Readonly<Record<string, unknown>>,
  noted: unknown,
): void {
  const changed = (noted ?? []) as readonly (readonly [number, Readonly<Record<string, unknown>>])[]
  if (changed.length === 0) return
  env.record({
    kind: kindOf(audited, 'written'),
    model: model.name,
    ids: changed.map(([recordId]) => recordId),
    what: { ...what, fields: [...new Set(changed.flatMap(([, data]) => Object.keys(data)))] },
    personal: changed.map(([recordId, data]) => ({ subject: `${model.name},${recordId}`, data })),
  })
}

/** For an INSERT: one entry with all new records and what they were made with. */
export function noteInsert(env: Env, model: ModelInfo, given: Iterable<FieldInfo>, alias: string): Noting {
  const audited = switchOf(env, model)
  if (audited === undefined) return nothing
  // What follows from other values is no part of what somebody said.
  const fields = recorded(given).filter(({ computed, options }) => !computed || options.editable === true)
  const place = (i: number) => id(`hf_n${i}`)
  const values = fields.map((field, i) => sql`, ${shown(model, field, alias)} AS ${place(i)}`)
  const pairs = fields.map((field, i) => sql`${literal(field.name)}, d.${place(i)}`)
  const objects: Sql[] = []
  for (let i = 0; i < pairs.length; i += 45) objects.push(sql`jsonb_build_object(${join(pairs.slice(i, i + 45))})`)
  const data = sql`jsonb_strip_nulls(${objects.length === 0 ? sql`'{}'::jsonb` : joined(objects)})`
  const what = { ...(audited.as === undefined ? {} : { operation: 'create' }), fields: fields.map(({ name }) => name) }
  return {
    ...nothing,
    returning: join(values, ' '),
    noted: sql`, hf_noted AS (${into(env, model, audited, 'created')}, array_agg(d.id ORDER BY d.id),
      ${JSON.stringify(what)}::jsonb, ${parts(model, sql`d.id`, data)} FROM done d HAVING count(*) > 0)`,
    isOn: true,
  }
}

/** For a DELETE of any model that is more than a dialogue: one entry with the records and their names. */
export function noteDelete(
  env: Env,
  model: ModelInfo,
  more: Readonly<Record<string, unknown>> = {},
): Pick<Noting, 'returning' | 'noted' | 'isOn'> {
  if (!env.isRecorded || model.options.transient) return nothing
  const as = env.audited(model.name)?.as
  const name = model.fields.get(model.recName)
  const isNamed = name?.column === true && name.options.secret !== true
  const what = { ...(as === undefined ? {} : { operation: 'unlink' }), ...more }
  const data = isNamed ? sql`jsonb_build_object('name', d.hf_name)` : null
  return {
    returning: isNamed ? sql`, ${shown(model, name, 't')} AS hf_name` : empty,
    noted: sql`, hf_noted AS (${into(env, model, { as }, 'deleted')}, array_agg(d.id ORDER BY d.id),
      ${JSON.stringify(what)}::jsonb, ${data === null ? sql`NULL` : parts(model, sql`d.id`, data)} FROM done d HAVING count(*) > 0)`,
    isOn: true,
  }
}

/** Records, links or files of a record that changed outside of its own columns. */
export function noteAside(
  env: Env,
  model: ModelInfo,
  recordId: number,
  field: FieldInfo,
  change: Readonly<Record<string, unknown>>,
): void {
  const audited = switchOf(env, model)
  if (audited === undefined || field.options.secret === true) return
  env.record({
    kind: kindOf(audited, 'written'),
    model: model.name,
    ids: [recordId],
    what: {
      ...(audited.as === undefined ? {} : { operation: 'write' }),
      fields: [field.name],
      step: env.state.recordedSteps++,
    },
    personal: [{ subject: `${model.name},${recordId}`, data: { [field.name]: change } }],
  })
}

/** Whether changes of the model are kept, so that its statements have to tell them. */
export function isNoted(env: Env, model: ModelInfo): boolean {
  return switchOf(env, model) !== undefined
}

/** Tells that fields which never leave were given new values; of any model. */
export function noteSecrets(env: Env, model: ModelInfo, ids: readonly number[], fields: Iterable<FieldInfo>): void {
  if (!env.isRecorded) return
  const names: string[] = []
  for (const field of fields) if (field.options.secret === true) names.push(field.name)
  if (names.length > 0) env.record({ kind: 'secret.written', model: model.name, ids, what: { fields: names } })
}

function kindOf(audited: Pick<AuditSwitch, 'as'>, verb: string): string {
  return audited.as === undefined ? `record.${verb}` : `${audited.as}.changed`
}

function into(env: Env, model: ModelInfo, audited: Pick<AuditSwitch, 'as'>, verb: string): Sql {
  const actor = JSON.stringify(actorOf(env.origin, env.uid))
  return sql`INSERT INTO hf_audit_pending (kind, actor, model, ids, what, personal)
    SELECT ${kindOf(audited, verb)}::text, ${actor}::jsonb, ${model.name}::text`
}

function parts(model: ModelInfo, recordId: Sql, data: Sql): Sql {
  const subject = sql`${literal(`${model.name},`)} || ${recordId}`
  return sql`jsonb_agg(jsonb_build_object('subject', ${subject}, 'data', ${data}) ORDER BY ${recordId})`
}

function joined(objects: readonly Sql[]): Sql {
  return objects.reduce((left, right) => sql`${left} || ${right}`)
}
