/** What a reference field shows: `model,id` where the caller may read that record, nothing otherwise. */

import { id, join, literal, type Sql, sql } from '../../sql/index.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'
import type { Scope } from './scope.ts'

/**
 * No foreign key holds a reference, and its text would tell that a record exists: so the record is looked up, under the
 * rules of its own model. A deleted one, a forbidden one and a text that is no reference look alike.
 */
export function readableReference(scope: Scope, raw: Sql, field: FieldInfo): Sql {
  const branches = namedModels(scope, field).map((model) => {
    const alias = scope.alias()
    const number = sql`CASE WHEN ${raw} ~ ',[0-9]{1,9}$' THEN split_part(${raw}, ',', 2)::int4 END`
    return sql`WHEN ${literal(model.name)} THEN EXISTS (SELECT 1 FROM ${id(model.table)} ${id(alias)} WHERE ${id(alias)}.id = ${number}${scope.andCondition(model, alias)})`
  })
  if (branches.length === 0) return sql`NULL::varchar`
  return sql`CASE WHEN CASE split_part(${raw}, ',', 1) ${join(branches, ' ')} END THEN ${raw} END`
}

// A field without a list may point anywhere; models that the caller may not read at all need no look.
function namedModels(scope: Scope, field: FieldInfo): ModelInfo[] {
  const { registry, grant } = scope.env
  const names = field.selection?.length ? field.selection.map(([name]) => name) : [...registry.models.keys()]
  return names
    .map((name) => registry.models.get(name))
    .filter((model): model is ModelInfo => model !== undefined && !model.options.abstract)
    .filter((model) => grant.records(model.name, 'read') !== false)
}
