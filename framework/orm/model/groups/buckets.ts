/** Buckets of dates in groups: day, week, month, quarter, year in the call's time zone, with their labels. */

import { DateTime } from 'luxon'
import { literal, type Sql, sql } from '../../../sql/index.ts'
import { dateParts, timeZone } from '../../domain/calendar.ts'
import type { Env } from '../../env.ts'
import type { FieldInfo } from '../../registry.ts'

/** Granularities with a beginning and an end. */
type Span = keyof typeof durations
export type Granularity = Span | keyof typeof numberParts

/** Parts that group over years, e.g. all Februaries. */
export const numberParts = dateParts

/** How long a bucket lasts. */
export const durations = {
  hour: { hours: 1 },
  day: { days: 1 },
  week: { weeks: 1 },
  month: { months: 1 },
  quarter: { months: 3 },
  year: { years: 1 },
} as const

interface Bucket {
  describe(start: string, field: FieldInfo, env: Env): { from: string; to: string; label: string }
}

// Hours count to twelve, as in Odoo's labels.
const labels: Readonly<Record<Span, (d: DateTime) => string>> = {
  hour: (d) => d.toFormat('hh:00 dd MMM'),
  day: (d) => d.toFormat('dd MMM yyyy'),
  // Which week counts as the first is the language's habit (CLDR).
  week: (d) => `W${d.localWeekNumber} ${String(d.localWeekYear).padStart(4, '0')}`,
  month: (d) => d.toFormat('MMMM yyyy'),
  quarter: (d) => `${quarterLetters[d.locale?.slice(0, 2) ?? ''] ?? 'Q'}${d.quarter} ${d.year}`,
  year: (d) => d.toFormat('yyyy'),
}

/** How languages abbreviate a quarter of a year (CLDR), where it is not Q. */
const quarterLetters: Readonly<Record<string, string>> = { fr: 'T', es: 'T', it: 'T', pt: 'T', ro: 'trim. ', nl: 'K' }

export const granularities: Readonly<Record<Span, Bucket>> = Object.fromEntries(
  (Object.keys(labels) as Span[]).map((name) => [
    name,
    { describe: (start: string, field: FieldInfo, env: Env) => describe(name, start, field, env) },
  ]),
) as Record<Span, Bucket>

/** Whether the granularity has a beginning and an end. */
export function isSpan(granularity: Granularity): granularity is Span {
  return Object.hasOwn(durations, granularity)
}

/** The granularity as one that has a beginning and an end. @throws TypeError for parts of dates */
export function stepOf(granularity: Granularity): Span {
  if (!isSpan(granularity)) throw new TypeError(`${granularity} has no beginning.`)
  return granularity
}

function describe(name: Span, start: string, field: FieldInfo, env: Env) {
  const zone = field.kind === 'datetime' ? timeZone(env) : 'utc'
  const from = DateTime.fromSQL(start, { zone }).setLocale(env.lang.replace('_', '-').replace(/@.*$/, ''))
  const to = from.plus(durations[name])
  const show = (d: DateTime) =>
    field.kind === 'date' ? d.toFormat('yyyy-MM-dd') : d.toUTC().toFormat('yyyy-MM-dd HH:mm:ss')
  return { from: show(from), to: show(to), label: labels[name](from) }
}

/** The start of the bucket as local time text, or a number for parts of dates. */
export function bucket(granularity: Granularity, field: FieldInfo, value: Sql, env: Env): Sql {
  const local =
    field.kind === 'datetime' ? sql`(${value} AT TIME ZONE 'UTC' AT TIME ZONE ${literal(timeZone(env))})` : value
  const part = numberParts[granularity]
  if (part) return sql`EXTRACT(${part} FROM ${local})::int4`
  if (granularity === 'week') {
    // Shifted so that PostgreSQL's Monday weeks fall on the language's first day; 1 is Monday.
    const shift = sql`make_interval(days => (8 - COALESCE((SELECT week_start FROM res_lang WHERE code = ${literal(env.lang)}), '7')::int4) % 7)`
    return sql`(date_trunc('week', ${local}::timestamp + ${shift}) - ${shift})::timestamp(0)::text`
  }
  return sql`date_trunc(${literal(granularity)}, ${local}::timestamp)::timestamp(0)::text`
}
