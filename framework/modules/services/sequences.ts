/** Numbers of documents: gapless or quick, by the records of ir.sequence. */

import { MissingError } from '../../errors.ts'
import type { Env } from '../../orm/index.ts'
import { id as name, type Sql, sql } from '../../sql/index.ts'

interface SequenceRow extends Record<string, unknown> {
  readonly id: number
  readonly implementation: string
  readonly prefix: string | null
  readonly suffix: string | null
  readonly padding: number
  readonly number_next: number
  readonly number_increment: number
}

/**
 * The next number of the sequence with this code (the company's own before a shared one), or `null` when there is none.
 * Anybody's work may need a number, so the caller's rights on ir.sequence are not asked; nothing else of it is told.
 */
export async function nextByCode(env: Env, code: string): Promise<string | null> {
  return (await numbersByCode(env, code, 1))?.[0] ?? null
}

/** The next `count` numbers of the sequence with this code for a company (default: the caller's), in one statement; `null` when there is none. */
export async function numbersByCode(
  env: Env,
  code: string,
  count: number,
  companyId: number = env.companyId,
): Promise<string[] | null> {
  // A counter that is there is counted up in the same breath; what else there is, is seen to below.
  const [row] = await env.db.query<SequenceRow & { uses: number[] | null }>(sql`
    SELECT s.*, CASE WHEN s.implementation <> 'no_gap' AND to_regclass('hf_sequence_' || s.id) IS NOT NULL
      THEN ARRAY(SELECT nextval(('hf_sequence_' || s.id)::regclass)::float8 FROM generate_series(1, ${count}::int4)) END AS uses
    FROM (${columns} WHERE code = ${code} AND active AND (company_id = ${companyId} OR company_id IS NULL) ORDER BY company_id NULLS LAST, id LIMIT 1) s`)
  if (!row) return null
  const taken = row.uses?.map((uses) => row.number_next + uses * row.number_increment) ?? (await take(env, row, count))
  return taken.map((number) => format(row, number, env))
}

/** The next number of one sequence. @throws MissingError ERR_SEQUENCE */
export async function nextById(env: Env, id: number): Promise<string> {
  const row = await readSequence(env, id)
  const [number = 0] = await take(env, row, 1)
  return format(row, number, env)
}

/** The number that comes next, without taking it. */
export async function peekNumber(env: Env, id: number): Promise<number> {
  const row = await readSequence(env, id)
  if (row.implementation === 'no_gap') return row.number_next
  await ensureCounter(env, id)
  const [counter] = await env.db.query<{ uses: number }>(
    sql`SELECT (last_value + is_called::int4)::int8 AS uses FROM ${counterName(id)}`,
  )
  return row.number_next + (counter?.uses ?? 0) * row.number_increment
}

/** Makes the sequence go on at this number. */
export async function restartSequence(env: Env, id: number, next: number): Promise<void> {
  const row = await readSequence(env, id)
  await env.db.query(sql`UPDATE ir_sequence SET number_next = ${next} WHERE id = ${id}`)
  if (row.implementation === 'no_gap') return
  await ensureCounter(env, id)
  await env.db.query(sql`SELECT setval(${counterText(id)}::regclass, 0, false)`)
}

/** Removes the counters of sequences that were deleted. */
export async function dropCounters(env: Env, ids: readonly number[]): Promise<void> {
  for (const id of ids) await env.db.query(sql`DROP SEQUENCE IF EXISTS ${counterName(id)}`, { prepared: false })
}

const columns: Sql = sql`SELECT id, implementation, prefix, suffix, padding, number_next, number_increment FROM ir_sequence`

async function readSequence(env: Env, id: number): Promise<SequenceRow> {
  const [row] = await env.db.query<SequenceRow>(sql`${columns} WHERE id = ${id}`)
  if (!row) throw new MissingError('ERR_SEQUENCE', 'The sequence does not exist any more.', { detail: { id } })
  return row
}

// `standard` takes from a counter of PostgreSQL, which two transactions never wait for; a rolled-back one leaves a gap.
async function take(env: Env, row: SequenceRow, count: number): Promise<number[]> {
  if (row.implementation === 'no_gap') {
    const [taken] = await env.db.query<{ first: number }>(sql`
      UPDATE ir_sequence SET number_next = number_next + ${count}::int4 * number_increment WHERE id = ${row.id}
      RETURNING number_next - ${count}::int4 * number_increment AS first`)
    const first = taken?.first ?? row.number_next
    return Array.from({ length: count }, (_, i) => first + i * row.number_increment)
  }
  await ensureCounter(env, row.id)
  const taken = await env.db.query<{ uses: number }>(
    sql`SELECT nextval(${counterText(row.id)}::regclass) AS uses FROM generate_series(1, ${count}::int4)`,
  )
  return taken.map(({ uses }) => row.number_next + uses * row.number_increment)
}

// The counter counts uses from 0; the record says what the first one and the step are. Records can come from an import,
// which knows no counters: the first use makes one.
async function ensureCounter(env: Env, id: number): Promise<void> {
  const [found] = await env.db.query<{ found: boolean }>(
    sql`SELECT to_regclass(${counterText(id)}) IS NOT NULL AS found`,
  )
  if (found?.found) return
  // IF NOT EXISTS does not hold against two that make it at once; the second waits here until the first is through.
  await env.db.query(sql`SELECT pg_advisory_xact_lock(hashtext('hf_sequence'), ${id}::int4)`)
  await env.db.query(sql`CREATE SEQUENCE IF NOT EXISTS ${counterName(id)} MINVALUE 0 START WITH 0`, {
    prepared: false,
  })
}

function counterText(id: number): string {
  return `hf_sequence_${id}`
}

function counterName(id: number): Sql {
  return name(counterText(id))
}

function format(row: SequenceRow, number: number, env: Env): string {
  const now = env.now()
  return `${interpolate(row.prefix, now)}${String(number).padStart(row.padding, '0')}${interpolate(row.suffix, now)}`
}

// `%(year)s` and its like, in UTC; an unknown name stays as it is.
function interpolate(text: string | null, now: Date): string {
  const iso = now.toISOString()
  const parts: Readonly<Record<string, string>> = {
    year: iso.slice(0, 4),
    y: iso.slice(2, 4),
    month: iso.slice(5, 7),
    day: iso.slice(8, 10),
    h24: iso.slice(11, 13),
    min: iso.slice(14, 16),
    sec: iso.slice(17, 19),
  }
  return (text ?? '').replace(
    /%\((?:current_)?(year|y|month|day|h24|min|sec)\)s/g,
    (_, part: string) => parts[part] ?? '',
  )
}
