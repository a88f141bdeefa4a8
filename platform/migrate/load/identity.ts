/** Decides for each source row which record it is: one of the tenant's, or a new one under Odoo's id where that is free. */

import type { FieldInfo } from '../../../framework/orm/index.ts'
import { id as quoted, sql } from '../../../framework/sql/index.ts'
import type { SourceRow } from '../dump/dump.ts'
import type { ImportRun } from './run.ts'
import { rowAsJson } from './aside.ts'
import type { TablePlan } from './table-plan.ts'

/** What became of a row. `before` = an earlier import brought it; `found` = matched now by external id or key. */
export type Fate = 'new' | 'before' | 'found'

export interface Identities {
  /** By source id; rows that were kept aside are absent. */
  readonly fates: ReadonlyMap<number, Fate>
}

/** External ids of both sides, by model. */
export interface ExternalIds {
  /** Source: model → record → its names. */
  readonly source: ReadonlyMap<string, ReadonlyMap<number, readonly string[]>>
  /** Target: name → record. */
  readonly target: ReadonlyMap<string, { readonly model: string; readonly id: number }>
}

// Below this number ids belong to what applications ship; see `records()`.
const firstOwnId = 900_001

/** Fills the id map of one model; rows that cannot become records go aside. */
export async function identify(run: ImportRun, plan: TablePlan, names: ExternalIds): Promise<Identities> {
  const { mapping, info } = plan
  const known = new Map(
    (
      await run.tx.query<{ s: number; t: number }>(
        sql`SELECT source_id AS s, target_id AS t FROM hf_import_map WHERE source = ${run.source} AND model = ${mapping.model}`,
      )
    ).map((r) => [r.s, r.t]),
  )
  const taken = new Set(
    (await run.tx.query<{ id: number }>(sql`SELECT id FROM ${quoted(info.table)}`)).map((r) => r.id),
  )
  const byKey = await readKeys(run, plan)
  const fates = new Map<number, Fate>()
  const homeless: number[] = []
  const match = (source: number, target: number, fate: Fate) => {
    run.ids.set(mapping.model, source, target)
    fates.set(source, fate)
  }
  let highest = firstOwnId - 1
  for (const id of taken) highest = Math.max(highest, id)
  for await (const row of plan.table.rows()) {
    const source = Number(row[plan.idIndex])
    const before = known.get(source)
    const named = (names.source.get(mapping.model)?.get(source) ?? [])
      .map((n) => names.target.get(n))
      .find((t) => t?.model === mapping.model && taken.has(t.id))
    const found = named?.id ?? byKey(row)
    if (before !== undefined && taken.has(before)) match(source, before, 'before')
    else if (found !== undefined) match(source, found, 'found')
    else {
      const reason = mapping.onlyMatch ?? whyNot(run, plan, row)
      if (reason !== null) await keepAside(run, plan, row, reason)
      else if (!taken.has(source)) {
        taken.add(source)
        highest = Math.max(highest, source)
        match(source, source, 'new')
      } else homeless.push(source)
    }
  }
  for (const source of homeless) match(source, ++highest, 'new')
  return { fates }
}

/** Keeps a whole row aside and counts it. */
export async function keepAside(run: ImportRun, plan: TablePlan, row: SourceRow, reason: string): Promise<void> {
  const tally = run.tallies.get(plan.mapping.table)
  tally?.addAside(reason)
  await run.aside.keep(
    plan.mapping.table,
    Number(row[plan.idIndex]),
    'row',
    reason,
    rowAsJson(plan.table.columns, row, plan.withheld),
  )
}

// The reason why a row cannot be a record, or null. References to the same table are looked at when they are set.
function whyNot(run: ImportRun, plan: TablePlan, row: SourceRow): string | null {
  const { refers } = plan.mapping
  if (refers?.required) {
    const model = plan.cell(row, refers.model)
    if (run.ids.get(model ?? '', Number(plan.cell(row, refers.id))) === null)
      return `names a record of ${model} that was not imported`
  }
  for (const { field, read, later } of plan.fields) {
    if (!field.options.required || later || plan.defaults.has(field.name) || field.kind === 'boolean') continue
    const converted = read(row)
    if ('aside' in converted) return `${field.name} ${converted.aside}`
    if (converted.value === null) return `${field.name} is required here and empty there`
  }
  const planned = new Set(plan.fields.map((f) => f.field.name))
  for (const field of plan.info.fields.values()) {
    if (
      field.column &&
      field.options.required &&
      !field.computed &&
      !planned.has(field.name) &&
      !plan.defaults.has(field.name) &&
      field.name !== 'id'
    )
      return `${field.name} is required here and unknown there`
  }
  return null
}

type KeyOf = (row: SourceRow) => number | undefined

// Looks records up by the mapping's natural keys; texts are compared as they stand.
async function readKeys(run: ImportRun, plan: TablePlan): Promise<KeyOf> {
  const lookups: KeyOf[] = []
  for (const key of plan.mapping.keys ?? []) {
    const fields = key.map((name) => plan.info.fields.get(name)).filter((f): f is FieldInfo => f?.column === true)
    const plans = key.map((name) => plan.fields.find((f) => f.field.name === name))
    if (fields.length !== key.length || plans.some((p) => p === undefined)) continue
    const rows = await run.tx.query<{ row: Record<string, unknown> }>(
      sql`SELECT to_jsonb(t) AS row FROM ${quoted(plan.info.table)} t`,
    )
    const known = new Map<string, number>()
    for (const { row } of rows) {
      const values = fields.map((field) => comparable(row[field.name]))
      if (!values.includes(null)) known.set(JSON.stringify(values), Number(row.id))
    }
    lookups.push((row) => {
      const values = plans.map((p) => {
        const converted = p?.read(row)
        return converted && 'value' in converted ? comparable(converted.value) : null
      })
      return values.includes(null) ? undefined : known.get(JSON.stringify(values))
    })
  }
  return (row) => {
    for (const lookup of lookups) {
      const found = lookup(row)
      if (found !== undefined) return found
    }
    return undefined
  }
}

// Translated names are compared in English; numbers and ids as text.
function comparable(value: unknown): string | null {
  if (value === null || value === undefined || value === false) return null
  if (typeof value === 'object') return comparable((value as Record<string, unknown>).en_US)
  return String(value)
}
