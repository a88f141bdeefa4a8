/** Values that no foreign key watches over: references and many2ones per company, when what they point to goes. */

import { id, literal, type Sql, sql } from '../../sql/index.ts'
import type { Env } from '../env.ts'
import type { FieldInfo } from '../registry.ts'

/** Empties references to these records of a model, before they are deleted. Fields that may point anywhere stay; they read as unset. */
export async function clearReferences(env: Env, model: string, ids: readonly number[]): Promise<void> {
  for (const other of env.registry.models.values()) {
    if (other.options.abstract) continue
    for (const field of other.fields.values()) {
      const changed = field.column ? cleared(field, model, ids) : null
      if (changed)
        await env.db.query(
          sql`UPDATE ${id(other.table)} SET ${id(field.name)} = ${changed.value} WHERE ${changed.where}`,
        )
    }
  }
}

function cleared(field: FieldInfo, model: string, ids: readonly number[]): { value: Sql; where: Sql } | null {
  if (
    field.kind === 'reference' &&
    !field.options.companyDependent &&
    field.selection?.some(([name]) => name === model)
  )
    return { value: sql`NULL`, where: sql`${id(field.name)} = ANY(${ids.map((n) => `${model},${n}`)}::varchar[])` }
  if (field.kind === 'many2one' && field.options.companyDependent && field.comodel === model) {
    const numbers = sql`${ids.map(String)}::text[]`
    return {
      value: sql`(SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(${id(field.name)}) e WHERE (e.value #>> ${literal('{}')}) = ANY(${numbers}) IS NOT TRUE)`,
      where: sql`EXISTS (SELECT 1 FROM jsonb_each_text(${id(field.name)}) e WHERE e.value = ANY(${numbers}))`,
    }
  }
  return null
}
