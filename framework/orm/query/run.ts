/** Runs compiled reads and works out, in JavaScript, what SQL could not: computed fields without a column, and files. */

import { InvalidRequestError } from '../../errors.ts'
import { type FilledStatement, id, type Sql, sql } from '../../sql/index.ts'
import type { Env } from '../env.ts'
import type { FieldInfo } from '../registry.ts'
import { flush } from '../write/recompute.ts'
import { toColumn } from '../write/values.ts'
import { displayName, type EmptyStyle } from './select.ts'
import { Scope } from './scope.ts'
import type { FileWant, Spec } from './spec.ts'

/** Thrown when rights changed since they were read into memory; the request starts again with fresh ones. */
export class StaleRights extends Error {}

type JsonRow = Record<string, unknown>

/** Runs a statement that returns `json`, `count` and `epoch`. */
export async function runJson(env: Env, statement: Sql | FilledStatement): Promise<{ json: string; count: number }> {
  await settle(env)
  const [row] = await env.db.query<{ json: string | null; count: number; epoch: number }>(statement)
  if (!row) return { json: '[]', count: 0 }
  checkEpoch(env, row.epoch)
  if (row.json === null)
    throw new InvalidRequestError(
      'ERR_ANSWER_SIZE',
      'The answer would be too large; ask for fewer records or fields at once.',
    )
  return { json: row.json, count: row.count }
}

/** Runs a statement of plain rows whose last column may be `epoch`. */
export async function runRows<T extends JsonRow>(env: Env, statement: Sql | FilledStatement): Promise<T[]> {
  await settle(env)
  const rows = await env.db.query<T & { epoch?: number }>(statement)
  const epoch = rows[0]?.epoch
  if (epoch !== undefined) checkEpoch(env, epoch)
  return rows
}

/** Stored computed fields are up to date before anything is read. */
async function settle(env: Env): Promise<void> {
  if (env.state.pending.size > 0 && !env.state.flushing) await flush(env)
}

function checkEpoch(env: Env, epoch: number): void {
  if (env.epoch !== undefined && epoch !== env.epoch) throw new StaleRights()
  env.state.epochSeen = true
}

/** Whether the rows of this specification can go out as PostgreSQL made them. */
export function isPure(spec: Spec): boolean {
  if (spec.computed.length > 0 || spec.files.length > 0 || spec.hidden.size > 0) return false
  for (const want of spec.wants.values()) if (want.inner && !isPure(want.inner)) return false
  return true
}

/** Completes parsed rows in place. */
export async function complete(env: Env, spec: Spec, rows: JsonRow[], emptyStyle: EmptyStyle): Promise<void> {
  if (rows.length === 0 || isPure(spec)) return
  for (const [name, want] of spec.wants) {
    if (!want.inner) continue
    const style = name.startsWith('__') ? 'null' : emptyStyle
    const children = rows.flatMap((row) => (row[name] as JsonRow[] | JsonRow | null | false) || []) as JsonRow[]
    await complete(
      env,
      want.inner,
      children.filter((c) => typeof c === 'object' && c !== null),
      style,
    )
  }
  for (const want of spec.files) await fillFiles(env, want, rows, want.name.startsWith('__') ? 'null' : emptyStyle)
  for (const field of spec.computed) await fillComputed(env, spec, field, rows, emptyStyle)
  for (const row of rows) for (const name of spec.hidden) delete row[name]
}

const computedValues = new WeakMap<JsonRow, Map<string, unknown>>()

async function fillComputed(
  env: Env,
  spec: Spec,
  field: FieldInfo,
  rows: JsonRow[],
  emptyStyle: EmptyStyle,
): Promise<void> {
  const fn = field.computed?.fn as ((record: JsonRow, env: Env) => unknown) | undefined
  if (!fn) return
  const inputs = spec.inputs.get(field) ?? new Map<string, string>()
  const heads = new Set((field.computed?.on ?? []).map((path) => path.split('.')[0] ?? ''))
  for (const row of rows) {
    const known = computedValues.get(row) ?? new Map<string, unknown>()
    computedValues.set(row, known)
    const record: JsonRow = { id: row.id }
    for (const head of heads) record[head] = inputs.has(head) ? row[inputs.get(head) ?? ''] : known.get(head)
    const value: unknown = await fn(record, env)
    known.set(field.name, field.column ? asStored(field, value) : value)
    const sized =
      field.kind === 'binary' && env.context.bin_size === true && typeof value === 'string'
        ? humanSize(Buffer.byteLength(value, 'base64'))
        : value
    row[field.name] = emptyValue(field, sized, emptyStyle)
  }
  if (field.kind === 'many2one' && spec.wants.size >= 0 && emptyStyle === 'false') await nameComputed(env, field, rows)
}

// A field with a column that is computed anew goes into what is made of it as it will be read from the table.
function asStored(field: FieldInfo, value: unknown): unknown {
  return emptyValue(field, field.kind === 'json' ? value : toColumn(field, value), 'null')
}

function emptyValue(field: FieldInfo, value: unknown, emptyStyle: EmptyStyle): unknown {
  if (value !== null && value !== undefined) return value
  if (field.kind === 'one2many' || field.kind === 'many2many') return []
  if (field.kind === 'integer' || field.kind === 'float' || field.kind === 'monetary') return 0
  if (field.kind === 'boolean') return false
  return emptyStyle === 'false' ? false : null
}

// A computed many2one appears as [id, name] like any other; a record that the caller may not read is absent.
async function nameComputed(env: Env, field: FieldInfo, rows: JsonRow[]): Promise<void> {
  const ids = [...new Set(rows.map((row) => row[field.name]).filter((v): v is number => typeof v === 'number'))]
  if (ids.length === 0) return
  const scope = new Scope(env)
  const comodel = scope.model(field.comodel ?? '')
  const alias = scope.alias()
  const found = await runRows<{ id: number; name: string }>(
    env,
    sql`SELECT ${id(alias)}.id, ${displayName(scope, comodel, alias)} AS name FROM ${id(comodel.table)} ${id(alias)} WHERE ${id(alias)}.id = ANY(${ids}::int4[])${scope.andCondition(comodel, alias)}`,
  )
  const names = new Map(found.map((r) => [r.id, r.name]))
  for (const row of rows) {
    const value = row[field.name]
    if (typeof value === 'number') row[field.name] = names.has(value) ? [value, names.get(value)] : false
  }
}

// Files of a record are attachments with res_field; who may read the record's field may read them.
async function fillFiles(
  env: Env,
  { name, field, via }: FileWant,
  rows: JsonRow[],
  emptyStyle: EmptyStyle,
): Promise<void> {
  const owner = (row: JsonRow) => (via === undefined ? row.id : row[via]) as number | null
  const ids = rows.map(owner).filter((n) => n !== null)
  const found = await env.db.query<{ res_id: number; store_fname: string | null; file_size: number | null }>(
    sql`SELECT res_id, store_fname, file_size FROM ir_attachment WHERE res_model = ${field.model} AND res_field = ${field.name} AND res_id = ANY(${ids}::int4[])`,
  )
  const byId = new Map(found.map((a) => [a.res_id, a]))
  const sizeOnly = !name.startsWith('__') && (env.context.bin_size === true || env.context[`bin_size_${name}`] === true)
  for (const row of rows) {
    const attachment = byId.get(owner(row) ?? 0)
    const bytes = attachment?.store_fname && !sizeOnly ? await env.files.get(attachment.store_fname) : null
    row[name] =
      attachment && sizeOnly
        ? humanSize(attachment.file_size ?? 0)
        : bytes
          ? Buffer.from(bytes).toString('base64')
          : emptyStyle === 'false'
            ? false
            : null
  }
}

/** `11.18 Kb`, the form in which Odoo's clients expect a size. */
export function humanSize(bytes: number): string {
  const units = ['bytes', 'Kb', 'Mb', 'Gb', 'Tb']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${value.toFixed(2)} ${units[unit]}`
}
