/** Creating records: n records in one INSERT, their lists in batches. */

import { id, join, type Sql, sql, type SqlValue } from '../../sql/index.ts'
import type { Env } from '../env.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'
import { applyLists } from './commands.ts'
import { storeFiles } from './files.ts'
import { requireLinkable } from './link-rights.ts'
import { roundMonetary } from './monetary.ts'
import { change, requireModel } from './operation.ts'
import { addPending, castOf, markModified, type Parents } from './recompute.ts'
import { requireValues, type SplitValues, split } from './split.ts'
import { toColumn, toTranslations } from './values.ts'

/** Creates records and returns their ids, in the order of the values. */
export function createRecords(
  env: Env,
  model: ModelInfo,
  list: readonly Readonly<Record<string, unknown>>[],
): Promise<number[]> {
  return change(env, async () => {
    requireModel(env, model, 'create')
    if (list.length === 0) return []
    const system = isSystem(env)
    const defaults = await defaultValues(env, model, list)
    const records = list.map((values) => split(env, model, values, { system }))
    for (const [i, record] of records.entries()) addDefaults(record, defaults, list[i] ?? {})
    // Defaults of the model are its author's; all else, the context included, is the caller's.
    await requireLinkable(
      env,
      records.map(({ columns }, i) => new Map([...columns].filter(([field]) => isCallers(env, field, list[i] ?? {})))),
    )
    await createParents(env, model, records)
    for (const record of records) requireValues(model, record.columns, true)
    const ids = await insert(env, model, records)
    await roundMonetary(env, model, ids, new Set(records.flatMap((r) => [...r.columns.keys()].map((f) => f.name))))
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
    await markCreated(env, model, ids, records)
    env.state.afterChecks.push({ env, model: model.name, operation: 'create', ids })
    return ids
  })
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

async function insert(env: Env, model: ModelInfo, records: readonly SplitValues[]): Promise<number[]> {
  const fields = new Set<FieldInfo>()
  for (const record of records) for (const field of record.columns.keys()) fields.add(field)
  const audit = ['create_uid', 'create_date', 'write_uid', 'write_date']
  const columns = [...fields].filter((f) => !(audit.includes(f.name) && !env.system) && f.name !== 'id')
  const withId = env.system && records.every((r) => [...r.columns.keys()].some((f) => f.name === 'id'))
  const now = sql`date_trunc('milliseconds', now() AT TIME ZONE 'UTC')`
  const names: Sql[] = [...(withId ? [id('id')] : []), ...columns.map((f) => id(f.name))]
  const arrays: Sql[] = []
  const picked: Sql[] = []
  const aliases: Sql[] = []
  const addColumn = (name: string, cast: Sql, values: readonly (string | null)[], decode?: boolean) => {
    arrays.push(sql`${values}::text[]`)
    aliases.push(id(`c_${name}`))
    picked.push(decode ? sql`decode(${id(`c_${name}`)}, 'base64')` : sql`${id(`c_${name}`)}::${cast}`)
  }
  if (withId)
    addColumn(
      'id',
      sql`int4`,
      records.map((r) => String([...r.columns].find(([f]) => f.name === 'id')?.[1])),
    )
  for (const field of columns)
    addColumn(
      field.name,
      castOf(field),
      records.map((r) => (r.columns.has(field) ? asText(env, field, r.columns.get(field)) : null)),
      field.columnType === 'bytea',
    )
  for (const name of audit) {
    if (columns.some((f) => f.name === name) || !model.fields.has(name)) continue
    names.push(id(name))
    picked.push(name.endsWith('_uid') ? sql`${env.uid}::int4` : now)
  }
  if (arrays.length === 0) {
    arrays.push(sql`${records.map(() => null)}::text[]`)
    aliases.push(id('c_none'))
  }
  const rows = await env.db.query<{ id: number }>(
    sql`INSERT INTO ${id(model.table)} (${join(names)}) SELECT ${join(picked)} FROM unnest(${join(arrays)}) WITH ORDINALITY AS u(${join(aliases)}, hf_n) ORDER BY u.hf_n RETURNING id`,
  )
  return rows.map((row) => row.id)
}

function asText(env: Env, field: FieldInfo, value: unknown): string | null {
  // Data files and imports may give all languages at once.
  if (field.options.translate && value !== null && typeof value === 'object')
    return JSON.stringify(toTranslations(field, value, true))
  const column: SqlValue = toColumn(field, value)
  if (field.options.translate)
    return column === null
      ? null
      : JSON.stringify(env.lang === 'en_US' ? { en_US: column } : { en_US: column, [env.lang]: column })
  if (field.options.companyDependent) return column === null ? null : JSON.stringify({ [env.companyId]: column })
  if (column === null) return null
  if (typeof column === 'boolean') return column ? 't' : 'f'
  return String(column)
}

async function markCreated(
  env: Env,
  model: ModelInfo,
  ids: readonly number[],
  records: readonly SplitValues[],
): Promise<void> {
  for (const field of model.fields.values()) {
    if (!field.column || !field.computed) continue
    // A value that was given for an editable computed field stays until what it depends on changes.
    const due = field.options.editable
      ? ids.filter((_, i) => ![...(records[i]?.columns.keys() ?? [])].includes(field))
      : ids
    addPending(env, { targetModel: model.name, targetField: field.name }, due)
  }
  for (const i of model.constraints.keys()) addPending(env, { targetModel: model.name, targetField: `#${i}` }, ids)
  const given = new Set<string>()
  for (const field of model.fields.values()) if (field.column || field.link) given.add(field.name)
  await markModifiedElsewhere(env, model, ids, given, parentsOf(model, records))
}

// What the new records point to, as far as their values say it plainly.
function parentsOf(model: ModelInfo, records: readonly SplitValues[]): Parents {
  const parents = new Map<string, readonly number[]>()
  for (const field of model.fields.values()) {
    if (field.kind !== 'many2one' || !field.column || field.computed || field.options.companyDependent) continue
    const given = records.map(({ columns }) => toColumn(field, columns.get(field)))
    parents.set(field.name, [...new Set(given.filter((value) => typeof value === 'number'))])
  }
  return parents
}

// The record's own fields are pending already; only records of others are looked for.
function markModifiedElsewhere(
  env: Env,
  model: ModelInfo,
  ids: readonly number[],
  fields: ReadonlySet<string>,
  parents: Parents,
): Promise<void> {
  const elsewhere = [...fields].filter((name) =>
    (env.registry.triggers.get(`${model.name}.${name}`) ?? []).some((t) => t.path.length > 0),
  )
  return markModified(env, model, ids, elsewhere, { created: true, othersOnly: true, parents })
}
