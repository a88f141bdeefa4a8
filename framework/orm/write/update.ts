/** Changing records: checked before and after, one UPDATE for all of them. */

import { id, join, literal, type Sql, sql, type SqlValue } from '../../sql/index.ts'
import type { Env } from '../env.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'
import { applyLists } from './commands.ts'
import { storeFiles } from './files.ts'
import { requireLinkable } from './link-rights.ts'
import { roundMonetary } from './monetary.ts'
import { change, requireModel, requireRecords } from './operation.ts'
import { castOf, markModified } from './recompute.ts'
import { requireValues, split } from './split.ts'
import { toColumn, toTranslations } from './values.ts'

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
    await requireRecords(env, model.name, 'write', ids)
    requireValues(model, parts.columns, false)
    await requireLinkable(env, [parts.columns])
    for (const [link, parentValues] of parts.delegated) await writeParents(env, model, ids, link, parentValues)
    const names = [...parts.columns.keys()].map((f) => f.name)
    // A many2one that moves a record away from its parent touches the old parent, too.
    const moving = names.filter((name) => model.fields.get(name)?.kind === 'many2one')
    await markModified(env, model, ids, moving)
    if (parts.columns.size > 0 || parts.lists.size > 0 || parts.files.size > 0)
      await update(env, model, ids, parts.columns)
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
    await markModified(env, model, ids, [...names, ...[...parts.lists.keys()].map((f) => f.name), 'write_date'])
    env.state.afterChecks.push({ env, model: model.name, operation: 'write', ids })
  })
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
): Promise<void> {
  const sets: Sql[] = []
  for (const [field, value] of columns)
    if (field.name !== 'id') sets.push(sql`${id(field.name)} = ${assigned(env, field, value)}`)
  if (model.fields.has('write_date')) {
    if (![...columns.keys()].some((f) => f.name === 'write_uid')) sets.push(sql`write_uid = ${env.uid}::int4`)
    if (![...columns.keys()].some((f) => f.name === 'write_date'))
      sets.push(sql`write_date = date_trunc('milliseconds', now() AT TIME ZONE 'UTC')`)
  }
  if (sets.length === 0) return
  await env.db.query(sql`UPDATE ${id(model.table)} SET ${join(sets)} WHERE id = ANY(${[...ids]}::int4[])`)
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
