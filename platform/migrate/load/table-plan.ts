/** A mapping brought together with the columns that this dump has and the fields that this tenant has. */

import type { FieldInfo, ModelInfo } from '../../../framework/orm/index.ts'
import type { SourceRow, SourceTable } from '../dump/dump.ts'
import type { Lookup, TableMapping } from '../mapping/mapping.ts'
import type { ImportRun } from './run.ts'
import { type Converted, converterFor } from './convert.ts'

export interface FieldPlan {
  readonly field: FieldInfo
  /** Index of the source column; -1 for derived fields. */
  readonly index: number
  /** The row's value; null when the source has none. */
  readonly read: (row: SourceRow) => Converted
  /** A reference to a record that is inserted later, or in the same table: set by an update afterwards. */
  readonly later: boolean
}

export interface TablePlan {
  readonly mapping: TableMapping
  readonly table: SourceTable
  readonly info: ModelInfo
  readonly idIndex: number
  readonly fields: readonly FieldPlan[]
  /** Columns without a field: their values are kept aside. */
  readonly unknown: ReadonlySet<string>
  readonly withheld: ReadonlySet<string>
  /** Values for fields that the source says nothing about. */
  readonly defaults: ReadonlyMap<string, unknown>
  cell(row: SourceRow, column: string): string | null
}

/** @param order position of each model in the order of insertion */
export async function planTable(
  run: ImportRun,
  mapping: TableMapping,
  order: ReadonlyMap<string, number>,
): Promise<TablePlan | null> {
  const table = run.archive.dump.tables.get(mapping.table)
  const info = run.registry.models.get(mapping.model)
  if (!table || !info || !table.columns.some((c) => c.name === 'id')) return null
  const index = new Map(table.columns.map((c, i) => [c.name, i]))
  const cell = (row: SourceRow, column: string): string | null => row[index.get(column) ?? -1] ?? null
  const used = new Set(['id', ...(mapping.computedHere ?? []), ...(mapping.withheld ?? [])])
  const fields: FieldPlan[] = []
  const leaders = await readLeaders(mapping, table, cell)
  const lookup: Lookup = {
    id: (model, id) => run.ids.get(model, id),
    leader: (group) => leaders.get(group ?? '') ?? null,
    file: (id) => run.files.get(id) ?? null,
  }
  for (const [name, derived] of Object.entries(mapping.derive ?? {})) {
    const field = info.fields.get(name)
    if (!field?.column) continue
    for (const column of derived.columns) used.add(column)
    fields.push({
      field,
      index: -1,
      later: isLater(field, mapping.model, order),
      read: (row) => ({ value: derived.value((column) => cell(row, column), lookup) ?? null }),
    })
  }
  const renamed = new Map(Object.entries(mapping.rename ?? {}))
  table.columns.forEach((column, i) => {
    const field = info.fields.get(renamed.get(column.name) ?? column.name)
    if (used.has(column.name) || !field?.column || field.delegate || fields.some((f) => f.field === field)) return
    const values = mapping.values?.[field.name] ?? {}
    const convert = converterFor(field, column.type, values)
    used.add(column.name)
    fields.push({
      field,
      index: i,
      later: isLater(field, mapping.model, order),
      read: (row) => (row[i] === null || row[i] === undefined ? { value: null } : convert(row[i], run.ids)),
    })
  })
  const unknown = new Set(table.columns.map((c) => c.name).filter((name) => !used.has(name)))
  return {
    mapping,
    table,
    info,
    fields,
    unknown,
    cell,
    idIndex: index.get('id') ?? 0,
    withheld: new Set(mapping.withheld ?? []),
    defaults: await defaultsOf(run, info, fields),
  }
}

async function readLeaders(
  mapping: TableMapping,
  table: SourceTable,
  cell: (row: SourceRow, column: string) => string | null,
): Promise<Map<string, number>> {
  const leaders = new Map<string, number>()
  const { leader } = mapping
  if (leader)
    for await (const row of table.rows())
      if (cell(row, leader.where) === leader.value) leaders.set(cell(row, leader.column) ?? '', Number(cell(row, 'id')))
  return leaders
}

function isLater(field: FieldInfo, model: string, order: ReadonlyMap<string, number>): boolean {
  const mine = order.get(model) ?? 0
  const comes = (name: string | undefined) => (order.get(name ?? '') ?? -1) >= mine
  if (field.kind === 'reference') return true
  return (
    (field.kind === 'many2one' && comes(field.comodel)) ||
    (field.options.companyDependent === true && comes('res.company'))
  )
}

// What `create` would fill in. Functions are asked only where a value must be: they look at the user, who is nobody here.
async function defaultsOf(
  run: ImportRun,
  info: ModelInfo,
  fields: readonly FieldPlan[],
): Promise<Map<string, unknown>> {
  const defaults = new Map<string, unknown>()
  const planned = new Set(fields.map((f) => f.field.name))
  for (const field of info.fields.values()) {
    if (!field.column || field.computed) continue
    const given = field.options.default
    if (given !== undefined && typeof given !== 'function' && (field.options.required || !planned.has(field.name)))
      defaults.set(field.name, given)
    else if (typeof given === 'function' && field.options.required)
      defaults.set(field.name, await (given as (env: unknown) => unknown)(run.env))
    else if (field.kind === 'boolean') defaults.set(field.name, false)
    else if (field.options.required && ['integer', 'float', 'monetary'].includes(field.kind))
      defaults.set(field.name, 0)
  }
  return defaults
}
