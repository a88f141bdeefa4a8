/** The entries of ir.cron as the clock sees them, and how an entry moves on after a run. */

import { type Queryable, type Sql, sql } from '../../sql/index.ts'

/** An entry that may run. */
export interface CronEntry extends Record<string, unknown> {
  readonly id: number
  readonly name: string
  readonly model: string | null
  readonly method: string | null
  /** Whose rights count. */
  readonly uid: number
  /** UTC as PostgreSQL writes it; tells whether somebody set another time meanwhile. */
  readonly nextcall: string
  /** The user's time zone: "every day at nine" stays at nine when clocks change. */
  readonly tz: string | null
}

/** Failures in a row after which an entry is switched off. */
export const mostFailures = 3

/** When the next entry is due; `null` when none is active. */
export async function nextDue(db: Queryable): Promise<Date | null> {
  const [row] = await db.query<{ ms: number | null }>(
    sql`SELECT (extract(epoch FROM min(nextcall)) * 1000)::float8 AS ms FROM ir_cron WHERE active`,
  )
  return row?.ms == null ? null : new Date(row.ms)
}

/** Ids of the entries whose time has come, in the order in which they run. */
export async function dueEntries(db: Queryable): Promise<number[]> {
  const rows = await db.query<{ id: number }>(
    sql`SELECT id FROM ir_cron WHERE active AND nextcall <= now() AT TIME ZONE 'UTC' ORDER BY priority, nextcall, id`,
  )
  return rows.map(({ id }) => id)
}

/** One entry; `null` when it is gone, or (with `onlyDue`) not due any more. */
export async function readEntry(db: Queryable, id: number, onlyDue: boolean): Promise<CronEntry | null> {
  const due: Sql = onlyDue ? sql` AND c.active AND c.nextcall <= now() AT TIME ZONE 'UTC'` : sql``
  const [entry] = await db.query<CronEntry>(sql`
    SELECT c.id, c.name, m.model, c.method, c.user_id AS uid, c.nextcall::text AS nextcall, p.tz
    FROM ir_cron c LEFT JOIN ir_model m ON m.id = c.model_id
      LEFT JOIN res_users u ON u.id = c.user_id LEFT JOIN res_partner p ON p.id = u.partner_id
    WHERE c.id = ${id}::int4${due}`)
  return entry ?? null
}

/** After a run that went well: the next time, and earlier failures are forgotten. */
export async function noteSuccess(db: Queryable, entry: CronEntry, movesOn: boolean): Promise<void> {
  await db.query(
    sql`UPDATE ir_cron SET lastcall = ${now}, failure_count = 0, first_failure_date = NULL, last_failure = NULL${
      movesOn ? sql`, nextcall = ${following(entry)}` : sql``
    } WHERE id = ${entry.id}::int4`,
  )
}

/**
 * After a run that failed: the next time, one failure more, and the reason where administrators see it.
 * @returns whether the entry was switched off by it
 */
export async function noteFailure(db: Queryable, entry: CronEntry, reason: string): Promise<boolean> {
  const [row] = await db.query<{ active: boolean }>(sql`UPDATE ir_cron SET lastcall = ${now},
      failure_count = coalesce(failure_count, 0) + 1, first_failure_date = coalesce(first_failure_date, ${now}),
      last_failure = ${reason}, active = active AND coalesce(failure_count, 0) + 1 < ${mostFailures}::int4,
      nextcall = ${following(entry)}
    WHERE id = ${entry.id}::int4 RETURNING active`)
  return row?.active === false
}

const now: Sql = sql`date_trunc('second', now() AT TIME ZONE 'UTC')`

// The first time after now in whole intervals from the time it was due; a time that somebody set meanwhile stays. Days and
// longer are counted in the user's time zone. The longest that an interval can last gives the first number of intervals
// worth a look, so that a year of missed minutes is no long search.
function following(entry: CronEntry): Sql {
  const zone = isTimeZone(entry.tz) ? entry.tz : 'UTC'
  return sql`CASE WHEN nextcall::text IS DISTINCT FROM ${entry.nextcall} THEN nextcall ELSE (
    SELECT min(later.at) FROM
      (SELECT CASE interval_type WHEN 'minutes' THEN 60 WHEN 'hours' THEN 3600 WHEN 'days' THEN 90000
          WHEN 'weeks' THEN 608400 ELSE 2682000 END * greatest(interval_number, 1) AS longest,
        CASE interval_type WHEN 'minutes' THEN interval '1 minute' WHEN 'hours' THEN interval '1 hour' WHEN 'days' THEN interval '1 day'
          WHEN 'weeks' THEN interval '7 days' ELSE interval '1 month' END * greatest(interval_number, 1) AS step,
        CASE WHEN interval_type IN ('minutes', 'hours') THEN 'UTC' ELSE ${zone} END AS zone) AS rule,
      LATERAL (SELECT greatest(1, floor(extract(epoch FROM (now() AT TIME ZONE 'UTC') - nextcall) / rule.longest))::int8 AS first) AS count,
      LATERAL (SELECT ((nextcall AT TIME ZONE 'UTC' AT TIME ZONE rule.zone) + rule.step * n) AT TIME ZONE rule.zone AT TIME ZONE 'UTC' AS at
        FROM generate_series(count.first, count.first + 10 + count.first / 20) AS n) AS later
    WHERE later.at > now() AT TIME ZONE 'UTC') END`
}

function isTimeZone(name: string | null): name is string {
  if (name === null || name === '') return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
