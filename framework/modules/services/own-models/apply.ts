/** Models and fields that administrators make while the tenant runs: the tables follow in the same transaction. */

import { ServerError } from '../../../errors.ts'
import { readableBy } from '../../../expression/index.ts'
import type { Env, FieldInfo, ModelRegistry } from '../../../orm/index.ts'
import { sql, type Transaction } from '../../../sql/index.ts'
import { checkFormulas } from '../../overlay/formulas.ts'
import { fixLinkTables } from '../../overlay/read-overlay.ts'
import { publishAccess } from '../../rights/publish-access.ts'
import type { PreviousModels } from '../../schema/previous.ts'
import { syncSchema } from '../../schema/sync.ts'
import { noteModelsChanged, tenantOf } from '../../tenant/open-tenants.ts'
import { registryOf } from '../../tenant/tenant-registry.ts'
import { checkFields, checkNumbers, checkTables } from './checks.ts'
import { fillFormulas } from './fill-formulas.ts'

const applied = new WeakMap<Transaction, ModelRegistry>()

/**
 * Brings schema and registry to what ir.model and ir.model.fields say now; the new registry holds from the commit on.
 * @throws ValidationError ERR_MODEL_DEFINITION, ERR_MODEL_QUOTA and those of `checkFields` and `checkFormulas`, ConflictError ERR_SCHEMA_LOSS;
 *   then nothing is changed
 */
export async function applyRunTimeModels(env: Env): Promise<void> {
  const tx = transactionOf(env)
  const tenant = tenantOf(env)
  await fixLinkTables(tx)
  const before = registryNow(env)
  const registry = await registryOf(tenant.registry.apps, tx)
  if (registry.key === before.key) return
  checkNumbers(registry, before)
  checkFields(registry)
  const isReadable = readableBy(env)
  // The editor's rights know what was there before; what she makes with it is hers.
  const mayRead = (field: FieldInfo) => !before.models.get(field.model)?.fields.has(field.name) || isReadable(field)
  checkFormulas(registry, before, mayRead)
  await checkTables(tx, registry, before)
  await syncSchema(tx, registry, { previous: ownFields(before) })
  await fillFormulas(env, tx, registry, before)
  if (hasLost(before, registry)) await checkRules(tx, registry)
  if (!applied.has(tx)) await noteModelsChanged(tx)
  applied.set(tx, registry)
  tx.afterCommit(() => {
    tenant.registry = applied.get(tx) ?? registry
  })
}

/** The models as the transaction has made them so far. */
export function registryNow(env: Env): ModelRegistry {
  return applied.get(transactionOf(env)) ?? tenantOf(env).registry
}

/** The request's transaction; a change of models outside one could stop half-way. */
export function transactionOf(env: Env): Transaction {
  if (!env.tx) throw new ServerError('ERR_NO_TRANSACTION', 'This change needs a transaction.')
  return env.tx
}

// What the fields of people were; nothing of an application is let go here, so no model is named.
function ownFields(registry: ModelRegistry): PreviousModels {
  const fields = new Map<string, PreviousModels['fields'] extends ReadonlyMap<string, infer F> ? F : never>()
  for (const model of registry.models.values())
    for (const field of model.fields.values()) {
      if (!field.manual) continue
      fields.set(`${model.name}.${field.name}`, {
        model: model.name,
        name: field.name,
        kind: field.kind,
        comodel: field.comodel ?? null,
        selection: field.selection ?? null,
        size: field.options.size ?? null,
        translate: field.options.translate === true,
        companyDependent: false,
        link: field.link ?? null,
      })
    }
  return { models: new Set(), fields }
}

function hasLost(before: ModelRegistry, now: ModelRegistry): boolean {
  for (const model of before.models.values())
    for (const field of model.fields.values())
      if (field.manual && now.models.get(model.name)?.fields.has(field.name) !== true) return true
  return false
}

// A rule that speaks of a field which is gone would be passed over, and open what it closes.
async function checkRules(tx: Transaction, registry: ModelRegistry): Promise<void> {
  const rules = await tx.query<{ id: number }>(
    sql`SELECT r.id FROM ir_rule r WHERE r.domain_force LIKE '%x\\_%' ORDER BY r.id`,
  )
  await publishAccess(
    tx,
    registry,
    'ir.rule',
    rules.map(({ id }) => id),
  )
}
