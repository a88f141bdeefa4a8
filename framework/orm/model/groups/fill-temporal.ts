/** Context `fill_temporal`: groups of dates without a record, so that a chart has no holes. */

import { DateTime } from 'luxon'
import { InvalidRequestError } from '../../../errors.ts'
import type { Env } from '../../env.ts'
import type { Aggregate } from './aggregates.ts'
import { durations, isSpan } from './buckets.ts'
import type { GroupRow } from './run.ts'
import type { GroupTerm } from './term.ts'

/** Most groups that are made up for one answer. */
const mostGroups = 5_000

interface Wish {
  readonly fill_from?: unknown
  readonly fill_to?: unknown
  readonly min_groups?: unknown
}

/** The rows, with one for each missing bucket of the first group-by between the first and the last. */
export function fillTemporal(
  env: Env,
  terms: readonly GroupTerm[],
  aggregates: readonly Aggregate[],
  rows: readonly GroupRow[],
): readonly GroupRow[] {
  const wish = env.context.fill_temporal
  const [first] = terms
  if (!wish || !first?.granularity || !isSpan(first.granularity)) return rows
  const { fill_from, fill_to, min_groups } = (typeof wish === 'object' ? wish : {}) as Wish
  const span = first.granularity
  const step = durations[span]
  const dated = rows.filter((row) => row.keys[0] !== null && row.keys[0] !== undefined)
  const existing = dated.map((row) => String(row.keys[0])).sort()
  const from = given(fill_from)?.startOf(span === 'week' ? 'day' : span) ?? start(existing[0])
  if (!from) return rows
  let to = given(fill_to) ?? start(existing.at(-1)) ?? from
  if (typeof min_groups === 'number' && min_groups > 1) {
    const least = from.plus(times(step, Math.min(min_groups, mostGroups) - 1))
    if (to < least) to = least
  }
  const byKey = new Map<string, GroupRow[]>()
  for (const row of dated) byKey.set(String(row.keys[0]), [...(byKey.get(String(row.keys[0])) ?? []), row])
  const filled: GroupRow[] = []
  const wanted = new Set(byKey.keys())
  for (let at = from, n = 0; at <= to && n < mostGroups; at = at.plus(step), n++) wanted.add(at.toFormat(keyFormat))
  for (const key of [...wanted].sort()) filled.push(...(byKey.get(key) ?? [emptyRow(terms, aggregates, key)]))
  return [...filled, ...rows.filter((row) => !dated.includes(row))]
}

const keyFormat = 'yyyy-MM-dd HH:mm:ss'

function start(key: string | undefined): DateTime | undefined {
  return key === undefined ? undefined : DateTime.fromSQL(key, { zone: 'utc' })
}

function given(value: unknown): DateTime | undefined {
  if (value === undefined || value === null || value === false) return undefined
  const at = typeof value === 'string' ? DateTime.fromSQL(value, { zone: 'utc' }) : undefined
  if (!at?.isValid) throw new InvalidRequestError('ERR_FILL_TEMPORAL', 'fill_from and fill_to are dates as YYYY-MM-DD.')
  return at
}

function times(step: Readonly<Record<string, number>>, n: number): Record<string, number> {
  return Object.fromEntries(Object.entries(step).map(([unit, count]) => [unit, count * n]))
}

function emptyRow(terms: readonly GroupTerm[], aggregates: readonly Aggregate[], key: string): GroupRow {
  return {
    keys: terms.map((_, i) => (i === 0 ? key : null)),
    values: aggregates.map((aggregate) => (aggregate.field ? aggregate.empty(null) : 0)),
    count: 0,
  }
}
