/** What a form shows while a person edits: defaults of a new record, and values that follow from a change. */

import { AccessError } from '../../../errors.ts'
import type { Env } from '../../env.ts'
import type { FieldInfo, ModelInfo } from '../../registry.ts'
import { Scope } from '../../query/scope.ts'
import { defaultsFor } from '../describe.ts'
import type { RecordSet } from '../record-set.ts'
import { Draft, sourcesOf } from './draft.ts'

type Values = Record<string, unknown>

/**
 * Nothing is written. Without `changed` (a new record) the defaults of the fields of `spec` come back; otherwise what
 * the model's onchange functions say about the changed fields, and what is computed from them.
 */
export async function runOnchange(
  records: RecordSet,
  values: Readonly<Values>,
  changed: unknown,
  spec: Readonly<Values>,
): Promise<{ value: Values }> {
  const { env, info } = records
  const names = Object.keys(spec)
  const fields = names.map((name) => new Scope(env).field(info, name))
  const given = typeof changed === 'string' ? [changed] : Array.isArray(changed) ? changed.map(String) : []
  const result: Values = {}
  const draft: Values = { ...values }
  await records.check_access('read')
  const isNew = given.length === 0 && records.ids.length === 0
  const touched = new Set(given)
  if (isNew) {
    const missing = names.filter((name) => !(name in values))
    const defaults = await defaultsFor(env, info, missing)
    for (const field of fields) {
      if (field.name === 'id' || field.name in values) continue
      result[field.name] =
        field.name in defaults ? await shown(env, field, defaults[field.name], spec[field.name]) : empty(field)
    }
    Object.assign(draft, defaults)
    for (const name of Object.keys(defaults)) touched.add(name)
  }
  for (const [name, value] of await declared(env, info, draft, [...touched])) {
    draft[name] = value
    touched.add(name)
    const field = info.fields.get(name)
    if (field && names.includes(name)) result[name] = await shown(env, field, value, spec[name])
  }
  const record = new Draft(env, info, records.ids[0] ?? null, draft)
  const due = isNew ? fields.filter((field) => !(field.name in draft)) : dependents(info, fields, touched)
  for (const field of due) {
    if (sourcesOf(field).length === 0 || field.name === 'id' || field.name === 'display_name') continue
    const value = await computed(record, field)
    if (value === undefined || (field.name in values && same(values[field.name], value))) continue
    result[field.name] = await shown(env, field, value, spec[field.name])
  }
  return { value: result }
}

// What the model's own functions say, and what they say about that in turn.
async function declared(
  env: Env,
  info: ModelInfo,
  start: Readonly<Values>,
  changed: readonly string[],
): Promise<Map<string, unknown>> {
  const draft = { ...start }
  const found = new Map<string, unknown>()
  let pending = [...changed]
  for (let round = 0; round < 10 && pending.length > 0; round++) {
    const next: string[] = []
    for (const { on, fn } of info.onchanges) {
      if (!on.some((name) => pending.includes(name))) continue
      const given = (await (fn as unknown as (values: Values, env: Env) => Values | Promise<Values>)(draft, env)) ?? {}
      for (const [name, value] of Object.entries(given)) {
        if (same(draft[name], value) || found.has(name)) continue
        draft[name] = value
        found.set(name, value)
        next.push(name)
      }
    }
    pending = next
  }
  return found
}

// Fields that follow from what was touched, directly or through others; what was touched itself stays as it is.
function dependents(info: ModelInfo, wanted: readonly FieldInfo[], touched: ReadonlySet<string>): FieldInfo[] {
  const reached = new Set(touched)
  for (let before = -1; before !== reached.size; ) {
    before = reached.size
    for (const field of info.fields.values())
      if (sourcesOf(field).some((path) => reached.has(path.split('.')[0] ?? ''))) reached.add(field.name)
  }
  return wanted.filter((field) => reached.has(field.name) && !touched.has(field.name))
}

// What depends on something that the caller may not read is left as it is. So is what cannot be worked out yet: functions
// count on required values, which an unsaved form may lack; saving it runs them again and tells.
async function computed(record: Draft, field: FieldInfo): Promise<unknown> {
  try {
    return await record.compute(field)
  } catch (error) {
    if (error instanceof AccessError || error instanceof TypeError) return undefined
    throw error
  }
}

function same(a: unknown, b: unknown): boolean {
  return (a || false) === (b || false) || JSON.stringify(a) === JSON.stringify(b)
}

function empty(field: FieldInfo): unknown {
  if (field.kind === 'one2many' || field.kind === 'many2many') return []
  if (field.kind === 'integer' || field.kind === 'float' || field.kind === 'monetary') return 0
  return false
}

// A relation in the specification appears as an object with what the specification asks of it, links as commands.
async function shown(env: Env, field: FieldInfo, value: unknown, wanted: unknown): Promise<unknown> {
  const inner = (wanted as { fields?: Values } | undefined)?.fields
  if (field.kind === 'one2many' || field.kind === 'many2many') return links(env, field, value, inner)
  if (field.kind !== 'many2one' || typeof value !== 'number') return value ?? empty(field)
  const found = await env.model(field.comodel ?? '', [value]).exists()
  if (!inner) return found.ids[0] ?? false
  return (await found.web_read(inner)).parse()[0] ?? false
}

async function links(env: Env, field: FieldInfo, value: unknown, inner: Values | undefined): Promise<unknown> {
  const items = Array.isArray(value) ? (value as unknown[]) : []
  const ids = items.flatMap((item) =>
    typeof item === 'number' ? [item] : Array.isArray(item) && item[0] === 6 ? ((item[2] ?? []) as number[]) : [],
  )
  const others = items.filter((item) => Array.isArray(item) && item[0] !== 6)
  if (ids.length === 0) return others
  const found = await env.model(field.comodel ?? '', ids).exists()
  const rows = new Map((await found.web_read(inner ?? {})).parse().map((row) => [row.id, row]))
  return [...others, ...found.ids.map((id) => [4, id, rows.get(id) ?? { id }])]
}
