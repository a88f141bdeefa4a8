/** Changing records: checked before and after, one UPDATE for all of them. */

import { empty, id, join, literal, type Sql, sql, type SqlValue } from '../../sql/index.ts'
import { noteSecrets, noteUpdate } from '../audit/changes.ts'
import type { Env } from '../env.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'
import { applyLists } from './commands.ts'
import { storeFiles } from './files.ts'
import { Scope } from '../query/scope.ts'
import { linksOf, requireLinkable } from './link-rights.ts'
import { monetaryFields, roundMonetary } from './monetary.ts'
import { change, notAllThere, requireModel, requireRecords } from './operation.ts'
import { castOf, markModified } from './recompute.ts'
import { rowRule, unlessHolds } from './row-rule.ts'
import { requireValues, type SplitValues, split } from './split.ts'
import { toColumn, toTranslations } from './values.ts'
import { laterThan } from './stamp.ts'

/** Writes the same values into all records. */
export function updateRecords(
  env: Env,
  model: ModelInfo,
  ids: readonly number[],
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  return change(env, async () => {
    requireModel(env, model, 'write')
    const parts = split(env, model, values, { system: env.system, writing: true })
    if (ids.length === 0) return
    noteSecrets(env, model, ids, parts.columns.keys())
    if (postponeUpdate(env, model, ids, parts)) return
    const isChecked = parts.delegated.size > 0 || !isFilled(model, parts)
    if (isChecked) await requireRecords(env, model.name, 'write', ids)
    requireValues(model, parts.columns, false)
    await requireLinkable(env, [parts.columns])
    for (const [link, parentValues] of parts.delegated) await writeParents(env, model, ids, link, parentValues)
    const names = [...parts.columns.keys()].map((f) => f.name)
    // A many2one that moves a record away from its parent touches the old parent, too.
    const moving = names.filter((name) => model.fields.get(name)?.kind === 'many2one')
    await markModified(env, model, ids, moving)
    if (parts.columns.size > 0 || parts.lists.size > 0 || parts.files.size > 0)
      await update(env, model, ids, parts.columns, isChecked)
    await roundMonetary(env, model, ids, new Set(names))
    await applyLists(
      env,
      model,
      ids,
      ids.map(() => parts.lists),
      false,
    )
    await storeFiles(
      env,
      model,
      ids,
      ids.map(() => parts.files),
    )
    // A value that is given for an editable computed field stays, whatever else is written with it.
    const except = [...parts.columns.keys()].filter((f) => f.computed && f.options.editable).map((f) => f.name)
    const touched = [...names, ...[...parts.lists.keys()].map((f) => f.name), 'write_date']
    await markModified(env, model, ids, touched, { except })
    env.state.afterChecks.push({ env, model: model.name, operation: 'write', ids })
  })
}

// What is wrong with the values is said only to who may write the records.
function isFilled(model: ModelInfo, parts: SplitValues): boolean {
  if (parts.columns.size === 0 && parts.lists.size === 0 && parts.files.size === 0) return false
  try {
    requireValues(model, parts.columns, false)
    return true
  } catch {
    return false
  }
}

/**
 * A change that nothing follows from is one statement, which looks at the rule before and after itself; it waits for the
 * next statement or the COMMIT to travel with. Whatever it cannot do as well as the long way, it leaves to it.
 */
function postponeUpdate(env: Env, model: ModelInfo, ids: readonly number[], parts: SplitValues): boolean {
  const { tx, state } = env
  if (!tx?.mayShorten || state.depth !== 1 || state.pending.size > 0 || state.afterChecks.length > 0) return false
  if (parts.columns.size === 0 || parts.lists.size > 0 || parts.files.size > 0 || parts.delegated.size > 0) return false
  if (!isFilled(model, parts) || linksOf(env, [parts.columns]).size > 0) return false
  const names = [...parts.columns.keys()].map((field) => field.name)
  if ([...names, 'write_date'].some((name) => env.registry.triggers.has(`${model.name}.${name}`))) return false
  if (monetaryFields(model, new Set(names)).size > 0) return false
  const scope = new Scope(env)
  const alias = scope.alias()
  const rule = rowRule(scope, model, alias, 'write')
  const sets = assignments(env, model, parts.columns)
  if (rule === null || sets.length === 0) return false
  const note = noteUpdate(env, model, parts.columns.keys(), alias)
  tx.postpone(
    (guard, isLast) => sql`
    WITH done AS (UPDATE ${id(model.table)} ${id(alias)} SET ${join(sets)}${note.from}
      WHERE ${theseIds(alias, ids)}${note.joined} AND ${rule} RETURNING (${rule}) AS within${note.returning})${isLast ? note.noted : empty}
    SELECT ${unlessHolds(sql`count(*) = ${ids.length}::int4 AND bool_and(within IS TRUE) AND ${guard}`)} AS ok${isLast ? empty : note.gathered} FROM done`,
    note.isOn ? note.take : undefined,
  )
  return true
}

async function writeParents(
  env: Env,
  model: ModelInfo,
  ids: readonly number[],
  linkName: string,
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  const link = model.fields.get(linkName)
  if (!link?.comodel) return
  const rows = await env.db.query<{ id: number }>(
    sql`SELECT DISTINCT ${id(linkName)} AS id FROM ${id(model.table)} WHERE id = ANY(${[...ids]}::int4[])`,
  )
  await env
    .model(
      link.comodel,
      rows.map((r) => r.id),
    )
    .write(values)
}

async function update(
  env: Env,
  model: ModelInfo,
  ids: readonly number[],
  columns: ReadonlyMap<FieldInfo, unknown>,
  isChecked: boolean,
): Promise<void> {
  const sets = assignments(env, model, columns)
  if (sets.length === 0) return isChecked ? undefined : requireRecords(env, model.name, 'write', ids)
  const scope = new Scope(env)
  const alias = scope.alias()
  const rule = isChecked ? empty : scope.andCondition(model, alias, 'write')
  const note = noteUpdate(env, model, columns.keys(), alias)
  const statement = sql`UPDATE ${id(model.table)} ${id(alias)} SET ${join(sets)}${note.from} WHERE ${theseIds(alias, ids)}${note.joined}${rule} RETURNING 1 AS one${note.returning}`
  const done = await env.db.query(
    note.isOn ? sql`WITH done AS (${statement})${note.noted} SELECT one FROM done` : statement,
  )
  if (!isChecked && done.length < ids.length) throw await notAllThere(env, model, 'write', ids)
}

// For one id PostgreSQL keeps its plan; for a list it plans anew each time, because a kept plan looks dearer.
function theseIds(alias: string, ids: readonly number[]): Sql {
  const [only] = ids
  return ids.length === 1 && only !== undefined
    ? sql`${id(alias)}.id = ${only}::int4`
    : sql`${id(alias)}.id = ANY(${[...ids]}::int4[])`
}

function assignments(env: Env, model: ModelInfo, columns: ReadonlyMap<FieldInfo, unknown>): Sql[] {
  const sets: Sql[] = []
  for (const [field, value] of columns)
    if (field.name !== 'id') sets.push(sql`${id(field.name)} = ${assigned(env, field, value)}`)
  if (model.fields.has('write_date')) {
    if (![...columns.keys()].some((f) => f.name === 'write_uid')) sets.push(sql`write_uid = ${env.uid}::int4`)
    if (![...columns.keys()].some((f) => f.name === 'write_date'))
      sets.push(sql`write_date = ${laterThan(sql`write_date`)}`)
  }
  return sets
}

function assigned(env: Env, field: FieldInfo, value: unknown): Sql {
  if (field.options.translate && value !== null && typeof value === 'object')
    return sql`COALESCE(${id(field.name)}, '{}'::jsonb) || ${JSON.stringify(toTranslations(field, value, false))}::jsonb`
  const column: SqlValue = toColumn(field, value)
  if (field.options.translate) {
    if (column === null) return sql`NULL`
    const base = sql`COALESCE(${id(field.name)}, ${JSON.stringify({ en_US: column })}::jsonb)`
    return sql`${base} || jsonb_build_object(${literal(env.lang)}::text, ${String(column)}::text)`
  }
  if (field.options.companyDependent)
    return sql`COALESCE(${id(field.name)}, '{}'::jsonb) || ${JSON.stringify({ [env.companyId]: column })}::jsonb`
  if (field.columnType === 'bytea') return column === null ? sql`NULL` : sql`decode(${String(column)}, 'base64')`
  return sql`${column}::${castOf(field)}`
}
