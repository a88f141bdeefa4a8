/** Buckets of dates in groups: day, week, month, quarter, year in the caller's time zone, with their labels. */

import { DateTime } from 'luxon'
import { literal, type Sql, sql } from '../../../sql/index.ts'
import { dateParts, firstWeekday, timeZone } from '../../domain/calendar.ts'
import type { Env } from '../../env.ts'
import type { FieldInfo } from '../../registry.ts'

export type Granularity = 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year' | keyof typeof numberParts

/** Parts that group over years, e.g. all Februaries. */
export const numberParts = dateParts

interface Bucket {
  describe(start: string, field: FieldInfo, env: Env): { from: string; to: string; label: string }
}

const labels = {
  hour: (d: DateTime) => `${d.toFormat('HH:00 dd LLL')}`,
  day: (d: DateTime) => d.toFormat('dd LLL yyyy'),
  week: (d: DateTime) => weekLabel(d),
  month: (d: DateTime) => d.toFormat('LLLL yyyy'),
  quarter: (d: DateTime) => `Q${d.quarter} ${d.year}`,
  year: (d: DateTime) => d.toFormat('yyyy'),
} as const

const steps = {
  hour: { hours: 1 },
  day: { days: 1 },
  week: { weeks: 1 },
  month: { months: 1 },
  quarter: { months: 3 },
  year: { years: 1 },
} as const

/** Granularities with a beginning and an end. */
export const granularities: Readonly<Record<keyof typeof labels, Bucket>> = Object.fromEntries(
  (Object.keys(labels) as (keyof typeof labels)[]).map((name) => [
    name,
    { describe: (start: string, field: FieldInfo, env: Env) => describe(name, start, field, env) },
  ]),
) as Record<keyof typeof labels, Bucket>

function describe(name: keyof typeof labels, start: string, field: FieldInfo, env: Env) {
  const zone = field.kind === 'datetime' ? timeZone(env) : 'utc'
  const from = DateTime.fromSQL(start, { zone }).setLocale(env.lang.replace('_', '-'))
  const to = from.plus(steps[name])
  const show = (d: DateTime) =>
    field.kind === 'date' ? d.toFormat('yyyy-MM-dd') : d.toUTC().toFormat('yyyy-MM-dd HH:mm:ss')
  return { from: show(from), to: show(to), label: labels[name](from) }
}

// en_US weeks begin on Sunday and week 1 holds 1 January; elsewhere ISO 8601 counts.
function weekLabel(d: DateTime): string {
  const sunday = d.weekday === 7
  if (!sunday) return `W${d.weekNumber} ${d.weekYear}`
  const saturday = d.plus({ days: 6 })
  const first = DateTime.fromObject({ year: saturday.year, month: 1, day: 1 }, { zone: d.zoneName ?? 'utc' })
  const firstSunday = first.minus({ days: first.weekday % 7 })
  const week = Math.round(d.startOf('day').diff(firstSunday.startOf('day'), 'days').days / 7) + 1
  return `W${week} ${saturday.year}`
}

/** The start of the bucket as local time text, or a number for parts of dates. */
export function bucket(granularity: Granularity, field: FieldInfo, value: Sql, env: Env): Sql {
  const local =
    field.kind === 'datetime' ? sql`(${value} AT TIME ZONE 'UTC' AT TIME ZONE ${literal(timeZone(env))})` : value
  const part = numberParts[granularity]
  if (part) return sql`EXTRACT(${part} FROM ${local})::int4`
  if (granularity === 'week') {
    // Shifted so that PostgreSQL's Monday weeks fall on the language's first day.
    const shift = firstWeekday(env) === 7 ? sql`1` : sql`0`
    return sql`(date_trunc('week', ${local}::timestamp + ${shift} * INTERVAL '1 day') - ${shift} * INTERVAL '1 day')::timestamp(0)::text`
  }
  return sql`date_trunc(${literal(granularity)}, ${local}::timestamp)::timestamp(0)::text`
}
