/** child_of and parent_of: one recursive statement over the parent field. */

import { InvalidRequestError } from '../../errors.ts'
import { id, type Sql, sql } from '../../sql/index.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'
import type { Scope } from '../query/scope.ts'
import { compileCondition } from './compile.ts'
import type { Condition } from './parse.ts'
import { compileAny, listedUnder } from './relation.ts'

/** `[field, 'child_of' | 'parent_of', ids or names]`; on `id` it speaks about the model itself. */
export function compileHierarchy(
  scope: Scope,
  model: ModelInfo,
  alias: string,
  field: FieldInfo,
  operator: 'child_of' | 'parent_of',
  value: unknown,
): Sql {
  const target = field.comodel ? scope.model(field.comodel) : field.name === 'id' ? model : undefined
  if (!target)
    throw new InvalidRequestError(
      'ERR_DOMAIN_OPERATOR',
      `'${operator}' needs a relation or id; ${model.name}.${field.name} is neither.`,
    )
  // A many2one to the model itself is the hierarchy that is asked for.
  const own = field.kind === 'many2one' && field.comodel === model.name && field.column
  const parent = own ? field.name : target.parent
  const above = parent ? scope.field(target, parent) : undefined
  const roots = rootCondition(value)
  if (roots === null) return sql`FALSE`
  if (!above) {
    if (field.name === 'id')
      throw new InvalidRequestError(
        'ERR_DOMAIN_HIERARCHY',
        `'${operator}' needs a hierarchy, and ${target.name} has no parent field.`,
      )
    return compileAny(scope, alias, field, roots, { archived: true })
  }
  const [tree, root, next] = [scope.alias(), scope.alias(), scope.alias()]
  const start = sql`SELECT ${id(root)}.id, ${scope.link(root, above)} AS parent FROM ${id(target.table)} ${id(root)} WHERE ${compileCondition(scope, target, root, roots, false)}${scope.andCondition(target, root)}`
  const step =
    operator === 'child_of'
      ? sql`${scope.link(next, above)} = ${id(tree)}.id`
      : sql`${id(next)}.id = ${id(tree)}.parent`
  // The walk ends at records that the caller may not read: what lies behind them hangs on nothing that he sees.
  // UNION (not ALL) ends the walk even where data holds a circle.
  const all = sql`WITH RECURSIVE ${id(tree)} AS (${start} UNION SELECT ${id(next)}.id, ${scope.link(next, above)} FROM ${id(target.table)} ${id(next)} JOIN ${id(tree)} ON ${step}${scope.andCondition(target, next)}) SELECT id FROM ${id(tree)}`
  if (field.name === 'id' || own) return sql`${id(alias)}.id IN (${all})`
  if (field.kind === 'many2one' && field.column) return sql`${scope.value(model, alias, field)} IN (${all})`
  const inner = scope.alias()
  if (field.kind === 'many2many' && field.link) {
    const link = scope.alias()
    return sql`EXISTS (SELECT 1 FROM ${id(field.link.table)} ${id(link)} JOIN ${id(target.table)} ${id(inner)} ON ${id(inner)}.id = ${id(link, field.link.other)}${scope.andCondition(target, inner)} WHERE ${id(link, field.link.own)} = ${id(alias)}.id AND ${id(inner)}.id IN (${all}))`
  }
  return sql`EXISTS (SELECT 1 FROM ${id(target.table)} ${id(inner)} WHERE ${listedUnder(field, target, inner, alias)} AND ${id(inner)}.id IN (${all})${scope.andCondition(target, inner)})`
}

function rootCondition(value: unknown): Condition | null {
  const values = (Array.isArray(value) ? value : [value]).filter((v) => v !== false && v !== null && v !== '')
  if (values.length === 0) return null
  const ids = values.filter((v) => typeof v === 'number' || (typeof v === 'string' && /^\d+$/.test(v))).map(Number)
  const names = values.filter((v) => typeof v === 'string' && !/^\d+$/.test(v))
  const parts: Condition[] = []
  if (ids.length > 0) parts.push({ is: 'leaf', path: ['id'], operator: 'in', value: ids })
  for (const name of names) parts.push({ is: 'leaf', path: ['display_name'], operator: 'ilike', value: name })
  if (parts.length === 0) throw new InvalidRequestError('ERR_DOMAIN_VALUE', 'A hierarchy is asked for by ids or names.')
  return { is: 'or', parts }
}
