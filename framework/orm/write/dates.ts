/** Dates as Odoo's clients send them: `YYYY-MM-DD` and `YYYY-MM-DD HH:MM:SS`, always UTC. */

import { DateTime } from 'luxon'
import { InvalidRequestError } from '../../errors.ts'
import type { FieldInfo } from '../registry.ts'

/** A date; a time after it is cut off. @throws InvalidRequestError ERR_DATE */
export function toDate(value: unknown, field: FieldInfo): string {
  if (value instanceof Date) return DateTime.fromJSDate(value, { zone: 'utc' }).toFormat('yyyy-MM-dd')
  if (typeof value !== 'string') throw wrong(value, field, 'TypeError')
  const text = value.slice(0, 10)
  const rest = value.slice(10)
  if (
    !/^\d{4}-\d{2}-\d{2}$/.test(text) ||
    !DateTime.fromISO(text, { zone: 'utc' }).isValid ||
    (rest !== '' && !/^ \d{2}:\d{2}:\d{2}$/.test(rest))
  )
    throw wrong(value, field)
  return text
}

/** A point in time, UTC; a bare date is its midnight. @throws InvalidRequestError ERR_DATE */
export function toDatetime(value: unknown, field: FieldInfo): string {
  if (value instanceof Date) return DateTime.fromJSDate(value, { zone: 'utc' }).toFormat('yyyy-MM-dd HH:mm:ss')
  if (typeof value !== 'string') throw wrong(value, field, 'TypeError')
  const text = /^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value} 00:00:00` : value
  if (!/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(text) || !DateTime.fromSQL(text, { zone: 'utc' }).isValid)
    throw wrong(value, field)
  return text
}

function wrong(value: unknown, field: FieldInfo, kind: 'ValueError' | 'TypeError' = 'ValueError'): InvalidRequestError {
  const form = field.kind === 'date' ? 'YYYY-MM-DD' : 'YYYY-MM-DD HH:MM:SS (UTC)'
  return new InvalidRequestError(
    'ERR_DATE',
    `${JSON.stringify(value)} is no value for ${field.model}.${field.name}; write it as ${form}.`,
    { wireName: `builtins.${kind}` },
  )
}
