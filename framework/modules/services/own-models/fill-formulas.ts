/** Values of own computed fields that were made or changed, for the records that there are. */

import type { Env, ModelRegistry } from '../../../orm/index.ts'
import { settleChanges } from '../../../orm/index.ts'
import { withSystemEnv } from '../../../access/index.ts'
import { id as name, sql, type Transaction } from '../../../sql/index.ts'
import { tenantOf } from '../../tenant/open-tenants.ts'

/** Computes stored formulas that were not there before, and writes down what all of them are made of. */
export async function fillFormulas(
  env: Env,
  tx: Transaction,
  registry: ModelRegistry,
  before: ModelRegistry,
): Promise<void> {
  const fresh: { model: string; field: string; table: string }[] = []
  for (const model of registry.models.values())
    for (const field of model.fields.values()) {
      const { formula } = field.options
      if (formula === undefined || field.delegate !== undefined) continue
      const old = before.models.get(model.name)?.fields.get(field.name)
      if (old?.options.formula === formula && old.column === field.column) continue
      await tx.query(
        sql`UPDATE ir_model_fields SET depends = ${(field.computed?.on ?? []).join(',')} WHERE model = ${model.name} AND name = ${field.name}`,
      )
      if (field.column) fresh.push({ model: model.name, field: field.name, table: model.table })
    }
  if (fresh.length === 0) return
  await withSystemEnv({ ...tenantOf(env), registry }, 'own fields computed', { tx, isBulk: true }, async (system) => {
    for (const { model, field, table } of fresh) {
      const rows = await tx.query<{ id: number }>(sql`SELECT id FROM ${name(table)}`, { prepared: false })
      if (rows.length > 0) system.state.pending.set(`${model}.${field}`, new Set(rows.map(({ id }) => id)))
    }
    await settleChanges(system)
  })
}
