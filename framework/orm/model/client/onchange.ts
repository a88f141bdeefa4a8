/** What a form shows while a person edits: defaults of a new record, and values that follow from a change. */

import type { Env } from '../../env.ts'
import type { FieldInfo } from '../../registry.ts'
import { Scope } from '../../query/scope.ts'
import { displayName } from '../../query/select.ts'
import { id, sql } from '../../../sql/index.ts'
import { defaultsFor } from '../describe.ts'
import type { RecordSet } from '../record-set.ts'

type Values = Record<string, unknown>

/**
 * Nothing is written. Without `changed` (a new record) the defaults of the fields of `spec` come back; otherwise what
 * the model's onchange functions say about the changed fields.
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
  const changedNames = typeof changed === 'string' ? [changed] : ((changed ?? []) as string[])
  const result: Values = {}
  const draft: Values = { ...values }
  let pending = changedNames
  if (changedNames.length === 0 && records.ids.length === 0) {
    const defaults = await defaultsFor(
      env,
      info,
      names.filter((name) => !(name in values)),
    )
    for (const field of fields) {
      if (field.name === 'id' || field.name in values) continue
      result[field.name] =
        field.name in defaults ? await shown(env, field, defaults[field.name], spec[field.name]) : empty(field)
    }
    Object.assign(draft, defaults)
    pending = Object.keys(defaults)
  }
  const done = new Set<string>()
  for (let round = 0; round < 10 && pending.length > 0; round++) {
    const next: string[] = []
    for (const { on, fn } of info.onchanges) {
      if (!on.some((name) => pending.includes(name))) continue
      const given = (await (fn as unknown as (values: Values, env: Env) => Values | Promise<Values>)(draft, env)) ?? {}
      for (const [name, value] of Object.entries(given)) {
        if (same(draft[name], value) || done.has(name)) continue
        draft[name] = value
        done.add(name)
        next.push(name)
        const field = info.fields.get(name)
        if (field && names.includes(name)) result[name] = await shown(env, field, value, spec[name])
      }
    }
    pending = next
  }
  return { value: result }
}

function same(a: unknown, b: unknown): boolean {
  return (a ?? false) === (b ?? false) || JSON.stringify(a) === JSON.stringify(b)
}

function empty(field: FieldInfo): unknown {
  if (field.kind === 'one2many' || field.kind === 'many2many') return []
  if (field.kind === 'integer' || field.kind === 'float' || field.kind === 'monetary') return 0
  return false
}

// A relation in the specification appears as an object with its name.
async function shown(env: Env, field: FieldInfo, value: unknown, wanted: unknown): Promise<unknown> {
  if (field.kind !== 'many2one' || typeof value !== 'number') return value ?? empty(field)
  const inner = (wanted as { fields?: object } | undefined)?.fields
  if (!inner) return value
  const scope = new Scope(env)
  const comodel = scope.model(field.comodel ?? '')
  const alias = scope.alias()
  const rows = await env.db.query<{ id: number; name: string }>(
    sql`SELECT ${id(alias)}.id, ${displayName(scope, comodel, alias)} AS name FROM ${id(comodel.table)} ${id(alias)} WHERE ${id(alias)}.id = ${value}::int4${scope.andCondition(comodel, alias)}`,
  )
  const [row] = rows
  return row ? { id: row.id, display_name: row.name } : false
}
