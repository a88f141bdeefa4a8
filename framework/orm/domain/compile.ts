/** Compiles a domain to one predicate; relations become EXISTS, and the Grant is asked at every table on the way. */

import { InvalidRequestError } from '../../errors.ts'
import { join, type Sql, sql } from '../../sql/index.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'
import type { Scope } from '../query/scope.ts'
import { type Comparison, type Condition, type Operator, parseDomain } from './parse.ts'
import { byName, compileAny, compileRelation } from './relation.ts'
import { compileScalar, datePart } from './scalar.ts'
import { compileHierarchy } from './hierarchy.ts'

/** Operators and their opposites; an unset field fulfils every negative one but `!= false` and `not in [false]`. */
export const opposites: Partial<Record<Operator, Operator>> = {
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
const negatives = new Set<Operator>(['!=', 'not in', 'not like', 'not ilike', 'not =like', 'not =ilike', 'not any'])

/** The positive operator that a negative one denies; `undefined` for a positive one. */
export function denied(operator: Operator): Operator | undefined {
  return negatives.has(operator) ? opposites[operator] : undefined
}

/** The predicate of a domain over the table at `alias`. */
export function compileDomain(scope: Scope, model: ModelInfo, alias: string, domain: unknown): Sql {
  return compileCondition(scope, model, alias, parseDomain(domain), false)
}

/**
 * The same for a domain that is already parsed. `negate` pushes a `!` down to the conditions as Odoo 19 does: the field's
 * own operator becomes its opposite, a path is denied as a whole.
 */
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
      if (!negate) return placed(condition, () => compileLeaf(scope, model, alias, condition))
      const operator = condition.path.length === 1 ? opposites[condition.operator] : undefined
      if (operator) return placed(condition, () => compileLeaf(scope, model, alias, { ...condition, operator }))
      return sql`(${placed(condition, () => compileLeaf(scope, model, alias, condition))}) IS NOT TRUE`
    }
  }
}

const located = new WeakSet<Error>()

// What is wrong with a condition is said together with where it stands; the innermost place is the fault's own.
function placed(condition: Comparison, compile: () => Sql): Sql {
  try {
    return compile()
  } catch (error) {
    if (condition.at === undefined || !(error instanceof InvalidRequestError) || located.has(error)) throw error
    const place = new InvalidRequestError(error.code, `${error.message} (${condition.at})`, {
      cause: error,
      wireName: error.wireName,
      ...(error.detail ? { detail: error.detail } : {}),
    })
    located.add(place)
    throw place
  }
}

/** One condition. */
export function compileLeaf(scope: Scope, model: ModelInfo, alias: string, leaf: Comparison): Sql {
  const { path, operator, value } = leaf
  if (operator === '=?')
    return isFalsy(value) ? sql`TRUE` : compileLeaf(scope, model, alias, { ...leaf, operator: '=' })
  const [head = '', ...rest] = path
  const field = scope.field(model, head, `Invalid field ${model.name}.${head} in condition on ${path.join('.')}`)
  if (field.options.secret) scope.value(model, alias, field)
  // `in` nothing at all holds for no record.
  if (rest.length === 0 && (operator === 'in' || operator === 'not in') && isFalsy(value))
    return operator === 'in' ? sql`FALSE` : sql`TRUE`
  if (rest.length === 0 && operator.includes('like') && isFalsy(value)) {
    // Every text holds the empty one. `=like` an empty text asks for what is unset, `like` on a relation for what is set.
    const isTrue = (denied(operator) !== undefined) === operator.includes('=')
    if (field.comodel === undefined && !operator.includes('=')) return isTrue ? sql`TRUE` : sql`FALSE`
    return compileLeaf(scope, model, alias, { ...leaf, operator: isTrue ? '!=' : '=', value: false })
  }
  if (field.searched && !field.column) {
    const along: Comparison =
      rest.length === 0 ? leaf : { ...leaf, operator: 'any', value: [[rest.join('.'), operator, value]] }
    return compileSearched(scope, model, alias, field, along)
  }
  if (!field.column && field.related && head !== 'display_name')
    return compileRelated(scope, model, alias, field, leaf, rest)
  if (rest.length > 0) {
    if (field.comodel === undefined) return datePart(scope, model, alias, field, rest, operator, value)
    return compileAny(scope, alias, field, { ...leaf, path: rest })
  }
  if (operator === 'child_of' || operator === 'parent_of')
    return compileHierarchy(scope, model, alias, field, operator, value)
  if (operator === 'any' || operator === 'not any') return compileInner(scope, model, alias, field, leaf)
  if (head === 'display_name' && (!field.column || model.options.nameSearch)) {
    return byName(scope, model, alias, operator, value)
  }
  if (field.comodel === undefined) return compileScalar(scope, model, alias, field, operator, value)
  return compileRelation(scope, model, alias, field, operator, value)
}

/** What Python takes for false. */
export function isFalsy(value: unknown): boolean {
  return !value || (Array.isArray(value) && value.length === 0)
}

// `id any [domain]` speaks about the record itself.
function compileInner(scope: Scope, model: ModelInfo, alias: string, field: FieldInfo, leaf: Comparison): Sql {
  const inner = leaf.inner ?? parseDomain(leaf.value)
  if (field.name === 'id') return compileCondition(scope, model, alias, inner, leaf.operator === 'not any')
  if (field.comodel === undefined)
    throw new InvalidRequestError(
      'ERR_DOMAIN_OPERATOR',
      `'${leaf.operator}' needs a relation; ${model.name}.${field.name} is none.`,
    )
  const exists = compileAny(scope, alias, field, inner)
  return leaf.operator === 'any' ? exists : sql`NOT ${exists}`
}

/**
 * A related field shows the value at the end of its path and is unset where the path ends early: so a negative condition
 * is the denial of the positive one, and "is unset" holds where the way breaks off.
 */
function compileRelated(
  scope: Scope,
  model: ModelInfo,
  alias: string,
  field: FieldInfo,
  leaf: Comparison,
  rest: readonly string[],
): Sql {
  const path = [...(field.related ?? []), ...rest]
  const along = (operator: Operator, value: unknown) =>
    compileLeaf(scope, model, alias, { ...leaf, path, operator, value })
  if (field.delegate || rest.length > 0 || path.length === 1) return along(leaf.operator, leaf.value)
  const positive = denied(leaf.operator)
  const isEquality = ['=', '!=', 'in', 'not in'].includes(leaf.operator)
  const values: readonly unknown[] = Array.isArray(leaf.value) ? leaf.value : [leaf.value]
  const isUnset = (v: unknown) => v === false || v === null || v === undefined
  const asksUnset =
    isEquality && (field.kind === 'boolean' ? values.every((v) => !v) : values.length === 0 || values.some(isUnset))
  if (positive && !asksUnset) return sql`(${along(positive, leaf.value)}) IS NOT TRUE`
  const opposite = opposites[leaf.operator]
  if (asksUnset && !positive && opposite) return sql`(${along(opposite, leaf.value)}) IS NOT TRUE`
  return along(leaf.operator, leaf.value)
}

// The field's own search method turns the condition into a domain, which is compiled under the caller's rights like any other.
function compileSearched(scope: Scope, model: ModelInfo, alias: string, field: FieldInfo, leaf: Comparison): Sql {
  const isEquality = leaf.operator === '=' || leaf.operator === '!='
  const value = isEquality || leaf.operator.endsWith('in') ? [leaf.value].flat() : leaf.value
  const operator = leaf.operator === '=' ? 'in' : leaf.operator === '!=' ? 'not in' : leaf.operator
  const ask = (wanted: Operator) => field.searched?.(wanted, value, scope.env as never) ?? null
  const domain = ask(operator)
  if (domain !== null) return compileDomain(scope, model, alias, domain)
  const opposite = opposites[operator]
  const denial = opposite ? ask(opposite) : null
  if (denial === null)
    throw new InvalidRequestError(
      'ERR_DOMAIN_OPERATOR',
      `'${leaf.operator}' does not apply to ${model.name}.${field.name}.`,
    )
  return sql`(${compileDomain(scope, model, alias, denial)}) IS NOT TRUE`
}
