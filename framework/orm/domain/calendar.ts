/** Parts of dates and what they depend on: the time zone and the language of the call. */

import { DateTime } from 'luxon'
import { type Sql, sql } from '../../sql/index.ts'
import type { Env } from '../env.ts'

/** The part of a date with this name, if there is one. */
export function datePartOf(name: string | undefined): Sql | undefined {
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

/** The first day of the week in the language of the caller: 1 Monday, 7 Sunday. */
export function firstWeekday(env: Env): number {
  return ['en_US', 'en_CA', 'pt_BR', 'ja_JP', 'he_IL', 'zh_TW', 'ko_KR'].includes(env.lang) ? 7 : 1
}

/** The time zone of the call's context, else UTC, as in Odoo: what a user set counts for pages only. Unknown names count as UTC. */
export function timeZone(env: Env): string {
  const wanted = env.context.tz
  if (typeof wanted !== 'string' || wanted === '') return 'UTC'
  return DateTime.now().setZone(wanted).isValid && /^[A-Za-z0-9_+\-/]+$/.test(wanted) ? wanted : 'UTC'
}
