/** Gives existing records their values for columns that an application brings along. */

import type { Env } from '../../../orm/index.ts'
import { settleChanges } from '../../../orm/index.ts'
import { id as name, sql, type Transaction } from '../../../sql/index.ts'

/** Stored computed fields are computed for all rows; plain ones get their default where it is data or a function of the environment. */
export async function fillNewColumns(
  env: Env,
  tx: Transaction,
  added: readonly { readonly model: string; readonly field: string }[],
): Promise<void> {
  for (const { model, field } of added) {
    const info = env.registry.models.get(model)
    const column = info?.fields.get(field)
    if (!info || !column) continue
    const rows = await tx.query<{ id: number }>(sql`SELECT id FROM ${name(info.table)} WHERE ${name(field)} IS NULL`, {
      prepared: false,
    })
    if (rows.length === 0) continue
    const ids = rows.map((row) => row.id)
    if (column.computed) env.state.pending.set(`${model}.${field}`, new Set(ids))
    else if (column.options.default !== undefined) {
      const given = column.options.default
      const value: unknown = typeof given === 'function' ? await (given as (env: Env) => unknown)(env) : given
      if (value !== null && value !== undefined)
        await env
          .withContext({ active_test: false })
          .model(model, ids)
          .write({ [field]: value })
    }
  }
  await settleChanges(env)
}
