/** Dates in domains: written out, or relative to now as Odoo 19 reads them (`today -1m`, `=monday`, `now -2H`). */

import { DateTime } from 'luxon'
import { InvalidRequestError } from '../../errors.ts'
import type { Env } from '../env.ts'
import type { FieldInfo } from '../registry.ts'
import { toDate, toDatetime } from '../write/dates.ts'
import { firstWeekday } from './calendar.ts'

/** A date as text. @throws InvalidRequestError ERR_DATE */
export function dateBound(env: Env, field: FieldInfo, value: unknown): string {
  if (!isRelative(value)) return toDate(value, field)
  const { moment, isDate } = resolve(env, field, value)
  return (isDate ? moment : moment.toUTC()).toFormat('yyyy-MM-dd')
}

/** A point in time as text, in UTC; a relative date is its midnight in the caller's time zone. @throws InvalidRequestError ERR_DATE */
export function datetimeBound(env: Env, field: FieldInfo, value: unknown): string {
  if (!isRelative(value)) return toDatetime(value, field)
  const { moment } = resolve(env, field, value)
  return moment.toUTC().toFormat('yyyy-MM-dd HH:mm:ss')
}

function isRelative(value: unknown): value is string {
  return typeof value === 'string' && !/^\d+-/.test(value)
}

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
const units = {
  d: 'day',
  w: 'week',
  m: 'month',
  y: 'year',
  H: 'hour',
  M: 'minute',
  S: 'second',
} as const
/** More than a century of seconds: what lies beyond is a slip of the pen, and luxon's arithmetic ends somewhere. */
const mostSteps = 4_000_000_000

// The grammar: `today` or `now` (which is meant without either), then any number of `+3d`, `-1m`, `=6m`, `+monday`, `=week_start`.
function resolve(env: Env, field: FieldInfo, text: string): { readonly moment: DateTime; readonly isDate: boolean } {
  const terms = text.split(/\s+/).filter(Boolean)
  if (terms.length === 0) throw refused(field, text, '')
  const isDate = terms[0] === 'today'
  if (isDate || terms[0] === 'now') terms.shift()
  const now = DateTime.fromJSDate(env.now()).setZone(zoneOf(env)).startOf('second')
  let moment: DateTime = isDate ? now.startOf('day') : now
  for (const term of terms) {
    const next = step(env, moment, term)
    if (!next?.isValid || next.year < 1 || next.year > 9999) throw refused(field, text, term)
    moment = next
  }
  return { moment, isDate }
}

function step(env: Env, moment: DateTime, term: string): DateTime | undefined {
  const [, sign, day] = /^([+=-])([a-z_]{3,})$/.exec(term) ?? []
  if (day !== undefined) return toWeekday(env, moment, sign ?? '=', day)
  const [, operator, digits, letter] = /^([+=-])(\d{1,10})([dwmyHMS])$/.exec(term) ?? []
  const unit = units[letter as keyof typeof units]
  const count = Number(digits)
  if (operator === undefined || count > mostSteps) return undefined
  if (operator !== '=') return moment.plus({ [unit]: operator === '-' ? -count : count })
  if (unit === 'week') return undefined
  // Setting a part sets the lower ones of the clock back to zero; a day that the month lacks is its last.
  const whole = moment.startOf(unit === 'hour' || unit === 'minute' || unit === 'second' ? unit : 'day')
  const isDay = unit === 'day' && count > (whole.daysInMonth ?? 31) && count <= 31
  return whole.set({ [unit]: isDay ? whole.daysInMonth : count })
}

function toWeekday(env: Env, moment: DateTime, sign: string, name: string): DateTime | undefined {
  const first = firstWeekday(env) - 1
  const wanted = name === 'week_start' ? first : weekdays.indexOf(name)
  if (wanted < 0) return undefined
  let offset = ((wanted - first + 7) % 7) - ((moment.weekday - 1 - first + 7) % 7)
  if (sign === '+' && offset < 0) offset += 7
  if (sign === '-' && offset > 0) offset -= 7
  return (sign === '=' ? moment.startOf('day') : moment).plus({ days: offset })
}

// What "today" is depends on where one is: the call's time zone, else the user's own.
function zoneOf(env: Env): string {
  const wanted = typeof env.context.tz === 'string' && env.context.tz !== '' ? env.context.tz : (env.user.tz ?? 'UTC')
  return DateTime.now().setZone(wanted).isValid ? wanted : 'UTC'
}

function refused(field: FieldInfo, text: string, term: string): InvalidRequestError {
  return new InvalidRequestError(
    'ERR_DATE',
    `Invalid term ${JSON.stringify(term.slice(0, 40))} in the date ${JSON.stringify(text.slice(0, 80))} for ${field.model}.${field.name}; write a date as YYYY-MM-DD, or relative to now as in "today -1m", "=monday", "now -2H".`,
  )
}
