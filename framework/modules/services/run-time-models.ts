/** Models and fields that administrators make while the tenant runs: the tables follow in the same transaction. */

import { ServerError, UserError, ValidationError } from '../../errors.ts'
import type { Env, FieldInfo, ModelInfo, ModelRegistry } from '../../orm/index.ts'
import { id as name, sql, type Transaction } from '../../sql/index.ts'
import { syncSchema } from '../schema/sync.ts'
import { registryOf } from '../tenant/tenant-registry.ts'
import { noteModelsChanged, tenantOf } from '../tenant/open-tenants.ts'

const applied = new WeakMap<Transaction, ModelRegistry>()

/**
 * Brings schema and registry to what ir.model and ir.model.fields say now; the new registry holds from the commit on.
 * @throws ValidationError ERR_MODEL_DEFINITION, ConflictError ERR_SCHEMA_LOSS; then nothing is changed
 */
export async function applyRunTimeModels(env: Env): Promise<void> {
  const tx = transactionOf(env)
  const tenant = tenantOf(env)
  const registry = await registryOf(tenant.registry.apps, tx)
  if (registry.key === (applied.get(tx) ?? tenant.registry).key) return
  checkManualFields(registry)
  await syncSchema(tx, registry)
  if (!applied.has(tx)) await noteModelsChanged(tx)
  applied.set(tx, registry)
  tx.afterCommit(() => {
    tenant.registry = applied.get(tx) ?? registry
  })
}

// The registry takes these as applications' authors write them; people get a sentence.
function checkManualFields(registry: ModelRegistry): void {
  for (const model of registry.models.values()) {
    for (const field of model.fields.values()) {
      if (!field.manual) continue
      if (field.kind === 'monetary' && !model.fields.has(field.options.currencyField ?? 'currency_id')) {
        throw new ValidationError(
          'ERR_FIELD_CURRENCY',
          `The field ${field.name} needs the name of the field that holds its currency.`,
        )
      }
      if (field.related) checkRelatedPath(registry, model, field.name, field.related)
    }
  }
}

function checkRelatedPath(registry: ModelRegistry, model: ModelInfo, name: string, path: readonly string[]): void {
  let at: ModelInfo | undefined = model
  for (const part of path) {
    const step: FieldInfo | undefined = at?.fields.get(part)
    // A secret stays one under any other name.
    if (!step || step.options.secret)
      throw new ValidationError('ERR_FIELD_RELATED', `The field ${name} shows ${path.join('.')}, which does not exist.`)
    at = step.comodel === undefined ? undefined : registry.models.get(step.comodel)
  }
}

/** What has to be removed from the database when these fields are deleted; to be read before, called after. */
export async function removalOfFields(env: Env, ids: readonly number[]): Promise<() => Promise<void>> {
  const tx = transactionOf(env)
  const fields = await tx.query<{ model: string; name: string; state: string }>(
    sql`SELECT model, name, state FROM ir_model_fields WHERE id = ANY(${ids}::int4[])`,
  )
  if (fields.some(({ state }) => state !== 'manual')) {
    throw new UserError(
      'ERR_FIELD_OF_APP',
      'This field belongs to an application; only fields that were made by hand (x_…) can be removed.',
    )
  }
  return async () => {
    for (const field of fields) {
      const info = tenantOf(env).registry.models.get(field.model)
      const removed = info?.fields.get(field.name)
      if (!info || !removed?.manual) continue
      if (removed.link) await tx.query(sql`DROP TABLE IF EXISTS ${name(removed.link.table)}`, { prepared: false })
      else if (removed.column)
        await tx.query(sql`ALTER TABLE IF EXISTS ${name(info.table)} DROP COLUMN IF EXISTS ${name(removed.name)}`, {
          prepared: false,
        })
    }
  }
}

/** The same for models; their fields, rights and rows go with them. */
export async function removalOfModels(env: Env, ids: readonly number[]): Promise<() => Promise<void>> {
  const tx = transactionOf(env)
  const models = await tx.query<{ model: string; state: string }>(
    sql`SELECT model, state FROM ir_model WHERE id = ANY(${ids}::int4[])`,
  )
  if (models.some(({ state }) => state !== 'manual')) {
    throw new UserError(
      'ERR_MODEL_OF_APP',
      'This model belongs to an application; only models that were made by hand (x_…) can be removed.',
    )
  }
  return async () => {
    for (const { model } of models) {
      await tx.query(sql`DELETE FROM hf_access WHERE model = ${model}`)
      const info = tenantOf(env).registry.models.get(model)
      if (!info) continue
      for (const field of info.fields.values())
        if (field.link && field.manual)
          await tx.query(sql`DROP TABLE IF EXISTS ${name(field.link.table)}`, { prepared: false })
      await tx.query(sql`DROP TABLE IF EXISTS ${name(info.table)} CASCADE`, { prepared: false })
    }
  }
}

/** The request's transaction; a change of models outside one could stop half-way. */
export function transactionOf(env: Env): Transaction {
  if (!env.tx) throw new ServerError('ERR_NO_TRANSACTION', 'This change needs a transaction.')
  return env.tx
}
