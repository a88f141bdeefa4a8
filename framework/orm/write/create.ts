/** Creating records: n records in one INSERT, their lists in batches. */

import { empty, sql } from '../../sql/index.ts'
import { noteSecrets } from '../audit/changes.ts'
import type { Env } from '../env.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'
import { applyLists } from './commands.ts'
import { storeFiles } from './files.ts'
import { isAwaitedElsewhere, markModifiedElsewhere } from './insert/awaiting.ts'
import { NewColumns } from './insert/columns.ts'
import { computeEarly, type Late } from './insert/early.ts'
import { insertRows } from './insert/rows.ts'
import { requireLinkable } from './link-rights.ts'
import { roundMonetary } from './monetary.ts'
import { change, notAllThere, requireModel } from './operation.ts'
import { addPending, asKernel } from './recompute.ts'
import { unlessHolds } from './row-rule.ts'
import { requireValues, type SplitValues, split } from './split.ts'

/**
 * Creates records and returns their ids, in the order of the values.
 * @param isLast nothing follows in this transaction: where nothing is owed either, the INSERT travels with the COMMIT
 */
export function createRecords(
  env: Env,
  model: ModelInfo,
  list: readonly Readonly<Record<string, unknown>>[],
  isLast = false,
): Promise<number[]> {
  return change(env, async () => {
    requireModel(env, model, 'create')
    if (list.length === 0) return []
    const system = isSystem(env)
    const defaults = await defaultValues(env, model, list)
    const writable = new Set<FieldInfo>()
    const records = list.map((values) => split(env, model, values, { system, writable }))
    for (const [i, record] of records.entries()) {
      addDefaults(record, defaults, list[i] ?? {})
      dropEmpty(record)
    }
    // Defaults of the model are its author's; all else, the context included, is the caller's.
    await requireLinkable(
      env,
      records.map(({ columns }, i) => linksGiven(env, columns, list[i] ?? {})),
    )
    await createParents(env, model, records)
    for (const record of records) requireValues(model, record.columns, true)
    noteSecrets(
      env,
      model,
      [],
      records.flatMap(({ columns }) => [...columns.keys()]),
    )
    const values = new NewColumns(env, records)
    const late = await early(env, model, values, records)
    const pointedTo = (inverse: FieldInfo) => (late.fields.has(inverse) ? null : values.distinct(inverse))
    const isDone =
      late.fields.size + late.constraints.size === 0 &&
      !late.isUnrounded &&
      records.every(({ lists, files }) => lists.size + files.size === 0) &&
      !isAwaitedElsewhere(env, model, pointedTo)
    const ids = await insert(env, model, values, { isDone, isLast })
    if (isDone) return ids
    if (late.isUnrounded) await roundMonetary(env, model, ids, new Set(values.fields().map((field) => field.name)))
    await applyLists(
      env,
      model,
      ids,
      records.map((r) => r.lists),
      true,
    )
    await storeFiles(
      env,
      model,
      ids,
      records.map((r) => r.files),
    )
    markCreated(env, model, ids, records, late)
    await markModifiedElsewhere(env, model, ids, pointedTo)
    return ids
  })
}

function linksGiven(
  env: Env,
  columns: ReadonlyMap<FieldInfo, unknown>,
  values: Readonly<Record<string, unknown>>,
): ReadonlyMap<FieldInfo, unknown> {
  const links = new Map<FieldInfo, unknown>()
  for (const [field, value] of columns)
    if ((field.kind === 'many2one' || field.kind === 'reference') && isCallers(env, field, values))
      links.set(field, value)
  return links
}

function isCallers(env: Env, field: FieldInfo, values: Readonly<Record<string, unknown>>): boolean {
  return field.name in values || env.context[`default_${field.name}`] !== undefined
}

/** A system environment may fix ids and authorship (data files, imports). */
function isSystem(env: Env): boolean {
  return env.system
}

/** Values for fields that no record of the batch is obliged to give; functions run once per batch. */
export async function defaultValues(
  env: Env,
  model: ModelInfo,
  list: readonly Readonly<Record<string, unknown>>[],
  only?: readonly string[],
): Promise<Map<FieldInfo, unknown>> {
  const result = new Map<FieldInfo, unknown>()
  for (const field of model.fields.values()) {
    if (only && !only.includes(field.name)) continue
    if (!only && list.every((values) => field.name in values)) continue
    const fromContext = env.context[`default_${field.name}`]
    if (fromContext !== undefined && !field.options.secret) {
      if (env.grant.field(model.name, field.name, 'create')) result.set(field, fromContext)
    } else if (field.options.default !== undefined && (!field.delegate || only)) {
      const given = field.options.default
      const value: unknown = typeof given === 'function' ? await (given as (env: Env) => unknown)(env) : given
      if (value !== undefined && value !== null) result.set(field, value)
    } else if (field.name === 'active' && field.column) result.set(field, true)
  }
  return result
}

function addDefaults(
  record: SplitValues,
  defaults: ReadonlyMap<FieldInfo, unknown>,
  values: Readonly<Record<string, unknown>>,
): void {
  for (const [field, value] of defaults) {
    if (field.name in values) continue
    if (field.delegate) {
      const parent = record.delegated.get(field.delegate) ?? {}
      if (!(field.name in parent)) parent[field.name] = value
      record.delegated.set(field.delegate, parent)
    } else if (field.column) record.columns.set(field, value)
    else if ((field.kind === 'one2many' || field.kind === 'many2many') && !field.computed && !field.related)
      record.lists.set(field, value)
    else if (field.kind === 'binary' && !field.computed && !field.related) record.files.set(field, value)
  }
}

// Lists and files of a new record are empty by themselves.
function dropEmpty({ lists, files }: SplitValues): void {
  for (const [field, value] of lists)
    if (!value || (Array.isArray(value) && value.every(isEmptying))) lists.delete(field)
  for (const [field, value] of files) if (!value) files.delete(field)
}

function isEmptying(command: unknown): boolean {
  const [code, , ids] = Array.isArray(command) ? (command as unknown[]) : []
  return code === 5 || (code === 6 && Array.isArray(ids) && ids.length === 0)
}

async function createParents(env: Env, model: ModelInfo, records: readonly SplitValues[]): Promise<void> {
  for (const [parentName, linkName] of Object.entries(model.options.inherits ?? {})) {
    const link = model.fields.get(linkName)
    const parent = env.registry.models.get(parentName)
    if (!link || !parent) continue
    const missing = records.filter((r) => !r.columns.get(link))
    const created = await createRecords(
      env,
      parent,
      missing.map((r) => r.delegated.get(linkName) ?? {}),
    )
    for (const [i, record] of missing.entries()) record.columns.set(link, created[i])
    for (const record of records) {
      const values = record.delegated.get(linkName)
      if (values && !missing.includes(record))
        await env.model(parentName, [record.columns.get(link) as number]).write(values)
    }
  }
}

// What can be computed before the INSERT goes into it.
function early(env: Env, model: ModelInfo, values: NewColumns, records: readonly SplitValues[]): Promise<Late> {
  const lists = new Set(records.flatMap((record) => [...record.lists.keys()]))
  return asKernel(env, (kernel) =>
    computeEarly(kernel.withContext({ active_test: false, bin_size: false }), model, values, lists),
  )
}

/** @param so `isDone`: nothing is owed for the new records but their rule; `isLast`: nothing else follows */
async function insert(
  env: Env,
  model: ModelInfo,
  values: NewColumns,
  so: { readonly isDone: boolean; readonly isLast: boolean },
): Promise<number[]> {
  const { tx, state } = env
  const { statement, noted, isInDoubt } = insertRows(env, model, values)
  const isDecided =
    so.isDone && !isInDoubt && state.depth === 1 && state.pending.size === 0 && state.afterChecks.length === 0
  if (isDecided && so.isLast && tx?.mayShorten) {
    const made = await tx.finish<{ id: number }>(
      (guard) =>
        sql`WITH done AS (${statement})${noted} SELECT id, ${unlessHolds(sql`within AND ${guard}`)} AS ok FROM done`,
    )
    return made.map((row) => row.id)
  }
  const rows = await env.db.query<{ id: number; within: boolean }>(
    noted === empty ? statement : sql`WITH done AS (${statement})${noted} SELECT id, within FROM done`,
  )
  const ids = rows.map((row) => row.id)
  if (!isDecided) state.afterChecks.push({ env, model: model.name, operation: 'create', ids })
  else if (!rows.every((row) => row.within)) throw await notAllThere(env, model, 'create', ids, { after: true })
  return ids
}

function markCreated(
  env: Env,
  model: ModelInfo,
  ids: readonly number[],
  records: readonly SplitValues[],
  late: Late,
): void {
  for (const field of late.fields) {
    // A value that was given for an editable computed field stays until what it depends on changes.
    const due = field.options.editable ? ids.filter((_, i) => !records[i]?.columns.has(field)) : ids
    addPending(env, { targetModel: model.name, targetField: field.name }, due)
  }
  for (const i of late.constraints) addPending(env, { targetModel: model.name, targetField: `#${i}` }, ids)
}
