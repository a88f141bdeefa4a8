/** Numbers of documents: gapless or quick, by the records of ir.sequence and, where a sequence counts per period, of its date ranges. */

import { MissingError } from '../../errors.ts'
import type { Env } from '../../orm/index.ts'
import { id as name, type Sql, sql, whole } from '../../sql/index.ts'
import { formatNumber } from './sequence-format.ts'
import { rangeOf, type SequenceRange } from './sequence-ranges.ts'

/** What of a sequence's record its numbers are made from. */
export interface SequenceRow extends Record<string, unknown> {
  readonly id: number
  readonly name: string
  readonly implementation: string
  readonly prefix: string | null
  readonly suffix: string | null
  readonly padding: number
  readonly number_next: number
  readonly number_increment: number
  readonly use_date_range: boolean
}

/** A record that counts: a sequence itself, or one of its date ranges. */
export interface Counting {
  readonly sequence: SequenceRow
  readonly range: SequenceRange | null
}

/**
 * The next number of the sequence with this code (the company's own before a shared one), or `null` when there is none.
 * Anybody's work may need a number, so the caller's rights on ir.sequence are not asked; nothing else of it is told.
 * @param date decides the period of a sequence that counts per period; default the context's `ir_sequence_date`, else today
 */
export async function nextByCode(env: Env, code: string, date: string | null = null): Promise<string | null> {
  return (await numbersByCode(env, code, 1, env.companyId, date))?.[0] ?? null
}

/** The next `count` numbers of the sequence with this code for a company (default: the caller's), in one statement; `null` when there is none. */
export async function numbersByCode(
  env: Env,
  code: string,
  count: number,
  companyId: number = env.companyId,
  date: string | null = null,
): Promise<string[] | null> {
  // A counter that is there is counted up in the same breath; what else there is, is seen to below.
  const [row] = await env.db.query<SequenceRow & { taken: number[] | null }>(sql`
    SELECT s.*, CASE WHEN s.implementation <> 'no_gap' AND s.use_date_range IS NOT TRUE AND to_regclass('hf_number_' || s.id) IS NOT NULL
      THEN ARRAY(SELECT nextval(('hf_number_' || s.id)::regclass)::float8 FROM generate_series(1, ${count}::int4)) END AS taken
    FROM (${columns} WHERE code = ${code} AND active AND (company_id = ${companyId} OR company_id IS NULL) ORDER BY company_id NULLS LAST, id LIMIT 1) s`)
  if (!row) return null
  return row.taken ? row.taken.map((number) => formatNumber(env, row, null, number)) : numbersOf(env, row, count, date)
}

/** The next number of one sequence. @throws MissingError ERR_SEQUENCE */
export async function nextById(env: Env, id: number, date: string | null = null): Promise<string> {
  const [number = ''] = await numbersOf(env, await readSequence(env, id), 1, date)
  return number
}

/** How the sequence writes a number, without taking one. @throws MissingError ERR_SEQUENCE */
export async function writtenNumber(env: Env, id: number, number: number): Promise<string> {
  return formatNumber(env, await readSequence(env, id), null, number)
}

async function numbersOf(env: Env, sequence: SequenceRow, count: number, date: string | null): Promise<string[]> {
  const range = sequence.use_date_range ? await rangeOf(env, sequence.id, date) : null
  const taken = await take(env, { sequence, range }, count)
  return taken.map((number) => formatNumber(env, sequence, range, number))
}

/** The number that comes next, without taking it; of one of its date ranges where that is given. */
export async function peekNumber(env: Env, id: number, rangeId?: number): Promise<number> {
  const counting = await readCounting(env, id, rangeId)
  if (counting.sequence.implementation === 'no_gap') return firstOf(counting)
  await ensureCounter(env, counting)
  const [counter] = await env.db.query<{ last: number; called: boolean }>(
    sql`SELECT last_value AS last, is_called AS called FROM ${name(counterName(counting))}`,
  )
  return (counter?.last ?? 0) + (counter?.called ? counting.sequence.number_increment : 0)
}

/** Makes the sequence, or one of its date ranges, go on at this number and with the step that its record says now. */
export async function restartSequence(env: Env, id: number, next: number, rangeId?: number): Promise<void> {
  if (rangeId === undefined) await env.db.query(sql`UPDATE ir_sequence SET number_next = ${next} WHERE id = ${id}`)
  else await env.db.query(sql`UPDATE ir_sequence_date_range SET number_next = ${next} WHERE id = ${rangeId}`)
  const counting = await readCounting(env, id, rangeId)
  if (counting.sequence.implementation === 'no_gap') return
  await ensureCounter(env, counting)
  // ALTER, not setval: it is undone with the transaction, and whoever takes a number meanwhile waits for its end.
  await env.db.query(
    sql`ALTER SEQUENCE ${name(counterName(counting))} INCREMENT BY ${whole(counting.sequence.number_increment)} ${bounds} RESTART WITH ${whole(next)}`,
    { prepared: false },
  )
}

/** Removes the counters of sequences, or of date ranges, that are deleted; before their records go. */
export async function dropCounters(env: Env, ids: readonly number[], rangeIds?: readonly number[]): Promise<void> {
  const ranges = await env.db.query<{ id: number; sequence_id: number }>(
    rangeIds === undefined
      ? sql`SELECT id, sequence_id FROM ir_sequence_date_range WHERE sequence_id = ANY(${[...ids]}::int4[])`
      : sql`SELECT id, sequence_id FROM ir_sequence_date_range WHERE id = ANY(${[...rangeIds]}::int4[])`,
  )
  const names = [
    ...(rangeIds === undefined ? ids.map((id) => `hf_number_${id}`) : []),
    ...ranges.map((range) => `hf_number_${range.sequence_id}_${range.id}`),
  ]
  for (const counter of names) await env.db.query(sql`DROP SEQUENCE IF EXISTS ${name(counter)}`, { prepared: false })
}

const columns: Sql = sql`SELECT id, name, implementation, prefix, suffix, padding, number_next, number_increment, use_date_range FROM ir_sequence`
const bounds: Sql = sql`MINVALUE -2147483648 MAXVALUE 9007199254740991`

async function readSequence(env: Env, id: number): Promise<SequenceRow> {
  const [row] = await env.db.query<SequenceRow>(sql`${columns} WHERE id = ${id}`)
  if (!row) throw new MissingError('ERR_SEQUENCE', 'The sequence does not exist any more.', { detail: { id } })
  return row
}

async function readCounting(env: Env, id: number, rangeId: number | undefined): Promise<Counting> {
  const sequence = await readSequence(env, id)
  if (rangeId === undefined) return { sequence, range: null }
  const [range] = await env.db.query<SequenceRange & Record<string, unknown>>(
    sql`SELECT id, date_from::text AS date_from, number_next FROM ir_sequence_date_range WHERE id = ${rangeId} AND sequence_id = ${id}`,
  )
  if (!range) throw new MissingError('ERR_SEQUENCE', 'The sequence does not exist any more.', { detail: { rangeId } })
  return { sequence, range }
}

// `standard` takes from a counter of PostgreSQL, for which two transactions never wait; a rolled-back one leaves a gap.
async function take(env: Env, counting: Counting, count: number): Promise<number[]> {
  const { sequence, range } = counting
  const step = sequence.number_increment
  if (sequence.implementation === 'no_gap') {
    const record = range ? sql`ir_sequence_date_range` : sql`ir_sequence`
    const [taken] = await env.db.query<{ first: number }>(sql`
      UPDATE ${record} SET number_next = number_next + ${count * step}::int4 WHERE id = ${range?.id ?? sequence.id}
      RETURNING number_next - ${count * step}::int4 AS first`)
    const first = taken?.first ?? firstOf(counting)
    return Array.from({ length: count }, (_, i) => first + i * step)
  }
  await ensureCounter(env, counting)
  const taken = await env.db.query<{ number: number }>(
    sql`SELECT nextval(${counterName(counting)}::regclass)::float8 AS number FROM generate_series(1, ${count}::int4)`,
  )
  return taken.map(({ number }) => number)
}

// Records can come from an import, which knows no counters: the first use makes one. It counts in the numbers themselves,
// so that nobody adds an old beginning to a new count.
async function ensureCounter(env: Env, counting: Counting): Promise<void> {
  const counter = counterName(counting)
  const exists = sql`SELECT to_regclass(${counter}) IS NOT NULL AS found`
  if ((await env.db.query<{ found: boolean }>(exists))[0]?.found) return
  // Two that make it at once: the second waits here until the first is through, and then finds it.
  await env.db.query(sql`SELECT pg_advisory_xact_lock(hashtext(${counter}))`)
  if ((await env.db.query<{ found: boolean }>(exists))[0]?.found) return
  await env.db.query(
    sql`CREATE SEQUENCE IF NOT EXISTS ${name(counter)} INCREMENT BY ${whole(counting.sequence.number_increment)} ${bounds} START WITH ${whole(firstOf(counting))}`,
    { prepared: false },
  )
}

function firstOf({ sequence, range }: Counting): number {
  return range?.number_next ?? sequence.number_next
}

function counterName({ sequence, range }: Counting): string {
  return range ? `hf_number_${sequence.id}_${range.id}` : `hf_number_${sequence.id}`
}
