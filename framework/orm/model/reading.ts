/** Searching and reading records: one statement each, with the access rules inside. */

import { InvalidRequestError } from '../../errors.ts'
import { empty, id, type Sql, sql } from '../../sql/index.ts'
import { compileCondition } from '../domain/compile.ts'
import type { Domain } from '../domain/domain.ts'
import { mentions, parseDomain } from '../domain/parse.ts'
import { compileOrder } from '../query/order.ts'
import { complete, isPure, runJson } from '../query/run.ts'
import { Scope } from '../query/scope.ts'
import { type EmptyStyle, type Source, selectJson } from '../query/select.ts'
import { nestedSpec, type Spec } from '../query/spec.ts'
import { countExisting, recordsDenied, requireModel } from '../write/operation.ts'
import { JsonResult, type RecordRow, type Records } from './records.ts'

export interface Search {
  readonly domain: Domain
  readonly offset: number
  /** `null` and 0: no limit. */
  readonly limit: number | null
  readonly order: string | null
}

/** What a search selects: the domain, the access rules, archived records left out unless the domain speaks of them. */
export function searchSource({ env, info }: Records, scope: Scope, alias: string, search: Search): Source {
  requireModel(env, info, 'read')
  if ((search.limit ?? 0) < 0 || search.offset < 0) {
    throw new InvalidRequestError('ERR_LIMIT', 'limit and offset must not be negative.', {
      wireName: 'psycopg2.errors.InvalidRowCountInLimitClause',
    })
  }
  const condition = parseDomain(search.domain)
  const rule = scope.condition(info, alias)
  const hidesArchived = scope.activeTest && info.fields.get('active')?.column && !mentions(condition, 'active')
  const active = hidesArchived ? sql`${id(alias)}.active AND ` : empty
  const where = sql`${active}${rule === null ? empty : sql`${rule} AND `}${compileCondition(scope, info, alias, condition, false)}`
  return { where, order: compileOrder(scope, info, alias, search.order), offset: search.offset, limit: search.limit }
}

/** Wanted fields of what a search finds. */
export async function searchRows(
  records: Records,
  scope: Scope,
  spec: Spec,
  search: Search,
): Promise<JsonResult<RecordRow[]>> {
  const alias = scope.alias()
  const { json } = await runJson(
    records.env,
    selectJson(scope, spec, alias, searchSource(records, scope, alias, search), 'false'),
  )
  return finish(records, spec, json)
}

/** `web_search_read`: records by a nested specification, and how many a search without window finds. */
export async function searchWithCount(
  records: Records,
  specification: Readonly<Record<string, unknown>>,
  search: Search,
  countLimit: number | null,
): Promise<{ length: number; records: RecordRow[] }> {
  const scope = new Scope(records.env)
  const rows = (await searchRows(records, scope, nestedSpec(scope, records.info, specification), search)).parse()
  const isWhole = !search.limit || rows.length < search.limit
  const isKnown = isWhole && (rows.length > 0 || search.offset === 0)
  const length = isKnown ? search.offset + rows.length : await records.search_count(search.domain, countLimit)
  return { length, records: rows }
}

/** Wanted fields of the records themselves, for clients. @throws AccessError when one is not the caller's to read */
export async function readRows(records: Records, scope: Scope, spec: Spec): Promise<JsonResult<RecordRow[]>> {
  const { env, info, ids } = records
  if (ids.length === 0) return new JsonResult('[]')
  const { statement, limited } = byIds(records, scope, spec, ids, 'false')
  const { json, count } = await runJson(env, statement)
  // Absent and forbidden look the same to who sees only some records; who sees all is simply not given what does not exist.
  if (limited && count < ids.length) {
    const unique = [...new Set(ids)]
    const there = env.grant.seesExistence ? await countExisting(env, info, unique) : unique.length
    if (there === unique.length || (await records.exists()).ids.length < there) throw recordsDenied(info, 'read')
  }
  return finish(records, spec, json)
}

/** Wanted fields with `null` for empty, for code; records that are not there for the caller are passed over. */
export async function loadRows(records: Records, scope: Scope, spec: Spec): Promise<RecordRow[]> {
  const { json } = await runJson(records.env, byIds(records, scope, spec, [...new Set(records.ids)], 'null').statement)
  const rows = JSON.parse(json) as RecordRow[]
  await complete(records.env, spec, rows, 'null')
  return rows
}

function byIds(
  records: Records,
  scope: Scope,
  spec: Spec,
  ids: readonly number[],
  emptyStyle: EmptyStyle,
): { statement: Sql; limited: boolean } {
  const alias = scope.alias()
  const condition = scope.condition(records.info, alias)
  const rule = condition ?? sql`TRUE`
  const [only] = ids
  const source: Source =
    ids.length === 1 && only !== undefined
      ? { where: sql`${id(alias)}.id = ${only}::int4 AND ${rule}`, order: empty }
      : {
          join: sql` JOIN unnest(${[...ids]}::int4[]) WITH ORDINALITY AS hf_ids(id, n) ON hf_ids.id = ${id(alias)}.id`,
          where: rule,
          order: sql` ORDER BY hf_ids.n`,
        }
  return { statement: selectJson(scope, spec, alias, source, emptyStyle), limited: condition !== null }
}

async function finish(records: Records, spec: Spec, json: string): Promise<JsonResult<RecordRow[]>> {
  if (isPure(spec)) return new JsonResult(json)
  const rows = JSON.parse(json) as RecordRow[]
  await complete(records.env, spec, rows, 'false')
  return new JsonResult(JSON.stringify(rows))
}
