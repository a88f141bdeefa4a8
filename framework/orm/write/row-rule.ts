/** Rules that can be told from a changed row in the very statement that changes it. */

import { id, join, type Sql, sql } from '../../sql/index.ts'
import type { Env } from '../env.ts'
import type { Operation } from '../grant.ts'
import { Scope } from '../query/scope.ts'
import type { ModelInfo } from '../registry.ts'

/**
 * The caller's rule for rows of a table at `alias`; `null` when it has to be asked in a statement of its own. A statement
 * sees the other rows of the table that it writes as they were before: a rule that looks at them would be told of the past.
 */
export function rowRule(scope: Scope, model: ModelInfo, alias: string, operation: Operation): Sql | null {
  const condition = scope.condition(model, alias, operation)
  if (condition === null) return sql`TRUE`
  return speaksOf(condition, model.table) ? null : condition
}

/** Whether SQL reads a table; names are always quoted. */
function speaksOf(condition: Sql, table: string): boolean {
  const name = id(table).chunks[0] as string
  return condition.chunks.some((chunk) => chunk.includes(name))
}

/** Divides by zero unless the predicate holds: the statement refuses itself, and with it the transaction. */
export function unlessHolds(predicate: Sql): Sql {
  return sql`1 / COALESCE((${predicate})::int4, 0)`
}

/** Whether all of these records are within what the caller may do with them, as a predicate; `null`: no doubt about it. */
export function allWithin(env: Env, modelName: string, operation: Operation, ids: readonly number[]): Sql | null {
  const scope = new Scope(env)
  const model = scope.model(modelName)
  const alias = scope.alias()
  const condition = scope.condition(model, alias, operation)
  if (condition === null) return null
  const unique = [...new Set(ids)]
  return sql`(SELECT count(*) FROM ${id(model.table)} ${id(alias)} WHERE ${id(alias)}.id = ANY(${unique}::int4[]) AND ${condition}) = ${unique.length}::int4`
}

/** All of the predicates. */
export function all(predicates: readonly Sql[]): Sql {
  return predicates.length === 0 ? sql`TRUE` : join(predicates, ' AND ')
}
