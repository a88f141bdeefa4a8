/** Conditions on relations: records that exist behind them, compared by id or by name. */

import { InvalidRequestError } from '../../errors.ts'
import { empty, id, join, literal, type Sql, sql } from '../../sql/index.ts'
import { notStored, type Scope } from '../query/scope.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'
import { compileCondition, compileLeaf, denied } from './compile.ts'
import { type Condition, mentions, type Operator } from './parse.ts'
import { compileScalar } from './scalar.ts'

/**
 * EXISTS a related record that the caller may read and that fulfils the condition. Archived records of a list count only
 * where the condition speaks of `active` (or `active_test` is off); a many2one's record always counts.
 */
export function compileAny(
  scope: Scope,
  alias: string,
  field: FieldInfo,
  condition: Condition,
  options: { readonly archived?: boolean } = {},
): Sql {
  const comodel = scope.model(field.comodel ?? '')
  const inner = scope.alias()
  const rule = scope.andCondition(comodel, inner, 'read', field)
  const body = sql` AND ${compileCondition(scope, comodel, inner, condition, false)}`
  if (field.kind === 'many2one') {
    if (!field.column) throw notStored(field)
    return sql`EXISTS (SELECT 1 FROM ${id(comodel.table)} ${id(inner)} WHERE ${id(inner)}.id = ${scope.link(alias, field)}${rule}${body})`
  }
  const hidesArchived = options.archived !== true && scope.activeTest && !mentions(condition, 'active')
  const active = hidesArchived && comodel.fields.get('active')?.column ? sql` AND ${id(inner)}.active` : empty
  if (field.kind === 'one2many') {
    return sql`EXISTS (SELECT 1 FROM ${id(comodel.table)} ${id(inner)} WHERE ${listedUnder(field, comodel, inner, alias)}${active}${rule}${body})`
  }
  if (!field.link) throw notStored(field)
  const link = scope.alias()
  return sql`EXISTS (SELECT 1 FROM ${id(field.link.table)} ${id(link)} JOIN ${id(comodel.table)} ${id(inner)} ON ${id(inner)}.id = ${id(link, field.link.other)} WHERE ${id(link, field.link.own)} = ${id(alias)}.id${active}${rule}${body})`
}

/** The condition under which a record at `inner` is in the one2many of the record at `alias`. */
export function listedUnder(field: FieldInfo, comodel: ModelInfo, inner: string, alias: string): Sql {
  const inverse = comodel.fields.get(field.inverse ?? '')
  if (!inverse?.column) throw notStored(field)
  const byId = sql`${id(inner, inverse.name)} = ${id(alias)}.id`
  const { modelField } = inverse.options
  return modelField === undefined ? byId : sql`${byId} AND ${id(inner, modelField)} = ${literal(field.model)}`
}

/** A relation compared with ids, names, or nothing. */
export function compileRelation(
  scope: Scope,
  model: ModelInfo,
  alias: string,
  field: FieldInfo,
  operator: Operator,
  value: unknown,
): Sql {
  if (operator === '<' || operator === '>' || operator === '<=' || operator === '>=') {
    if (field.kind !== 'many2one' || typeof value === 'string')
      throw new InvalidRequestError(
        'ERR_DOMAIN_OPERATOR',
        `'${operator}' does not apply to ${model.name}.${field.name}.`,
        { wireName: 'builtins.TypeError' },
      )
    return compileScalar(scope, model, alias, field, operator, value)
  }
  const positive = denied(operator)
  if (operator.includes('like')) {
    const named: Condition = { is: 'leaf', path: ['display_name'], operator: positive ?? operator, value }
    const found = compileAny(scope, alias, field, named)
    return positive ? sql`NOT ${found}` : found
  }
  const values: readonly unknown[] = Array.isArray(value) ? (value.length === 0 ? [false] : value) : [value]
  const found = compileMembers(scope, model, alias, field, values)
  return positive ? sql`(${found}) IS NOT TRUE` : found
}

function compileMembers(
  scope: Scope,
  model: ModelInfo,
  alias: string,
  field: FieldInfo,
  values: readonly unknown[],
): Sql {
  // `= true` and `!= true` on a relation ask whether it is set.
  if (values.length === 1 && values[0] === true) return sql`NOT ${unset(scope, model, alias, field)}`
  const ids: number[] = []
  const names: string[] = []
  let none = false
  for (const v of values) {
    if (v === false || v === null || v === undefined || v === '' || v === 0) none = true
    else if (typeof v === 'number' && Number.isInteger(v)) ids.push(v)
    else if (typeof v === 'string') /^-?\d{1,15}$/.test(v) ? ids.push(Number(v)) : names.push(v)
    else if (v !== true)
      throw new InvalidRequestError(
        'ERR_DOMAIN_VALUE',
        `${model.name}.${field.name} is compared with ids or names, not with ${JSON.stringify(v)}.`,
      )
  }
  const parts: Sql[] = []
  if (ids.length > 0) parts.push(hasId(scope, model, alias, field, ids))
  if (none) parts.push(unset(scope, model, alias, field))
  if (names.length > 0) {
    const named: Condition = { is: 'leaf', path: ['display_name'], operator: 'in', value: names }
    parts.push(compileAny(scope, alias, field, named))
  }
  return parts.length === 0 ? sql`FALSE` : sql`(${join(parts, ' OR ')})`
}

/**
 * Records by what people call them: any of the model's `nameSearch` fields that the caller may read. A negative operator
 * denies them all.
 */
export function byName(scope: Scope, model: ModelInfo, alias: string, operator: Operator, value: unknown): Sql {
  const positive = denied(operator)
  if (positive) return sql`(${byName(scope, model, alias, positive, value)}) IS NOT TRUE`
  const isEquality = operator === '=' || operator === 'in'
  const names = model.options.nameSearch ?? (isEquality ? [model.displayName, model.recName] : [model.displayName])
  const paths = [...new Set(names)].map((name) => name.split('.'))
  const usable = paths.filter((path) => scope.mayUse(model, path))
  const parts = (usable.length > 0 ? usable : paths.slice(0, 1)).map((path) => {
    const field = scope.field(model, path[0] ?? '')
    // The shown name itself, where the model keeps it in a column or in its naming field.
    if (field.name === 'display_name' || field.name === 'id') {
      return compileScalar(scope, model, alias, shownName(scope, model), operator, value)
    }
    return compileLeaf(scope, model, alias, { is: 'leaf', path, operator, value })
  })
  return parts.length === 1 && parts[0] ? parts[0] : sql`(${join(parts, ' OR ')})`
}

function shownName(scope: Scope, model: ModelInfo): FieldInfo {
  return scope.field(model, 'display_name')
}

function hasId(scope: Scope, model: ModelInfo, alias: string, field: FieldInfo, ids: readonly number[]): Sql {
  if (field.kind === 'many2one' && field.column) {
    const asked = sql`${scope.value(model, alias, field)} = ANY(${ids}::int8[])`
    // Where the value is asked of the record behind it, the column beside it lets an index find the rows.
    return field.options.companyDependent ? asked : sql`(${id(alias, field.name)} = ANY(${ids}::int8[]) AND ${asked})`
  }
  const named: Condition = { is: 'leaf', path: ['id'], operator: 'in', value: ids }
  return compileAny(scope, alias, field, named, { archived: true })
}

// Archived records are there: a list that holds nothing else is not empty.
function unset(scope: Scope, model: ModelInfo, alias: string, field: FieldInfo): Sql {
  if (field.kind === 'many2one' && field.column) return sql`${scope.value(model, alias, field)} IS NULL`
  return sql`NOT ${compileAny(scope, alias, field, { is: 'and', parts: [] }, { archived: true })}`
}
