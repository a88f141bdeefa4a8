/** Groups with aggregates in one statement, with the access rules inside. */

import { InvalidRequestError } from '../../../errors.ts'
import { empty, id, join, type Sql, sql } from '../../../sql/index.ts'
import { compileCondition } from '../../domain/compile.ts'
import type { Domain } from '../../domain/domain.ts'
import { mentions, parseDomain } from '../../domain/parse.ts'
import { runRows } from '../../query/run.ts'
import type { Scope } from '../../query/scope.ts'
import { requireModel } from '../../write/operation.ts'
import type { Records } from '../records.ts'
import { type Aggregate, compileAggregate, compileHaving, parseAggregate } from './aggregates.ts'
import { compileKey, type Key, sortBy } from './key.ts'
import type { GroupTerm } from './term.ts'

export interface Window {
  readonly offset: number
  readonly limit: number | null
  readonly order: string | null
}

/** What is grouped, how, and what is counted. */
export interface Grouping extends Window {
  readonly domain: Domain
  readonly terms: readonly GroupTerm[]
  readonly aggregates: readonly Aggregate[]
  readonly having: Domain
}

export interface GroupRow {
  /** As the key's SQL shows them: JSON text of [id, name], the start of a bucket, a plain value. */
  readonly keys: readonly unknown[]
  readonly values: readonly unknown[]
  readonly count: number
}

/** One row per group. @throws AccessError when the caller may not read the model or a mentioned field */
export async function runGroups(records: Records, scope: Scope, grouping: Grouping): Promise<GroupRow[]> {
  const { env, info } = records
  const { terms, aggregates } = grouping
  requireModel(env, info, 'read')
  if ((grouping.limit ?? 0) < 0 || grouping.offset < 0)
    throw new InvalidRequestError('ERR_LIMIT', 'limit and offset must not be negative.', {
      wireName: 'psycopg2.errors.InvalidRowCountInLimitClause',
    })
  const alias = scope.alias()
  const condition = parseDomain(grouping.domain)
  const rule = scope.condition(info, alias)
  const active =
    scope.activeTest && info.fields.get('active')?.column && !mentions(condition, 'active')
      ? sql`${id(alias)}.active AND `
      : empty
  const joins: Sql[] = []
  const keys = terms.map((term) => compileKey(scope, info, alias, term, joins))
  const compile = (aggregate: Aggregate) => compileAggregate(scope, info, alias, aggregate)
  const values = aggregates.map(compile)
  const where = sql`${active}${rule === null ? empty : sql`${rule} AND `}${compileCondition(scope, info, alias, condition, false)}`
  const groups = keys.length > 0 ? sql` GROUP BY ${join(keys.flatMap((k) => k.group))}` : empty
  const having = grouping.having.length > 0 ? sql` HAVING ${compileHaving(scope, info, alias, grouping.having)}` : empty
  const order = groupOrder(grouping, keys, values, (spec) => compile(parseAggregate(scope, info, spec)))
  const limit = grouping.limit ? sql` LIMIT ${grouping.limit}::int8` : empty
  const offset = grouping.offset ? sql` OFFSET ${grouping.offset}::int8` : empty
  const columns = [
    ...keys.map((k, i) => sql`${k.key} AS ${id(`k${i}`)}`),
    ...values.map((v, i) => sql`${v} AS ${id(`v${i}`)}`),
    sql`count(*)::int4 AS n`,
    sql`(SELECT n FROM hf_epoch) AS epoch`,
  ]
  const rows = await runRows<Record<string, unknown>>(
    env,
    sql`SELECT ${join(columns)} FROM ${id(info.table)} ${id(alias)}${join(joins, ' ')} WHERE ${where}${groups}${having}${order}${limit}${offset}`,
  )
  return rows.map((row) => ({
    keys: terms.map((_, i) => row[`k${i}`]),
    values: aggregates.map((aggregate, i) => aggregate.empty(row[`v${i}`])),
    count: row.n as number,
  }))
}

// By the groups themselves; or by terms `field [asc|desc] [nulls first|last]`, where an aggregate may stand for a field.
function groupOrder(
  { order, terms, aggregates }: Grouping,
  keys: readonly Key[],
  values: readonly Sql[],
  aggregate: (spec: string) => Sql,
): Sql {
  if (!order) return keys.length > 0 ? sql` ORDER BY ${join(keys.map((k) => sortBy(k.order)))}` : empty
  const parts = order.split(',').map((part) => {
    const match = /^\s*([\w:.]+)(?:\s+(asc|desc))?(?:\s+nulls\s+(first|last))?\s*$/i.exec(part)
    const name = match?.[1] ?? ''
    const key = keys[terms.findIndex((term) => term.spec === name || term.path === name)]
    const known = values[aggregates.findIndex((one) => one.spec === name || one.field?.name === name)]
    const isAggregate = name === '__count' || (!key && !known && name.includes(':'))
    if (!match || (!key && !known && !isAggregate))
      throw new InvalidRequestError(
        'ERR_ORDER',
        `Order term '${part.trim().slice(0, 80)}' is neither grouped by nor aggregated.`,
      )
    const target = key?.order ?? [{ value: known ?? aggregate(name), descending: false }]
    const nulls = match[3] && (match[3].toLowerCase() === 'first' ? sql` NULLS FIRST` : sql` NULLS LAST`)
    return sortBy(target, match[2]?.toLowerCase() === 'desc', nulls || empty)
  })
  return sql` ORDER BY ${join(parts)}`
}
