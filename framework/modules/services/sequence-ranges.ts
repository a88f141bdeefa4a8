/** Periods of sequences that begin anew with each: the range a day lies in, made when it is first needed. */

import type { Env } from '../../orm/index.ts'
import { sql } from '../../sql/index.ts'

/** A period of a sequence. */
export interface SequenceRange {
  readonly id: number
  /** `YYYY-MM-DD`. */
  readonly date_from: string
  readonly number_next: number
}

/** The range of the sequence that the day lies in; a day that none has gets the part of its year that is free. */
export async function rangeOf(env: Env, sequenceId: number, date: string | null): Promise<SequenceRange> {
  const day = date ?? contextDate(env.context.ir_sequence_date) ?? env.now().toISOString().slice(0, 10)
  const found = await find(env, sequenceId, day)
  if (found) return found
  // Whoever makes a range of this sequence at the same time waits here, and starts again with what the other made.
  await env.db.query(sql`UPDATE ir_sequence SET write_date = write_date WHERE id = ${sequenceId}`)
  const [made] = await env.db.query<SequenceRange & Record<string, unknown>>(sql`
    INSERT INTO ir_sequence_date_range (sequence_id, date_from, date_to, number_next, create_uid, create_date, write_uid, write_date)
    SELECT ${sequenceId}::int4,
      greatest(date_trunc('year', d.day)::date, (SELECT max(date_to) + 1 FROM ir_sequence_date_range r WHERE r.sequence_id = ${sequenceId}::int4 AND r.date_to < d.day)),
      least((date_trunc('year', d.day) + INTERVAL '1 year - 1 day')::date, (SELECT min(date_from) - 1 FROM ir_sequence_date_range r WHERE r.sequence_id = ${sequenceId}::int4 AND r.date_from > d.day)),
      1, ${env.uid}::int4, now() AT TIME ZONE 'UTC', ${env.uid}::int4, now() AT TIME ZONE 'UTC'
    FROM (SELECT ${day}::date AS day) d
    RETURNING id, date_from::text AS date_from, number_next`)
  return made as SequenceRange
}

async function find(env: Env, sequenceId: number, day: string): Promise<SequenceRange | undefined> {
  const [range] = await env.db.query<SequenceRange & Record<string, unknown>>(
    sql`SELECT id, date_from::text AS date_from, number_next FROM ir_sequence_date_range
      WHERE sequence_id = ${sequenceId}::int4 AND date_from <= ${day}::date AND date_to >= ${day}::date ORDER BY date_from DESC, id LIMIT 1`,
  )
  return range
}

/** A date of the context, where it is one. */
export function contextDate(value: unknown): string | null {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value) ? value.slice(0, 10) : null
}
