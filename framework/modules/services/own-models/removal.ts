/** Removing and renaming fields and models of people, with what hangs on them. */

import { UserError } from '../../../errors.ts'
import type { Env, ModelRegistry } from '../../../orm/index.ts'
import { id as name, sql, type Transaction } from '../../../sql/index.ts'
import { forgetModels } from '../../install/uninstall/forget-models.ts'
import { fieldsLeftWithout } from '../../install/uninstall/what-goes.ts'
import { foreignKeyName, indexName } from '../../schema/names.ts'
import { registryNow, transactionOf } from './apply.ts'

interface FieldRow extends Record<string, unknown> {
  readonly model: string
  readonly name: string
  readonly state: string
}

/**
 * What has to be removed from the database when these fields are deleted; to be read before, called after.
 * @throws UserError ERR_FIELD_OF_APP, ERR_FIELD_USED
 */
export async function removalOfFields(env: Env, ids: readonly number[]): Promise<() => Promise<void>> {
  const tx = transactionOf(env)
  const fields = await readFields(tx, ids)
  if (fields.some(({ state }) => state !== 'manual'))
    throw new UserError(
      'ERR_FIELD_OF_APP',
      'This field belongs to an application; only fields that were made by hand (x_…) can be removed.',
    )
  const registry = registryNow(env)
  refuseUsed(registry, fields)
  return () => dropColumns(tx, registry, fields)
}

/**
 * The same for models: their rows, rights, attachments and messages go with them, and fields of other models that refer
 * to them.
 * @throws UserError ERR_MODEL_OF_APP
 */
export async function removalOfModels(env: Env, ids: readonly number[]): Promise<() => Promise<void>> {
  const tx = transactionOf(env)
  const rows = await tx.query<{ model: string; state: string }>(
    sql`SELECT model, state FROM ir_model WHERE id = ANY(${ids}::int4[])`,
  )
  if (rows.some(({ state }) => state !== 'manual'))
    throw new UserError(
      'ERR_MODEL_OF_APP',
      'This model belongs to an application; only models that were made by hand (x_…) can be removed.',
    )
  const gone = new Set(rows.map(({ model }) => model))
  const registry = registryNow(env)
  const doomed = fieldsLeftWithout(
    registry,
    (model) => !gone.has(model),
    (model, field) => !gone.has(model) && registry.models.get(model)?.fields.has(field) === true,
  )
  return async () => {
    const others = [...doomed].map(split).filter(({ model }) => !gone.has(model))
    await dropColumns(tx, registry, others)
    for (const field of others)
      await tx.query(
        sql`DELETE FROM ir_model_fields WHERE model = ${field.model} AND name = ${field.name} AND state = 'manual'`,
      )
    await forgetModels(tx, registry, gone)
    for (const model of gone) {
      const info = registry.models.get(model)
      for (const field of info?.fields.values() ?? [])
        if (field.link && field.manual)
          await tx.query(sql`DROP TABLE IF EXISTS ${name(field.link.table)}`, { prepared: false })
      if (info) await tx.query(sql`DROP TABLE IF EXISTS ${name(info.table)} CASCADE`, { prepared: false })
    }
  }
}

/**
 * Gives a field of people another name: its column and the permissions that name it follow.
 * @throws UserError ERR_FIELD_USED when other fields need it under its name
 */
export async function renameOwnField(env: Env, id: number, to: string): Promise<void> {
  const tx = transactionOf(env)
  const [field] = await readFields(tx, [id])
  if (!field || field.name === to) return
  const registry = registryNow(env)
  refuseUsed(registry, [field])
  const model = registry.models.get(field.model)
  const info = model?.fields.get(field.name)
  if (model && info?.column) {
    // Index and key bear the old name; the synchronisation makes those of the new one.
    for (const statement of [
      sql`ALTER TABLE ${name(model.table)} RENAME COLUMN ${name(field.name)} TO ${name(to)}`,
      sql`ALTER TABLE ${name(model.table)} DROP CONSTRAINT IF EXISTS ${name(foreignKeyName(model.table, field.name))}`,
      sql`DROP INDEX IF EXISTS ${name(indexName(model.table, field.name, 'index'))}`,
    ])
      await tx.query(statement, { prepared: false })
  }
  await tx.query(
    sql`UPDATE hf_access SET fields = array_replace(fields, ${field.name}, ${to}) WHERE model = ${field.model}`,
  )
  await tx.query(sql`
    UPDATE ir_model_access a SET field_names = array_to_string(array_replace(regexp_split_to_array(a.field_names, '\\s*,\\s*'), ${field.name}, ${to}), ',')
    FROM ir_model m WHERE m.id = a.model_id AND m.model = ${field.model} AND a.field_names IS NOT NULL`)
  await tx.query(
    sql`UPDATE ir_attachment SET res_field = ${to} WHERE res_model = ${field.model} AND res_field = ${field.name}`,
  )
  await tx.query(sql`UPDATE ir_model_fields SET complete_name = ${`${field.model}.${to}`} WHERE id = ${id}`)
}

/** Records that have a choice which is going lose it, or get the one that takes its place. */
export async function moveChoices(env: Env, ids: readonly number[], to: string | null): Promise<void> {
  const tx = transactionOf(env)
  const rows = await tx.query<{ model: string; name: string; ttype: string; value: string }>(sql`
    SELECT f.model, f.name, f.ttype, s.value FROM ir_model_fields_selection s JOIN ir_model_fields f ON f.id = s.field_id
    WHERE s.id = ANY(${ids}::int4[]) AND f.state = 'manual'`)
  for (const row of rows) {
    const model = registryNow(env).models.get(row.model)
    const field = model?.fields.get(row.name)
    if (!model || !field?.column || row.ttype !== 'selection' || row.value === to) continue
    await tx.query(
      sql`UPDATE ${name(model.table)} SET ${name(row.name)} = ${to}::varchar WHERE ${name(row.name)} = ${row.value}`,
      { prepared: false },
    )
  }
}

function readFields(tx: Transaction, ids: readonly number[]): Promise<FieldRow[]> {
  return tx.query<FieldRow>(sql`SELECT model, name, state FROM ir_model_fields WHERE id = ANY(${[...ids]}::int4[])`)
}

function refuseUsed(registry: ModelRegistry, fields: readonly Pick<FieldRow, 'model' | 'name'>[]): void {
  const going = new Set(fields.map((field) => `${field.model}.${field.name}`))
  const left = fieldsLeftWithout(
    registry,
    () => true,
    (model, field) => !going.has(`${model}.${field}`) && registry.models.get(model)?.fields.has(field) === true,
  )
  const user = [...left].find((key) => !going.has(key))
  if (user !== undefined)
    throw new UserError('ERR_FIELD_USED', `This field cannot be removed or renamed: ${user} depends on it.`)
}

async function dropColumns(
  tx: Transaction,
  registry: ModelRegistry,
  fields: readonly Pick<FieldRow, 'model' | 'name'>[],
): Promise<void> {
  for (const { model, name: fieldName } of fields) {
    const info = registry.models.get(model)
    const field = info?.fields.get(fieldName)
    if (!info || !field?.manual) continue
    if (field.link) await tx.query(sql`DROP TABLE IF EXISTS ${name(field.link.table)}`, { prepared: false })
    else if (field.column)
      await tx.query(sql`ALTER TABLE IF EXISTS ${name(info.table)} DROP COLUMN IF EXISTS ${name(fieldName)}`, {
        prepared: false,
      })
    await tx.query(sql`DELETE FROM ir_attachment WHERE res_model = ${model} AND res_field = ${fieldName}`)
  }
}

function split(key: string): { model: string; name: string } {
  const dot = key.lastIndexOf('.')
  return { model: key.slice(0, dot), name: key.slice(dot + 1) }
}
