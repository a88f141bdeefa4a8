/** Aggregates of groups: `amount_total:sum`, `id:count_distinct`, `__count`. */

import { InvalidRequestError } from '../../../errors.ts'
import { id, join, type Sql, sql } from '../../../sql/index.ts'
import type { Domain } from '../../domain/domain.ts'
import { type Condition, parseDomain } from '../../domain/parse.ts'
import type { Scope } from '../../query/scope.ts'
import type { FieldInfo, ModelInfo } from '../../registry.ts'

export interface Aggregate {
  readonly spec: string
  readonly field: FieldInfo | undefined
  readonly fn: string
  /** The value on the wire. */
  empty(value: unknown): unknown
}

const functions = new Set([
  'sum',
  'avg',
  'min',
  'max',
  'count',
  'count_distinct',
  'array_agg',
  'array_agg_distinct',
  'bool_and',
  'bool_or',
  'recordset',
  'sum_currency',
])

/** @throws InvalidRequestError ERR_AGGREGATE */
export function parseAggregate(scope: Scope, model: ModelInfo, spec: string): Aggregate {
  if (spec === '__count') return { spec, field: undefined, fn: 'count', empty: (v) => v }
  const [name = '', fn = ''] = spec.split(':')
  const field = scope.field(model, name, `Invalid field '${name.slice(0, 80)}' on model '${model.name}'`)
  if (!functions.has(fn))
    throw new InvalidRequestError(
      'ERR_AGGREGATE',
      `Invalid aggregate '${spec.slice(0, 80)}'; use one of ${[...functions].join(', ')}.`,
    )
  const numbers = field.kind === 'integer' || field.kind === 'float' || field.kind === 'monetary'
  if ((fn === 'sum' || fn === 'avg') && !numbers && field.kind !== 'boolean')
    throw new InvalidRequestError('ERR_AGGREGATE', `'${fn}' needs a number; ${model.name}.${name} is none.`)
  requireFitting(model, field, fn)
  return {
    spec,
    field,
    fn,
    empty: (value) => {
      if (fn.startsWith('array_agg') || fn === 'recordset') return value ?? []
      return value === null || value === undefined ? (fn === 'count' || fn === 'count_distinct' ? 0 : false) : value
    },
  }
}

// What PostgreSQL has no function for is the caller's mistake, not ours.
function requireFitting(model: ModelInfo, field: FieldInfo, fn: string): void {
  const isUnordered = field.kind === 'boolean' || field.kind === 'json' || field.kind === 'binary'
  const isWrong =
    (fn.startsWith('bool_') && field.kind !== 'boolean') ||
    ((fn === 'min' || fn === 'max') && isUnordered) ||
    ((fn === 'sum' || fn === 'avg') && field.kind === 'boolean') ||
    field.kind === 'binary' ||
    (fn === 'sum_currency' && field.kind !== 'monetary') ||
    (fn === 'recordset' && field.name !== 'id' && field.kind !== 'many2one')
  if (isWrong) throw new InvalidRequestError('ERR_AGGREGATE', `'${fn}' does not apply to ${model.name}.${field.name}.`)
}

/** The aggregate as SQL. */
export function compileAggregate(scope: Scope, model: ModelInfo, alias: string, aggregate: Aggregate): Sql {
  const { field, fn } = aggregate
  if (!field) return sql`count(*)::int4`
  const value = scope.value(model, alias, field)
  switch (fn) {
    case 'sum':
      return sql`sum(${value})`
    case 'avg':
      return sql`avg(${value})::float8`
    case 'min':
      return field.kind === 'datetime' ? sql`left(min(${value})::text, 19)` : sql`min(${value})`
    case 'max':
      return field.kind === 'datetime' ? sql`left(max(${value})::text, 19)` : sql`max(${value})`
    case 'count':
      return sql`count(${value})::int4`
    case 'count_distinct':
      return sql`count(DISTINCT ${value})::int4`
    case 'array_agg':
    case 'recordset':
      return sql`array_agg(${shown(field, value)} ORDER BY ${id(alias)}.id)`
    case 'array_agg_distinct':
      return sql`array_agg(DISTINCT ${shown(field, value)})`
    case 'sum_currency':
      return sql`sum(${value} / COALESCE(${todaysRate(scope, model, alias, field)}, 1))`
    case 'bool_and':
      return sql`bool_and(${value})`
    default:
      return sql`bool_or(${value})`
  }
}

function shown(field: FieldInfo, value: Sql): Sql {
  return field.kind === 'datetime' ? sql`left(${value}::text, 19)` : value
}

// What one unit of the company's currency is worth in the record's, today; no rate is as good as one to one.
function todaysRate(scope: Scope, model: ModelInfo, alias: string, field: FieldInfo): Sql {
  const currency = scope.field(model, field.options.currencyField ?? 'currency_id')
  const rate = scope.model('res.currency.rate')
  for (const name of ['rate', 'name', 'currency_id', 'company_id']) scope.field(rate, name)
  const inner = scope.alias()
  return sql`(SELECT NULLIF(${id(inner)}.rate, 0) FROM ${id(rate.table)} ${id(inner)} WHERE ${id(inner)}.currency_id = ${scope.value(model, alias, currency)} AND (${id(inner)}.company_id IS NULL OR ${id(inner)}.company_id = ${scope.env.companyId}::int4) AND ${id(inner)}.name <= current_date${scope.andCondition(rate, inner)} ORDER BY ${id(inner)}.company_id, ${id(inner)}.name DESC LIMIT 1)`
}

const comparisons: Readonly<Record<string, Sql>> = {
  '=': sql`=`,
  '!=': sql`<>`,
  '<': sql`<`,
  '<=': sql`<=`,
  '>': sql`>`,
  '>=': sql`>=`,
}

/** A condition on aggregates: `[['amount_total:sum', '>', 100]]`. */
export function compileHaving(scope: Scope, model: ModelInfo, alias: string, having: Domain): Sql {
  const names: string[] = []
  // Aggregates have a colon, which no field path may hold: they stand in as numbered names while the domain is parsed.
  const replaced = having.map((item) => {
    if (!Array.isArray(item)) return item
    names.push(String(item[0]))
    return [`having_${names.length - 1}`, item[1], item[2]]
  })
  return compileTree(scope, model, alias, parseDomain(replaced), names)
}

function isNumber({ field, fn }: Aggregate): boolean {
  const numbers: readonly string[] = ['integer', 'float', 'monetary', 'many2one']
  return (
    fn.startsWith('count') ||
    fn.startsWith('sum') ||
    fn === 'avg' ||
    (!fn.startsWith('array') && fn !== 'recordset' && numbers.includes(field?.kind ?? ''))
  )
}

function compileTree(
  scope: Scope,
  model: ModelInfo,
  alias: string,
  condition: Condition,
  names: readonly string[],
): Sql {
  switch (condition.is) {
    case 'constant':
      return condition.value ? sql`TRUE` : sql`FALSE`
    case 'not':
      return sql`NOT (${compileTree(scope, model, alias, condition.part, names)})`
    case 'and':
    case 'or':
      return sql`(${join(
        condition.parts.map((p) => compileTree(scope, model, alias, p, names)),
        condition.is === 'and' ? ' AND ' : ' OR ',
      )})`
    case 'leaf': {
      const spec = names[Number(condition.path[0]?.slice('having_'.length))] ?? ''
      const value = compileAggregate(scope, model, alias, parseAggregate(scope, model, spec))
      if (condition.operator === 'in' || condition.operator === 'not in') {
        const list = (Array.isArray(condition.value) ? condition.value : [condition.value]).map(Number)
        return condition.operator === 'in'
          ? sql`${value} = ANY(${list}::numeric[])`
          : sql`${value} <> ALL(${list}::numeric[])`
      }
      const symbol = comparisons[condition.operator]
      const bound = condition.value
      if (typeof bound === 'number' && !isNumber(parseAggregate(scope, model, spec)))
        throw new InvalidRequestError('ERR_HAVING', `'${spec}' is no number.`)
      if (!symbol || (typeof bound !== 'number' && typeof bound !== 'string'))
        throw new InvalidRequestError('ERR_HAVING', `'${spec}' is compared by = != < <= > >= in with a number or text.`)
      return typeof bound === 'number'
        ? sql`${value} ${symbol} ${bound}::numeric`
        : sql`${value}::text ${symbol} ${bound}::text`
    }
  }
}
