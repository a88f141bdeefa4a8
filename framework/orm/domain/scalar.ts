/** Comparisons on fields with one value. Empty counts as Odoo counts it: a text or number that is not set is '' or 0, anything else is nothing. */

import { InvalidRequestError } from '../../errors.ts'
import { id, join, literal, type Sql, sql } from '../../sql/index.ts'
import { roundDigits } from '../decimal.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'
import { notStored, type Scope } from '../query/scope.ts'
import { datePartOf, timeZone } from './calendar.ts'
import { dateBound, datetimeBound } from './moments.ts'
import type { Operator } from './parse.ts'

/** What stands for an unset value in comparisons; kinds without one are simply not set. */
const unsetValues: Readonly<Record<string, string | number>> = {
  char: '',
  text: '',
  html: '',
  integer: 0,
  float: 0,
  monetary: 0,
}

function unsetValue(field: FieldInfo): string | number | undefined {
  return field.name === 'id' ? undefined : unsetValues[field.kind]
}

/** One comparison of a field that is no relation (or of a many2one's id with a number). */
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
  if (operator === 'in' || operator === 'not in' || operator === '=' || operator === '!=') {
    const not = operator === 'not in' || operator === '!='
    // `= []` is `= false`, as views write it.
    const values: readonly unknown[] = Array.isArray(value) ? (value.length === 0 ? [false] : value) : [value]
    return compileMembership(scope, column, field, values, not)
  }
  if (field.kind === 'boolean' || field.kind === 'json')
    throw new InvalidRequestError(
      'ERR_DOMAIN_OPERATOR',
      `'${operator}' does not apply to ${model.name}.${field.name}; ask for = or !=.`,
    )
  if (operator.includes('like')) return compileLike(column, field, operator, value)
  return compileInequality(scope, column, field, operator, value)
}

function compileInequality(scope: Scope, column: Sql, field: FieldInfo, operator: Operator, given: unknown): Sql {
  if (Array.isArray(given) || (given !== null && typeof given === 'object'))
    throw new InvalidRequestError(
      'ERR_DOMAIN_VALUE',
      `'${operator}' compares ${field.model}.${field.name} with one value, not with ${JSON.stringify(given).slice(0, 80)}.`,
    )
  const none = unsetValue(field)
  const value = given === false || given === null || given === undefined ? none : given
  if (value === undefined) return sql`FALSE`
  if (field.kind === 'datetime' && operator === '<=') {
    // A second is over when the next one begins; what the database stamps itself has fractions.
    return sql`${column} < ${datetimeBound(scope.env, field, value)}::timestamp + INTERVAL '1 second'`
  }
  const compared = sql`${column} ${symbol(operator)} ${bindValue(scope, field, value)}`
  if (none === undefined) return compared
  return holds(none, operator, typeof none === 'number' ? toNumber(field, value) : toText(field, value))
    ? sql`(${compared} OR ${column} IS NULL)`
    : compared
}

function holds(none: string | number, operator: Operator, value: string | number): boolean {
  if (operator === '<') return none < value
  if (operator === '<=') return none <= value
  return operator === '>' ? none > value : none >= value
}

function compileMembership(scope: Scope, column: Sql, field: FieldInfo, values: readonly unknown[], not: boolean): Sql {
  if (field.kind === 'boolean') {
    const wanted = new Set(values.map((v) => isTrue(v)))
    if (wanted.size === 2) return not ? sql`FALSE` : sql`TRUE`
    return wanted.has(!not) ? sql`${column} IS TRUE` : sql`${column} IS NOT TRUE`
  }
  const isUnset = (v: unknown) => v === false || v === null || v === undefined
  const none = unsetValue(field)
  const given = values.filter((v) => !isUnset(v))
  const isNone = (v: unknown) => (typeof none === 'number' ? toNumber(field, v) === 0 : v === none)
  const asksUnset = given.length < values.length || (none !== undefined && given.some(isNone))
  const wanted = asksUnset && none !== undefined && !given.some(isNone) ? [...given, none] : given
  const parts: Sql[] = []
  if (wanted.length > 0) parts.push(oneOf(scope, column, field, wanted))
  if (asksUnset) parts.push(sql`${column} IS NULL`)
  const positive = parts.length === 1 && parts[0] ? parts[0] : sql`(${join(parts, ' OR ')})`
  if (!not) return positive
  return asksUnset ? sql`NOT (${positive})` : sql`(${positive}) IS NOT TRUE`
}

// A second holds every moment within it: what the database stamps itself has fractions, and nobody sees them.
function oneOf(scope: Scope, column: Sql, field: FieldInfo, values: readonly unknown[]): Sql {
  if (field.kind === 'datetime') {
    const bounds = values.map((v) => datetimeBound(scope.env, field, v))
    return sql`date_trunc('second', ${column}) = ANY(${bounds}::timestamp[])`
  }
  return values.length === 1
    ? sql`${column} = ${bindValue(scope, field, values[0])}`
    : sql`${column} = ANY(${bindList(scope, field, values)})`
}

const textual = new Set(['char', 'text', 'html', 'selection', 'reference'])

function compileLike(column: Sql, field: FieldInfo, operator: Operator, value: unknown): Sql {
  const not = operator.startsWith('not ')
  const base = not ? operator.slice(4) : operator
  if (typeof value !== 'string' && (typeof value !== 'number' || base.startsWith('=')))
    throw new InvalidRequestError(
      'ERR_DOMAIN_VALUE',
      `'${operator}' compares with text, not with ${JSON.stringify(value).slice(0, 80)}.`,
      { wireName: 'builtins.TypeError' },
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
  // What is made anew each time lies in no file that could be there.
  if (field.computed && !field.column) throw notStored(field)
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
  const local =
    field.kind === 'datetime'
      ? sql`(${column} AT TIME ZONE 'UTC' AT TIME ZONE ${literal(timeZone(scope.env))})`
      : column
  const number = sql`EXTRACT(${part} FROM ${local})`
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

/** A value bound with the type of its field's column. */
function bindValue(scope: Scope, field: FieldInfo, value: unknown): Sql {
  switch (field.kind) {
    case 'integer':
    case 'many2one':
      // Numbers beyond the column match nothing; bound wide so that PostgreSQL compares instead of failing.
      return sql`${Math.trunc(toNumber(field, value))}::int8`
    case 'float':
    case 'monetary':
      return field.columnType === 'float8'
        ? sql`${toNumber(field, value)}::float8`
        : sql`${toDecimal(field, value)}::numeric`
    case 'date':
      return sql`${dateBound(scope.env, field, value)}::date`
    case 'datetime':
      return sql`${datetimeBound(scope.env, field, value)}::timestamp`
    case 'json':
      return sql`${JSON.stringify(value)}::jsonb`
    default:
      return sql`${toText(field, value)}::text`
  }
}

function bindList(scope: Scope, field: FieldInfo, values: readonly unknown[]): Sql {
  switch (field.kind) {
    case 'integer':
    case 'many2one':
      return sql`${values.map((v) => Math.trunc(toNumber(field, v)))}::int8[]`
    case 'float':
    case 'monetary':
      return field.columnType === 'float8'
        ? sql`${values.map((v) => toNumber(field, v))}::float8[]`
        : sql`${values.map((v) => toDecimal(field, v))}::numeric[]`
    case 'date':
      return sql`${values.map((v) => dateBound(scope.env, field, v))}::date[]`
    case 'json':
      return sql`${values.map((v) => JSON.stringify(v))}::jsonb[]`
    default:
      return sql`${values.map((v) => toText(field, v))}::text[]`
  }
}

// What is compared is rounded like what is kept.
function toDecimal(field: FieldInfo, value: unknown): number {
  const number = toNumber(field, value)
  return field.options.digits ? roundDigits(number, field.options.digits[1]) : number
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
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  throw new InvalidRequestError(
    'ERR_DOMAIN_VALUE',
    `${field.model}.${field.name} is compared with text, not with ${JSON.stringify(value)}.`,
  )
}

function isTrue(value: unknown): boolean {
  if (typeof value === 'string') return !['', '0', 'false', 'f', 'no'].includes(value.toLowerCase())
  return Boolean(value)
}

function symbol(operator: Operator): Sql {
  const symbols: Partial<Record<Operator, Sql>> = {
    '<': sql`<`,
    '<=': sql`<=`,
    '>': sql`>`,
    '>=': sql`>=`,
  }
  const found = symbols[operator]
  if (!found) throw new InvalidRequestError('ERR_DOMAIN_OPERATOR', `The operator '${operator}' does not apply here.`)
  return found
}
