/** Writes the rows of one table: new ones are inserted, matched ones take over what their mapping says. */

import type { FieldInfo } from '../../../framework/orm/index.ts'
import { ConstraintViolation, id as quoted, join, type Sql, sql } from '../../../framework/sql/index.ts'
import { ValidationError } from '../../../framework/errors.ts'
import type { SourceRow } from '../dump/dump.ts'
import type { ImportRun } from './run.ts'
import { rowAsJson } from './aside.ts'
import { type Fate, type Identities, keepAside } from './identity.ts'
import type { FieldPlan, TablePlan } from './table-plan.ts'

const batchRows = 500
const batchBytes = 4 << 20

interface Pending {
  readonly row: SourceRow
  readonly sourceId: number
  readonly values: Record<string, unknown>
}

/** First pass: new records, all columns but references to what comes later. */
export async function insertRows(run: ImportRun, plan: TablePlan, { fates }: Identities): Promise<void> {
  const now = plan.fields.filter((f) => !f.later)
  for await (const batch of batches(run, plan, fates, ['new'], now, true)) await insertBatch(run, plan, batch)
}

/** Second pass: references to later tables and to the table itself, and what matched records take over. @returns our ids of those that did */
export async function updateRows(run: ImportRun, plan: TablePlan, { fates }: Identities): Promise<Set<number>> {
  const taken = new Set<number>()
  const later = plan.fields.filter((f) => f.later)
  if (later.length > 0)
    for await (const batch of batches(run, plan, fates, ['new'], later, false))
      await updateBatch(run, plan, batch, later, false)
  const { takeOver } = plan.mapping
  const wanted = plan.fields.filter((f) => takeOver === 'all' || takeOver?.includes(f.field.name))
  if (wanted.length > 0)
    for await (const batch of batches(run, plan, fates, ['found'], wanted, false))
      for (const id of await updateBatch(run, plan, batch, wanted, true)) taken.add(id)
  return taken
}

/** Counts what became of the rows, and keeps the columns aside that have no field. */
export async function settleRows(
  run: ImportRun,
  plan: TablePlan,
  { fates }: Identities,
  taken: ReadonlySet<number>,
): Promise<void> {
  const all = plan.mapping.takeOver === 'all'
  const secret = new Set(
    plan.fields.filter((f) => f.field.options.secret).map((f) => plan.table.columns[f.index]?.name ?? ''),
  )
  const tally = run.tallies.get(plan.mapping.table)
  if (!tally) return
  for await (const row of plan.table.rows()) {
    const sourceId = Number(row[plan.idIndex])
    tally.read++
    for (const name of plan.withheld)
      if (plan.cell(row, name) !== null) tally.withheld.set(name, (tally.withheld.get(name) ?? 0) + 1)
    const target = run.ids.get(plan.mapping.model, sourceId)
    const fate = fates.get(sourceId)
    if (target === null || fate === undefined) continue
    if (fate === 'new') tally.imported++
    else tally.matched++
    if (fate === 'before' || (fate === 'found' && plan.mapping.sameWhenMatched)) continue
    if (fate === 'found' && !(all && taken.has(target))) {
      await run.aside.keep(
        plan.mapping.table,
        sourceId,
        'matched',
        'the record was here already and kept its own values',
        rowAsJson(plan.table.columns, row, new Set([...plan.withheld, ...secret])),
      )
      continue
    }
    const kept = leftovers(run, plan, row)
    for (const name of Object.keys(kept.values)) tally.columnsAside.set(name, (tally.columnsAside.get(name) ?? 0) + 1)
    if (Object.keys(kept.values).length > 0)
      await run.aside.keep(plan.mapping.table, sourceId, 'columns', kept.reason, kept.values)
  }
}

function leftovers(
  run: ImportRun,
  plan: TablePlan,
  row: SourceRow,
): { values: Record<string, unknown>; reason: string } {
  const all = rowAsJson(plan.table.columns, row, plan.withheld)
  const names = new Map([...plan.unknown].filter((name) => name in all).map((name) => [name, 'no such field here']))
  for (const { field, index, read } of plan.fields) {
    const column = plan.table.columns[index]?.name
    const converted = read(row)
    if (column !== undefined && 'aside' in converted) names.set(column, `${field.name} ${converted.aside}`)
  }
  const { refers } = plan.mapping
  if (
    refers &&
    plan.cell(row, refers.id) !== null &&
    run.ids.get(plan.cell(row, refers.model) ?? '', Number(plan.cell(row, refers.id))) === null
  ) {
    for (const column of [refers.model, refers.id]) names.set(column, 'belongs to a record that is not here')
  }
  return {
    values: Object.fromEntries([...names.keys()].map((name) => [name, all[name]])),
    reason: [...new Set(names.values())].join('; ').slice(0, 500),
  }
}

async function* batches(
  run: ImportRun,
  plan: TablePlan,
  fates: ReadonlyMap<number, Fate>,
  wanted: readonly Fate[],
  fields: readonly FieldPlan[],
  isNew: boolean,
): AsyncGenerator<Pending[]> {
  let batch: Pending[] = []
  let bytes = 0
  for await (const row of plan.table.rows()) {
    const sourceId = Number(row[plan.idIndex])
    const target = run.ids.get(plan.mapping.model, sourceId)
    const fate = fates.get(sourceId)
    if (target === null || fate === undefined || !wanted.includes(fate)) continue
    const values: Record<string, unknown> = { id: target }
    if (isNew) for (const [name, value] of plan.defaults) values[name] = value
    for (const { field, read } of fields) {
      const converted = read(row)
      const value = 'value' in converted ? converted.value : null
      // An empty number is 0 and an empty mark is no, as the ORM stores them; a default counts only where a value must be.
      if (value !== null) values[field.name] = value
      else if (!field.options.required || !plan.defaults.has(field.name)) values[field.name] = emptyOf(field)
    }
    redirect(run, plan, row, values)
    batch.push({ row, sourceId, values })
    bytes += row.reduce((sum, cell) => sum + (cell?.length ?? 0), 0)
    if (batch.length >= batchRows || bytes > batchBytes) {
      yield batch
      batch = []
      bytes = 0
    }
  }
  if (batch.length > 0) yield batch
}

function emptyOf(field: FieldInfo): unknown {
  if (field.columnType === 'jsonb') return null
  return field.kind === 'boolean' ? false : ['integer', 'float', 'monetary'].includes(field.kind) ? 0 : null
}

// `res_model`, `res_id`: an id of a model that is not here must not point at somebody else's record later.
function redirect(run: ImportRun, plan: TablePlan, row: SourceRow, values: Record<string, unknown>): void {
  const { refers } = plan.mapping
  const model = refers ? plan.cell(row, refers.model) : null
  if (refers && model !== null && refers.id in values)
    values[refers.id] = run.ids.get(model, Number(plan.cell(row, refers.id)))
}

async function insertBatch(run: ImportRun, plan: TablePlan, batch: readonly Pending[]): Promise<void> {
  try {
    await run.tx.savepoint(() => insert(run, plan, batch))
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error
    const [first] = batch
    if (batch.length > 1) {
      // One row breaks a rule of the database: the halves find it, so that the others come in.
      const middle = Math.ceil(batch.length / 2)
      await insertBatch(run, plan, batch.slice(0, middle))
      await insertBatch(run, plan, batch.slice(middle))
    } else if (first) {
      run.ids.delete(plan.mapping.model, first.sourceId)
      await keepAside(
        run,
        plan,
        first.row,
        error instanceof ConstraintViolation
          ? `breaks the ${error.kind} rule ${error.constraint ?? error.column ?? ''}`.trim()
          : 'a value does not fit its field',
      )
    }
  }
}

async function insert(run: ImportRun, plan: TablePlan, batch: readonly Pending[]): Promise<void> {
  const columns = columnList(Object.keys(batch[0]?.values ?? {}))
  const table = quoted(plan.info.table)
  const rows = JSON.stringify(batch.map((p) => p.values))
  await run.tx.query(
    sql`INSERT INTO ${table} (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(null::${table}, ${rows}::jsonb)`,
  )
}

async function updateBatch(
  run: ImportRun,
  plan: TablePlan,
  batch: readonly Pending[],
  fields: readonly FieldPlan[],
  taking: boolean,
): Promise<number[]> {
  const table = quoted(plan.info.table)
  const rows = JSON.stringify(batch.map((p) => p.values))
  const before = taking ? await readBefore(run, plan, batch) : null
  const untouched = plan.mapping.untouchedIf
  const condition = taking && untouched ? sql`AND t.${quoted(untouched)} IS NULL` : sql``
  // A secret that is set stays: nobody's password is replaced from outside.
  const sets = fields.map(({ field: { name, options } }) =>
    options.required || options.secret || plan.defaults.has(name)
      ? sql`${quoted(name)} = coalesce(${options.secret && taking ? sql`t.${quoted(name)}, r.${quoted(name)}` : sql`r.${quoted(name)}, t.${quoted(name)}`})`
      : sql`${quoted(name)} = r.${quoted(name)}`,
  )
  const changed = await run.tx.query<{
    id: number
    after: Record<string, unknown>
  }>(sql`UPDATE ${table} t SET ${join(sets)} FROM jsonb_populate_recordset(null::${table}, ${rows}::jsonb) r
    WHERE t.id = r.id ${condition} RETURNING t.id, CASE WHEN ${taking} THEN to_jsonb(t) END AS after`)
  if (before) for (const { id, after } of changed) await keepReplaced(run, plan, id, before.get(id) ?? {}, after)
  const tally = run.tallies.get(plan.mapping.table)
  if (taking && tally) tally.takenOver += changed.length
  return changed.map(({ id }) => id)
}

async function readBefore(
  run: ImportRun,
  plan: TablePlan,
  batch: readonly Pending[],
): Promise<Map<number, Record<string, unknown>>> {
  const ids = batch.map((p) => Number(p.values.id))
  const rows = await run.tx.query<{ id: number; row: Record<string, unknown> }>(
    sql`SELECT t.id, to_jsonb(t) AS row FROM ${quoted(plan.info.table)} t WHERE t.id = ANY(${ids}::int4[])`,
  )
  return new Map(rows.map((r) => [r.id, r.row]))
}

const stamps: ReadonlySet<string> = new Set(['create_uid', 'create_date', 'write_uid', 'write_date'])

async function keepReplaced(
  run: ImportRun,
  plan: TablePlan,
  id: number,
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Promise<void> {
  const lost = Object.entries(before).filter(
    ([name, value]) =>
      value !== null &&
      !stamps.has(name) &&
      !plan.info.fields.get(name)?.options.secret &&
      JSON.stringify(value) !== JSON.stringify(after[name]),
  )
  if (lost.length > 0)
    await run.aside.keep(
      plan.mapping.table,
      id,
      'replaced',
      `our ${plan.mapping.model} ${id} took over the backup's values`,
      Object.fromEntries(lost),
    )
}

function columnList(names: readonly string[]): Sql {
  return join(names.map((name) => quoted(name)))
}
