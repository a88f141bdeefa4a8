/** Comparisons on fields with one value. Empty counts as Odoo counts it: unset, '' and false are the same; an unset number is 0. */

import { InvalidRequestError } from '../../errors.ts'
import { id, join, type Sql, sql } from '../../sql/index.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'
import type { Scope } from '../query/scope.ts'
import { toDate, toDatetime } from '../write/dates.ts'
import type { Operator } from './parse.ts'

const textual = new Set(['char', 'text', 'html', 'selection', 'reference'])
const numeric = new Set(['integer', 'float', 'monetary', 'many2one'])

/** One comparison of a field that is no relation. */
export function compileScalar(
  scope: Scope,
  model: ModelInfo,
  alias: string,
  field: FieldInfo,
  operator: Operator,
  value: unknown,
): Sql {
  if (field.kind === 'binary') return compileBinary(scope, model, alias, field, operator, value)
  const column = scope.value(model, alias, field)
  if (operator.includes('like')) return compileLike(column, field, operator, value)
  if (operator === 'in' || operator === 'not in' || operator === '=' || operator === '!=') {
    const values = Array.isArray(value) ? value : [value]
    const not = operator === 'not in' || operator === '!='
    return compileMembership(column, field, values, not)
  }
  if (value === false || value === null || value === undefined) {
    if (textual.has(field.kind) || field.kind === 'date' || field.kind === 'datetime') return sql`FALSE`
    if (field.kind === 'boolean') return sql`COALESCE(${column}, FALSE) ${symbol(operator)} FALSE`
  }
  const bound = bindValue(field, value)
  const compared = sql`${column} ${symbol(operator)} ${bound}`
  // An unset number is 0: it takes part where 0 would.
  if (numeric.has(field.kind) && field.kind !== 'many2one' && holdsForZero(operator, Number(value)))
    return sql`(${compared} OR ${column} IS NULL)`
  if (field.kind === 'boolean') return sql`COALESCE(${column}, FALSE) ${symbol(operator)} ${bound}`
  return compared
}

function compileMembership(column: Sql, field: FieldInfo, values: readonly unknown[], not: boolean): Sql {
  if (field.kind === 'boolean') {
    const wanted = new Set(values.map((v) => isTrue(v)))
    if (wanted.size === 2) return not ? sql`FALSE` : sql`TRUE`
    if (wanted.size === 0) return not ? sql`TRUE` : sql`FALSE`
    return wanted.has(!not) ? sql`${column} IS TRUE` : sql`${column} IS NOT TRUE`
  }
  const isEmpty = (v: unknown) => v === false || v === null || v === undefined || (v === '' && !numeric.has(field.kind))
  const none = values.some((v) => isEmpty(v) || (numeric.has(field.kind) && field.name !== 'id' && Number(v) === 0))
  const rest = values.filter((v) => !isEmpty(v))
  const parts: Sql[] = []
  if (rest.length > 0)
    parts.push(
      rest.length === 1
        ? sql`${column} = ${bindValue(field, rest[0])}`
        : sql`${column} = ANY(${bindList(field, rest)})`,
    )
  if (none) {
    parts.push(sql`${column} IS NULL`)
    if (textual.has(field.kind)) parts.push(sql`${column} = ''`)
    if (numeric.has(field.kind) && !rest.some((v) => Number(v) === 0)) parts.push(sql`${column} = 0`)
  }
  if (parts.length === 0) return not ? sql`TRUE` : sql`FALSE`
  const positive = parts.length === 1 && parts[0] ? parts[0] : sql`(${join(parts, ' OR ')})`
  if (!not) return positive
  if (none) return sql`NOT ${positive === parts[0] ? sql`(${positive})` : positive}`
  return sql`(${positive}) IS NOT TRUE`
}

function compileLike(column: Sql, field: FieldInfo, operator: Operator, value: unknown): Sql {
  const not = operator.startsWith('not ')
  const base = not ? operator.slice(4) : operator
  if (value === false || value === null || value === undefined || value === '') {
    const exact = base.startsWith('=')
    return exact !== not ? sql`(${column} IS NULL OR ${column}::text = '')` : sql`TRUE`
  }
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new InvalidRequestError(
      'ERR_DOMAIN_VALUE',
      `'${operator}' compares with text, not with ${JSON.stringify(value)}.`,
    )
  const pattern = base.startsWith('=') ? String(value) : `%${value}%`
  // A single trailing backslash would escape nothing and is an error in PostgreSQL.
  const safe = /(^|[^\\])(\\\\)*\\$/.test(pattern) ? `${pattern}\\` : pattern
  const left = textual.has(field.kind) ? column : sql`${column}::text`
  const matched = base.endsWith('ilike') ? sql`${left} ILIKE ${safe}` : sql`${left} LIKE ${safe}`
  return not ? sql`(${matched}) IS NOT TRUE` : matched
}

function compileBinary(
  scope: Scope,
  model: ModelInfo,
  alias: string,
  field: FieldInfo,
  operator: Operator,
  value: unknown,
): Sql {
  if ((operator !== '=' && operator !== '!=') || (value !== false && value !== null)) {
    throw new InvalidRequestError(
      'ERR_DOMAIN_OPERATOR',
      `A file can only be asked for being there (= false, != false): ${model.name}.${field.name}.`,
    )
  }
  const present = field.column
    ? sql`${scope.value(model, alias, field)} IS NOT NULL`
    : sql`EXISTS (SELECT 1 FROM "ir_attachment" a WHERE a.res_model = ${model.name} AND a.res_field = ${field.name} AND a.res_id = ${id(alias)}.id)`
  return operator === '!=' ? present : sql`NOT (${present})`
}

/** `date_field.month_number` and its like. */
export function datePart(
  scope: Scope,
  model: ModelInfo,
  alias: string,
  field: FieldInfo,
  rest: readonly string[],
  operator: Operator,
  value: unknown,
): Sql {
  const part =
    rest.length === 1 && (field.kind === 'date' || field.kind === 'datetime') ? datePartOf(rest[0]) : undefined
  if (!part)
    throw new InvalidRequestError(
      'ERR_DOMAIN_FIELD',
      `Invalid field ${model.name}.${field.name}.${rest.join('.')} in condition: ${field.name} is no relation.`,
    )
  const column = scope.value(model, alias, field)
  const number = sql`EXTRACT(${part} FROM ${column})`
  if (value === false || value === null) return operator === '!=' ? sql`${column} IS NOT NULL` : sql`${column} IS NULL`
  const list = (Array.isArray(value) ? value : [value]).map((v) => toNumber(field, v))
  switch (operator) {
    case '=':
    case 'in':
      return sql`${number} = ANY(${list}::numeric[])`
    case '!=':
    case 'not in':
      return sql`(${number} = ANY(${list}::numeric[])) IS NOT TRUE`
    case '<':
    case '<=':
    case '>':
    case '>=':
      return sql`${number} ${symbol(operator)} ${list[0] ?? 0}::numeric`
    default:
      throw new InvalidRequestError('ERR_DOMAIN_OPERATOR', `'${operator}' does not apply to a part of a date.`)
  }
}

function datePartOf(name: string | undefined): Sql | undefined {
  return name !== undefined && Object.hasOwn(dateParts, name) ? dateParts[name] : undefined
}

/** Parts of a date that PostgreSQL extracts, under Odoo's names. */
export const dateParts: Readonly<Record<string, Sql>> = {
  year_number: sql`YEAR`,
  quarter_number: sql`QUARTER`,
  month_number: sql`MONTH`,
  iso_week_number: sql`WEEK`,
  day_of_year: sql`DOY`,
  day_of_month: sql`DAY`,
  day_of_week: sql`DOW`,
  hour_number: sql`HOUR`,
  minute_number: sql`MINUTE`,
  second_number: sql`SECOND`,
}

/** A value bound with the type of its field's column. */
export function bindValue(field: FieldInfo, value: unknown): Sql {
  switch (field.kind) {
    case 'integer':
    case 'many2one':
      // Numbers beyond the column match nothing; bound wide so that PostgreSQL compares instead of failing.
      return sql`${Math.trunc(toNumber(field, value))}::int8`
    case 'float':
    case 'monetary':
      return field.columnType === 'float8'
        ? sql`${toNumber(field, value)}::float8`
        : sql`${toNumber(field, value)}::numeric`
    case 'date':
      return sql`${toDate(value, field)}::date`
    case 'datetime':
      return sql`${toDatetime(value, field)}::timestamp`
    case 'boolean':
      return isTrue(value) ? sql`TRUE` : sql`FALSE`
    case 'json':
      return sql`${JSON.stringify(value)}::jsonb`
    default:
      return sql`${toText(field, value)}::text`
  }
}

function bindList(field: FieldInfo, values: readonly unknown[]): Sql {
  switch (field.kind) {
    case 'integer':
    case 'many2one':
      return sql`${values.map((v) => Math.trunc(toNumber(field, v)))}::int8[]`
    case 'float':
    case 'monetary':
      return field.columnType === 'float8'
        ? sql`${values.map((v) => toNumber(field, v))}::float8[]`
        : sql`${values.map((v) => toNumber(field, v))}::numeric[]`
    case 'date':
      return sql`${values.map((v) => toDate(v, field))}::date[]`
    case 'datetime':
      return sql`${values.map((v) => toDatetime(v, field))}::timestamp[]`
    default:
      return sql`${values.map((v) => toText(field, v))}::text[]`
  }
}

function toNumber(field: FieldInfo, value: unknown): number {
  const n =
    typeof value === 'number'
      ? value
      : typeof value === 'boolean'
        ? Number(value)
        : typeof value === 'string' && value.trim() !== ''
          ? Number(value)
          : Number.NaN
  if (!Number.isFinite(n) || Math.abs(n) > 9e15)
    throw new InvalidRequestError(
      'ERR_DOMAIN_VALUE',
      `${JSON.stringify(value) ?? 'nothing'} is no number that ${field.model}.${field.name} can be compared with.`,
      field.name === 'id' ? { wireName: 'psycopg2.errors.InvalidTextRepresentation' } : {},
    )
  return n
}

function toText(field: FieldInfo, value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new InvalidRequestError(
    'ERR_DOMAIN_VALUE',
    `${field.model}.${field.name} is compared with text, not with ${JSON.stringify(value)}.`,
  )
}

function isTrue(value: unknown): boolean {
  if (typeof value === 'string') return !['', '0', 'false', 'f', 'no'].includes(value.toLowerCase())
  return Boolean(value)
}

function holdsForZero(operator: Operator, value: number): boolean {
  return operator === '<'
    ? 0 < value
    : operator === '<='
      ? 0 <= value
      : operator === '>'
        ? 0 > value
        : operator === '>='
          ? 0 >= value
          : false
}

function symbol(operator: Operator): Sql {
  const symbols: Partial<Record<Operator, Sql>> = {
    '<': sql`<`,
    '<=': sql`<=`,
    '>': sql`>`,
    '>=': sql`>=`,
    '=': sql`=`,
    '!=': sql`<>`,
  }
  const found = symbols[operator]
  if (!found) throw new InvalidRequestError('ERR_DOMAIN_OPERATOR', `The operator '${operator}' does not apply here.`)
  return found
}
