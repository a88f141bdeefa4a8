/** Removes what names the records of models that go: their attachments, messages, references. */

import type { ModelRegistry } from '../../../orm/index.ts'
import { id as name, type Queryable, sql } from '../../../sql/index.ts'
import { modelColumns } from '../upgrade/model-columns.ts'

// Reflection follows the registry by itself.
const reflected: ReadonlySet<string> = new Set(['ir_model', 'ir_model_fields'])

/** @returns the number of rows that went */
export async function forgetModels(
  tx: Queryable,
  registry: ModelRegistry,
  models: ReadonlySet<string>,
): Promise<number> {
  if (models.size === 0) return 0
  const gone = [...models]
  let removed = 0
  for (const { table, column } of await modelColumns(tx)) {
    if (reflected.has(table)) continue
    const rows = await tx.query(
      sql`DELETE FROM ${name(table)} WHERE ${name(column)} = ANY(${gone}::text[]) RETURNING 1 AS one`,
      { prepared: false },
    )
    removed += rows.length
  }
  for (const model of registry.models.values())
    for (const field of model.fields.values()) {
      if (field.kind !== 'reference' || !field.column || models.has(model.name)) continue
      const column = name(field.name)
      await tx.query(
        sql`UPDATE ${name(model.table)} SET ${column} = NULL WHERE split_part(${column}, ',', 1) = ANY(${gone}::text[])`,
        { prepared: false },
      )
    }
  return removed
}
