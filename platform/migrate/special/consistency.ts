/**
 * Looks at imported records through our own rules: stored computed fields are worked out again and compared with what Odoo
 * stored; constraints are asked. Values of Odoo stay; fields that Odoo does not have are filled in.
 */

import type { FieldInfo, ModelInfo } from '../../../framework/orm/index.ts'
import { AppError } from '../../../framework/errors.ts'
import { id as quoted, sql } from '../../../framework/sql/index.ts'
import type { BrokenRule, FieldDifference } from '../report/import-report.ts'
import type { ImportRun } from '../load/run.ts'

const batchRecords = 1_000
const maxSamples = 5

/** @param ids the imported records; @param imported fields whose value came from Odoo */
export async function checkComputed(
  run: ImportRun,
  info: ModelInfo,
  ids: readonly number[],
  imported: ReadonlySet<string>,
): Promise<FieldDifference[]> {
  const found = new Map<string, { differing: number; samples: FieldDifference['samples'][number][] }>()
  for (const fields of byRank(run, info)) {
    for (let i = 0; i < ids.length; i += batchRecords) {
      const paths = new Set(fields.flatMap((field) => [...(field.computed?.on ?? []), field.name]))
      const rows = (await run.env
        .model(info.name, ids.slice(i, i + batchRecords))
        .load(...([...paths] as never[]))) as readonly ({ id: number } & Record<string, unknown>)[]
      for (const field of fields) await compare(run, info, field, rows, imported.has(field.name) ? found : null)
    }
  }
  return [...found].map(([field, { differing, samples }]) => ({
    model: info.name,
    field,
    compared: ids.length,
    differing,
    samples,
  }))
}

// Without `found` the field has no value from Odoo: ours is filled in.
async function compare(
  run: ImportRun,
  info: ModelInfo,
  field: FieldInfo,
  rows: readonly ({ id: number } & Record<string, unknown>)[],
  found: Map<string, { differing: number; samples: FieldDifference['samples'][number][] }> | null,
): Promise<void> {
  const fill: { id: number; value: unknown }[] = []
  for (const row of rows) {
    const computed = await field.computed?.fn(row as never, run.env as never)
    const stored = row[field.name]
    if (isSame(field, stored, computed)) continue
    if (!found) fill.push({ id: row.id, value: computed === undefined ? null : computed })
    else {
      const entry = found.get(field.name) ?? { differing: 0, samples: [] }
      entry.differing++
      if (entry.samples.length < maxSamples) entry.samples.push({ id: row.id, imported: stored, computed })
      found.set(field.name, entry)
    }
  }
  if (fill.length > 0) await fillIn(run, info, field, fill)
}

/** Asks each constraint of the model about each record; a broken one is reported, the record stays. */
export async function checkRules(run: ImportRun, info: ModelInfo, ids: readonly number[]): Promise<BrokenRule[]> {
  const broken = new Map<string, number[]>()
  for (const { on, fn } of info.constraints) {
    for (let i = 0; i < ids.length; i += batchRecords) {
      for (const row of await run.env.model(info.name, ids.slice(i, i + batchRecords)).load(...(on as never[]))) {
        try {
          await fn(row as never, run.env as never)
        } catch (error) {
          if (!(error instanceof AppError)) throw error
          broken.set(error.message, [...(broken.get(error.message) ?? []), row.id])
        }
      }
    }
  }
  return [...broken].map(([message, found]) => ({
    model: info.name,
    message,
    count: found.length,
    ids: found.slice(0, maxSamples),
  }))
}

// A computed field may depend on another one of the same model, which then comes first; fields of one rank share a read.
function byRank(run: ImportRun, info: ModelInfo): FieldInfo[][] {
  const ranks = new Map<number, FieldInfo[]>()
  for (const field of info.fields.values()) {
    if (!field.column || !field.computed || field.delegate) continue
    const rank = run.registry.computedOrder.get(`${info.name}.${field.name}`)?.rank ?? 0
    ranks.set(rank, [...(ranks.get(rank) ?? []), field])
  }
  return [...ranks].sort(([a], [b]) => a - b).map(([, fields]) => fields)
}

function isSame(field: FieldInfo, a: unknown, b: unknown): boolean {
  const [x, y] = [plain(field, a), plain(field, b)]
  if (typeof x === 'number' && typeof y === 'number') return Math.abs(x - y) < 5e-7 * Math.max(1, Math.abs(x))
  return JSON.stringify(x) === JSON.stringify(y)
}

// NULL, false, empty and nothing are the same value of a field.
function plain(field: FieldInfo, value: unknown): unknown {
  if (value === undefined || value === null || value === false || value === '')
    return ['integer', 'float', 'monetary'].includes(field.kind) ? 0 : field.kind === 'boolean' ? false : null
  if (typeof value === 'object' && 'id' in value) return value.id
  return value
}

async function fillIn(
  run: ImportRun,
  info: ModelInfo,
  field: FieldInfo,
  rows: readonly { id: number; value: unknown }[],
): Promise<void> {
  const table = quoted(info.table)
  const column = quoted(field.name)
  const values = JSON.stringify(
    rows.map(({ id, value }) => ({
      id,
      [field.name]: field.options.translate && typeof value === 'string' ? { en_US: value } : value,
    })),
  )
  await run.tx.query(
    sql`UPDATE ${table} t SET ${column} = r.${column} FROM jsonb_populate_recordset(null::${table}, ${values}::jsonb) r WHERE t.id = r.id`,
  )
}
