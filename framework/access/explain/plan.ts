/** What PostgreSQL means to do for a statement and what it reckons that it costs. */

import { type Queryable, type Sql, sql, type Pool, withTransaction } from '../../sql/index.ts'

/** Longest time that a statement may take when it is run for an explanation, in milliseconds. */
const mostMs = 5_000

/** One step of a plan, as PostgreSQL tells it; only what is shown is named. */
interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Total Cost': number
  readonly 'Plan Rows': number
  readonly 'Actual Total Time'?: number
  readonly 'Actual Rows'?: number
  readonly Plans?: readonly PlanNode[]
}

export interface Cost {
  /** PostgreSQL's own unit: a page read in order is 1. */
  readonly total: number
  /** How many rows the planner expects. */
  readonly rows: number
  /** Milliseconds and rows of a real run; absent without `analyze`. */
  readonly ran?: { readonly ms: number; readonly rows: number }
  /** Tables that are read from beginning to end. */
  readonly scans: readonly string[]
}

/** The planner's cost; nothing is run. */
export async function estimate(db: Queryable, statement: Sql): Promise<Cost> {
  return costOf(await db.query(sql`EXPLAIN (FORMAT JSON) ${statement}`, { prepared: false }))
}

/** The same with a real run, in a transaction that can change nothing and ends after five seconds. */
export async function measure(pool: Pool, statement: Sql): Promise<Cost> {
  return withTransaction(
    pool,
    async (tx) => {
      await tx.query(sql`SELECT set_config('statement_timeout', ${String(mostMs)}, true)`)
      return costOf(await tx.query(sql`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${statement}`, { prepared: false }))
    },
    { readOnly: true, tries: 1 },
  )
}

function costOf(rows: readonly Record<string, unknown>[]): Cost {
  const told: unknown = rows[0]?.['QUERY PLAN']
  const [top] = (typeof told === 'string' ? JSON.parse(told) : told) as [{ Plan: PlanNode; 'Execution Time'?: number }]
  const ms = top['Execution Time']
  return {
    total: top.Plan['Total Cost'],
    rows: top.Plan['Plan Rows'],
    ...(ms === undefined ? {} : { ran: { ms, rows: top.Plan['Actual Rows'] ?? 0 } }),
    scans: [...new Set(scansOf(top.Plan))],
  }
}

function scansOf(node: PlanNode): string[] {
  const mine = node['Node Type'] === 'Seq Scan' && node['Relation Name'] !== undefined ? [node['Relation Name']] : []
  return [...mine, ...(node.Plans ?? []).flatMap(scansOf)]
}
