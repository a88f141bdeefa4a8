/** Compiles a domain to one predicate; relations become EXISTS, and the Grant is asked at every table on the way. */

import { InvalidRequestError } from '../../errors.ts'
import { empty, id, join, type Sql, sql } from '../../sql/index.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'
import { notStored, type Scope } from '../query/scope.ts'
import { type Condition, mentions, type Operator, parseDomain } from './parse.ts'
import { compileScalar, datePart } from './scalar.ts'
import { compileHierarchy } from './hierarchy.ts'

const negations: Partial<Record<Operator, Operator>> = {
  '=': '!=',
  '!=': '=',
  in: 'not in',
  'not in': 'in',
  like: 'not like',
  'not like': 'like',
  ilike: 'not ilike',
  'not ilike': 'ilike',
  '=like': 'not =like',
  'not =like': '=like',
  '=ilike': 'not =ilike',
  'not =ilike': '=ilike',
  any: 'not any',
  'not any': 'any',
}
const negative = new Set<Operator>(['!=', 'not in', 'not like', 'not ilike', 'not =like', 'not =ilike', 'not any'])

/** The predicate of a domain over the table at `alias`. */
export function compileDomain(scope: Scope, model: ModelInfo, alias: string, domain: unknown): Sql {
  return compileCondition(scope, model, alias, parseDomain(domain), false)
}

/** The same for a domain that is already parsed. `negate` pushes a `!` down to the conditions, as Odoo does. */
export function compileCondition(
  scope: Scope,
  model: ModelInfo,
  alias: string,
  condition: Condition,
  negate: boolean,
): Sql {
  switch (condition.is) {
    case 'constant':
      return condition.value !== negate ? sql`TRUE` : sql`FALSE`
    case 'not':
      return compileCondition(scope, model, alias, condition.part, !negate)
    case 'and':
    case 'or': {
      if (condition.parts.length === 0) return (condition.is === 'and') !== negate ? sql`TRUE` : sql`FALSE`
      const parts = condition.parts.map((part) => compileCondition(scope, model, alias, part, negate))
      if (parts.length === 1 && parts[0]) return parts[0]
      return sql`(${join(parts, (condition.is === 'and') !== negate ? ' AND ' : ' OR ')})`
    }
    case 'leaf': {
      if (!negate) return compileLeaf(scope, model, alias, condition.path, condition.operator, condition.value)
      const opposite = negations[condition.operator]
      if (opposite) return compileLeaf(scope, model, alias, condition.path, opposite, condition.value)
      return sql`(${compileLeaf(scope, model, alias, condition.path, condition.operator, condition.value)}) IS NOT TRUE`
    }
  }
}

function compileLeaf(
  scope: Scope,
  model: ModelInfo,
  alias: string,
  path: readonly string[],
  operator: Operator,
  value: unknown,
): Sql {
  if (operator === '=?') {
    if (value === false || value === null || value === undefined) return sql`TRUE`
    return compileLeaf(scope, model, alias, path, '=', value)
  }
  const [head = '', ...rest] = path
  const field = scope.field(model, head, `Invalid field ${model.name}.${head} in condition on ${path.join('.')}`)
  if (field.options.secret) scope.value(model, alias, field)
  const relational = field.comodel !== undefined
  if (!field.column && field.related && !(field.name === 'display_name' && field.related[0] === 'id')) {
    return compileLeaf(scope, model, alias, [...field.related, ...rest], operator, value)
  }
  if (rest.length > 0) {
    if (relational) return compileAny(scope, model, alias, field, { is: 'leaf', path: rest, operator, value })
    return datePart(scope, model, alias, field, rest, operator, value)
  }
  if (operator === 'child_of' || operator === 'parent_of')
    return compileHierarchy(scope, model, alias, field, operator, value)
  if (operator === 'any' || operator === 'not any') {
    if (!relational)
      throw new InvalidRequestError(
        'ERR_DOMAIN_OPERATOR',
        `'${operator}' needs a relation; ${model.name}.${head} is none.`,
      )
    const exists = compileAny(scope, model, alias, field, parseDomain(value))
    return operator === 'any' ? exists : sql`NOT ${exists}`
  }
  if (!relational) return compileScalar(scope, model, alias, field, operator, value)
  return compileRelation(scope, model, alias, field, operator, value)
}

/** EXISTS a related record that the caller may read and that fulfils the condition. */
export function compileAny(scope: Scope, model: ModelInfo, alias: string, field: FieldInfo, condition: Condition): Sql {
  const comodel = scope.model(field.comodel ?? '')
  const inner = scope.alias()
  const body = () => compileCondition(scope, comodel, inner, condition, false)
  const rule = scope.andCondition(comodel, inner)
  if (field.kind === 'many2one') {
    if (!field.column) throw notStored(field)
    return sql`EXISTS (SELECT 1 FROM ${id(comodel.table)} ${id(inner)} WHERE ${id(inner)}.id = ${scope.link(alias, field)}${rule} AND ${body()})`
  }
  const active =
    scope.activeTest && comodel.fields.get('active')?.column && !mentions(condition, 'active')
      ? sql` AND ${id(inner)}.active`
      : empty
  if (field.kind === 'one2many') {
    return sql`EXISTS (SELECT 1 FROM ${id(comodel.table)} ${id(inner)} WHERE ${inverseColumn(field, comodel, inner)} = ${id(alias)}.id${active}${rule} AND ${body()})`
  }
  if (!field.link) throw notStored(field)
  const link = scope.alias()
  void model
  return sql`EXISTS (SELECT 1 FROM ${id(field.link.table)} ${id(link)} JOIN ${id(comodel.table)} ${id(inner)} ON ${id(inner)}.id = ${id(link, field.link.other)} WHERE ${id(link, field.link.own)} = ${id(alias)}.id${active}${rule} AND ${body()})`
}

/** The column of a one2many's other side. */
export function inverseColumn(field: FieldInfo, comodel: ModelInfo, alias: string): Sql {
  const inverse = comodel.fields.get(field.inverse ?? '')
  if (!inverse?.column) throw notStored(field)
  return id(alias, inverse.name)
}

function compileRelation(
  scope: Scope,
  model: ModelInfo,
  alias: string,
  field: FieldInfo,
  operator: Operator,
  value: unknown,
): Sql {
  const comodel = scope.model(field.comodel ?? '')
  if (operator === '<' || operator === '>' || operator === '<=' || operator === '>=') {
    if (field.kind !== 'many2one')
      throw new InvalidRequestError(
        'ERR_DOMAIN_OPERATOR',
        `'${operator}' does not apply to ${model.name}.${field.name}.`,
      )
    return compileScalar(scope, model, alias, field, operator, value)
  }
  const isLike = operator.includes('like')
  const not = negative.has(operator)
  let positive: Sql
  if (isLike) {
    if (value === false || value === null || value === '') return not ? sql`FALSE` : sql`TRUE`
    const base = (not ? negations[operator] : operator) ?? operator
    positive = compileAny(scope, model, alias, field, byName(comodel, base, value))
  } else {
    const values = Array.isArray(value) ? value : [value]
    const ids: number[] = []
    const names: string[] = []
    let none = false
    for (const v of values) {
      if (v === false || v === null || v === '' || v === 0) none = true
      else if (typeof v === 'number' && Number.isInteger(v)) ids.push(v)
      else if (v === true) none = none || false
      else if (typeof v === 'string') /^-?\d+$/.test(v) ? ids.push(Number(v)) : names.push(v)
      else
        throw new InvalidRequestError(
          'ERR_DOMAIN_VALUE',
          `${model.name}.${field.name} is compared with ids or names, not with ${JSON.stringify(v)}.`,
        )
    }
    // `!= true` and `= true` on a relation ask whether it is set.
    if (values.length === 1 && values[0] === true)
      return not ? unset(scope, model, alias, field) : sql`NOT ${unset(scope, model, alias, field)}`
    const parts: Sql[] = []
    if (ids.length > 0) parts.push(hasId(scope, model, alias, field, ids))
    if (none) parts.push(unset(scope, model, alias, field))
    for (const name of names) parts.push(compileAny(scope, model, alias, field, byName(comodel, '=', name)))
    if (parts.length === 0) return not ? sql`TRUE` : sql`FALSE`
    positive = sql`(${join(parts, ' OR ')})`
  }
  return not ? sql`(${positive}) IS NOT TRUE` : positive
}

function byName(comodel: ModelInfo, operator: Operator, value: unknown): Condition {
  const fields =
    operator === '=' ? [comodel.displayName, comodel.recName] : (comodel.options.nameSearch ?? [comodel.displayName])
  return {
    is: 'or',
    parts: [...new Set(fields)].map((name) => ({ is: 'leaf', path: name.split('.'), operator, value })),
  }
}

function hasId(scope: Scope, model: ModelInfo, alias: string, field: FieldInfo, ids: readonly number[]): Sql {
  if (field.kind === 'many2one' && field.column) return sql`${scope.value(model, alias, field)} = ANY(${ids}::int4[])`
  return compileAny(scope, model, alias, field, { is: 'leaf', path: ['id'], operator: 'in', value: ids })
}

function unset(scope: Scope, model: ModelInfo, alias: string, field: FieldInfo): Sql {
  if (field.kind === 'many2one' && field.column) return sql`${scope.value(model, alias, field)} IS NULL`
  return sql`NOT ${compileAny(scope, model, alias, field, { is: 'and', parts: [] })}`
}
