/** Searching and reading records: one statement each, with the access rules inside, compiled once for all who ask alike. */

import { InvalidRequestError } from '../../errors.ts'
import { empty, hole, id, type Sql, sql, Template, whole } from '../../sql/index.ts'
import { compileCondition } from '../domain/compile.ts'
import type { Domain } from '../domain/domain.ts'
import { mentions, parseDomain } from '../domain/parse.ts'
import type { Env } from '../env.ts'
import { compileOrder } from '../query/order.ts'
import { planOf } from '../query/plans.ts'
import { complete, isPure, runJson } from '../query/run.ts'
import { Scope } from '../query/scope.ts'
import { type EmptyStyle, selectJson } from '../query/select.ts'
import type { Spec, Wish } from '../query/spec.ts'
import type { ModelInfo } from '../registry.ts'
import { noteRead } from '../audit/reads.ts'
import { noteRows } from '../seen.ts'
import { countExisting, recordsDenied, requireModel } from '../write/operation.ts'
import { JsonResult, type RecordRow, type Records } from './records.ts'

export interface Search {
  readonly domain: Domain
  readonly offset: number
  /** `null` and 0: no limit. */
  readonly limit: number | null
  readonly order: string | null
}

interface RowsPlan {
  readonly spec: Spec
  readonly template: Template
  /** Whether a rule keeps records from the caller. */
  readonly limited: boolean
}

/** The table of a search in its statement. */
const table = 't0'

/** What the caller looks for: its domain, archived records left out unless it speaks of them. The access rules are not in it. */
export function searchPredicate(env: Env, info: ModelInfo, domain: Domain): Sql {
  const scope = new Scope(env, { prefix: 'd' })
  const condition = parseDomain(domain)
  const predicate = compileCondition(scope, info, table, condition, false)
  const hidesArchived = scope.activeTest && info.fields.get('active')?.column && !mentions(condition, 'active')
  return hidesArchived ? sql`${id(table)}.active AND ${predicate}` : predicate
}

/** `FROM … WHERE` with the caller's access rules and a hole for her predicate; the table is at `t0`. */
export function searchedTable(scope: Scope, info: ModelInfo): Sql {
  requireModel(scope.env, info, 'read')
  const alias = scope.alias()
  if (alias !== table) throw new TypeError('A search begins with its own table.')
  const rule = scope.condition(info, alias)
  return sql`FROM ${id(info.table)} ${id(alias)} WHERE ${rule === null ? empty : sql`${rule} AND `}${hole()}`
}

// Sizes of pages that clients ask for, written into the text: for a limit that it does not know PostgreSQL assumes a tenth of
// the table, and then plans every call anew because its kept plan looks dear.
const usualLimits = new Set([1, 2, 3, 4, 5, 6, 7, 8, 10, 20, 25, 30, 40, 50, 80, 100, 200, 250, 500, 1_000])

/** ` LIMIT … OFFSET …`, as far as they are asked for. @throws InvalidRequestError ERR_LIMIT */
export function searchWindow(limit: number | null, offset: number): Sql {
  if ((limit ?? 0) < 0 || offset < 0)
    throw new InvalidRequestError('ERR_LIMIT', 'limit and offset must not be negative.', {
      wireName: 'psycopg2.errors.InvalidRowCountInLimitClause',
    })
  const first = limit ? sql` LIMIT ${usualLimits.has(limit) ? whole(limit) : sql`${limit}::int8`}` : empty
  return offset ? sql`${first} OFFSET ${offset}::int8` : first
}

/** Wanted fields of what a search finds. */
export async function searchRows(records: Records, wish: Wish, search: Search): Promise<JsonResult<RecordRow[]>> {
  const { spec, json } = await searched(records, wish, search, 'false')
  return finish(records, spec, json)
}

async function searched(
  { env, info }: Records,
  wish: Wish,
  search: Search,
  emptyStyle: EmptyStyle,
): Promise<{ spec: Spec; json: string }> {
  const shape = wish.key === null ? null : JSON.stringify([info.name, search.order, emptyStyle, wish.key])
  const { spec, template } = planOf(env, 'search_read', shape, (): RowsPlan => {
    const scope = new Scope(env)
    const made = wish.spec(scope, info)
    const from = searchedTable(scope, info)
    const order = compileOrder(scope, info, table, search.order)
    const statement = selectJson(scope, made, table, sql`${from}${order}${hole()}`, emptyStyle)
    return { spec: made, template: new Template(statement), limited: true }
  })
  const window = searchWindow(search.limit, search.offset)
  const { json } = await runJson(env, template.fill(searchPredicate(env, info, search.domain), window))
  return { spec, json }
}

/** Ids of what a search finds, in its order. */
export function searchIds(env: Env, info: ModelInfo, order: string | null): Template {
  return planOf(env, 'search', JSON.stringify([info.name, order]), () => {
    const scope = new Scope(env)
    const from = searchedTable(scope, info)
    return new Template(
      sql`SELECT ARRAY(SELECT ${id(table)}.id ${from}${compileOrder(scope, info, table, order)}${hole()}) AS ids, (SELECT n FROM hf_epoch) AS epoch`,
    )
  })
}

/** How many records a search finds; with a window, how many of them lie in it. */
export function searchCount(env: Env, info: ModelInfo, windowed: boolean): Template {
  return planOf(env, 'search_count', `${info.name} ${windowed}`, () => {
    const from = searchedTable(new Scope(env), info)
    return new Template(
      windowed
        ? sql`SELECT count(*)::int4 AS n, (SELECT n FROM hf_epoch) AS epoch FROM (SELECT 1 ${from}${hole()}) r`
        : sql`SELECT count(*)::int4 AS n, (SELECT n FROM hf_epoch) AS epoch ${from}${hole()}`,
    )
  })
}

/** `web_search_read`: records by a nested specification, and how many a search without window finds. */
export async function searchWithCount(
  records: Records,
  wish: Wish,
  search: Search,
  countLimit: number | null,
): Promise<{ length: number; records: RecordRow[] }> {
  const rows = (await searchRows(records, wish, search)).parse()
  const isWhole = !search.limit || rows.length < search.limit
  const isKnown = isWhole && (rows.length > 0 || search.offset === 0)
  const length = isKnown ? search.offset + rows.length : await records.search_count(search.domain, countLimit)
  return { length, records: rows }
}

/** Wanted fields of the records themselves, for clients. @throws AccessError when one is not the caller's to read */
export async function readRows(records: Records, wish: Wish): Promise<JsonResult<RecordRow[]>> {
  const { env, info, ids } = records
  const { spec, template, limited } = plannedByIds(records, wish, 'false')
  if (ids.length === 0) return new JsonResult('[]')
  const { json, count } = await runJson(env, template.fill(theseRecords(ids)))
  // Absent and forbidden look the same to who sees only some records; who sees all is simply not given what does not exist.
  if (limited && count < ids.length) {
    const unique = [...new Set(ids)]
    const there = env.grant.seesExistence ? await countExisting(env, info, unique) : unique.length
    if (there === unique.length || (await records.exists()).ids.length < there) throw recordsDenied(info, 'read')
  }
  return finish(records, spec, json)
}

/** Wanted fields with `null` for empty, for code; records that are not there for the caller are passed over. */
export async function loadRows(records: Records, wish: Wish): Promise<RecordRow[]> {
  const { spec, template } = plannedByIds(records, wish, 'null')
  const { json } = await runJson(records.env, template.fill(theseRecords([...new Set(records.ids)])))
  return completed(records.env, spec, json)
}

/** Wanted fields of what a search finds with `null` for empty, for code. */
export async function findRows(records: Records, wish: Wish, search: Search): Promise<RecordRow[]> {
  const { spec, json } = await searched(records, wish, search, 'null')
  return completed(records.env, spec, json)
}

async function completed(env: Env, spec: Spec, json: string): Promise<RecordRow[]> {
  const rows = JSON.parse(json) as RecordRow[]
  noteRows(env, spec, rows)
  await complete(env, spec, rows, 'null')
  return rows
}

// One id is looked up, several are joined in their order.
function plannedByIds({ env, info, ids }: Records, wish: Wish, emptyStyle: EmptyStyle): RowsPlan {
  const single = ids.length === 1
  const shape = wish.key === null ? null : JSON.stringify([info.name, emptyStyle, single, wish.key])
  return planOf(env, 'read', shape, () => {
    const scope = new Scope(env)
    requireModel(env, info, 'read')
    const spec = wish.spec(scope, info)
    const alias = scope.alias()
    const condition = scope.condition(info, alias)
    const rule = condition ?? sql`TRUE`
    const from = single
      ? sql`FROM ${id(info.table)} ${id(alias)} WHERE ${id(alias)}.id = ${hole()} AND ${rule}`
      : sql`FROM ${id(info.table)} ${id(alias)} JOIN unnest(${hole()}) WITH ORDINALITY AS hf_ids(id, n) ON hf_ids.id = ${id(alias)}.id WHERE ${rule} ORDER BY hf_ids.n`
    return {
      spec,
      template: new Template(selectJson(scope, spec, alias, from, emptyStyle)),
      limited: condition !== null,
    }
  })
}

function theseRecords(ids: readonly number[]): Sql {
  const [only] = ids
  return ids.length === 1 && only !== undefined ? sql`${only}::int4` : sql`${ids}::int4[]`
}

async function finish(records: Records, spec: Spec, json: string): Promise<JsonResult<RecordRow[]>> {
  noteRead(records.env, spec, json)
  if (isPure(spec)) return new JsonResult(json)
  const rows = JSON.parse(json) as RecordRow[]
  await complete(records.env, spec, rows, 'false')
  return new JsonResult(JSON.stringify(rows))
}
