/** Groups with aggregates: one statement, both dialects of Odoo's API. */

import { InvalidRequestError } from '../../../errors.ts'
import { empty, id, join, type Sql, sql } from '../../../sql/index.ts'
import type { Domain } from '../../domain/domain.ts'
import { compileCondition } from '../../domain/compile.ts'
import { mentions, parseDomain } from '../../domain/parse.ts'
import { andDomains } from '../../domain/parse.ts'
import { runRows } from '../../query/run.ts'
import { displayName } from '../../query/select.ts'
import { Scope } from '../../query/scope.ts'
import type { FieldInfo, ModelInfo } from '../../registry.ts'
import { requireModel } from '../../write/operation.ts'
import { type Aggregate, compileAggregate, compileHaving, parseAggregate } from './aggregates.ts'
import { bucket, granularities, type Granularity, numberParts } from './buckets.ts'
import { aggregator } from '../describe.ts'
import type { RecordSet } from '../record-set.ts'

/** One term of a group-by: a field, for dates with a granularity. */
interface GroupTerm {
  readonly spec: string
  readonly field: FieldInfo
  readonly granularity: Granularity | undefined
}

interface Window {
  readonly offset: number
  readonly limit: number | null
  readonly order: string | null
}

interface GroupRow {
  readonly keys: readonly unknown[]
  readonly values: readonly unknown[]
  readonly count: number
}

/** `formatted_read_group`: one row per group with `__extra_domain`. */
export async function formattedReadGroup(
  records: RecordSet,
  domain: Domain,
  groupby: readonly string[],
  aggregates: readonly string[],
  options: Window & { readonly having: Domain },
): Promise<Record<string, unknown>[]> {
  const scope = new Scope(records.env)
  const terms = groupby.map((spec) => parseTerm(scope, records.info, spec))
  const wanted = aggregates.map((spec) => parseAggregate(scope, records.info, spec))
  const rows = await run(records, scope, domain, terms, wanted, options, options.having)
  return rows.map((row) => {
    const result: Record<string, unknown> = {}
    const extra: Domain[] = []
    terms.forEach((term, i) => {
      const made = present(records, term, row.keys[i])
      result[term.spec] = made.formatted
      extra.push(made.domain)
    })
    result.__extra_domain = extra.length === 1 ? extra[0] : andDomains(...extra)
    wanted.forEach((aggregate, i) => {
      result[aggregate.spec] = row.values[i]
    })
    return result
  })
}

/** `web_read_group`: groups by the first term, and how many there are in all. */
export async function webReadGroup(
  records: RecordSet,
  domain: Domain,
  groupby: readonly string[],
  aggregates: readonly string[],
  window: Window,
): Promise<{ groups: Record<string, unknown>[]; length: number }> {
  const first = groupby.slice(0, 1)
  const wanted = ['__count', ...aggregates.filter((a) => a !== '__count')]
  const groups = await formattedReadGroup(records, domain, first, wanted, { ...window, having: [] })
  if (!window.limit || groups.length < window.limit) return { groups, length: window.offset + groups.length }
  const all = await formattedReadGroup(records, domain, first, [], { offset: 0, limit: null, order: null, having: [] })
  return { groups, length: all.length }
}

/** `read_group`: the older dialect; `lazy` groups by the first term only and names what is left. */
export async function readGroup(
  records: RecordSet,
  domain: Domain,
  fields: readonly string[],
  groupby: readonly string[],
  options: Window & { readonly lazy: boolean },
): Promise<Record<string, unknown>[]> {
  if (!Array.isArray(groupby) || (options.order !== null && typeof options.order !== 'string'))
    throw new InvalidRequestError('ERR_GROUPBY', 'A group-by is a field name or a list of them, its order a text.', {
      wireName: 'builtins.TypeError',
    })
  const scope = new Scope(records.env)
  const all = groupby.map((spec) => parseTerm(scope, records.info, spec))
  const terms = options.lazy ? all.slice(0, 1) : all
  const wanted = legacyAggregates(scope, records.info, fields, all)
  const order = options.order
  const rows = await run(
    records,
    scope,
    domain,
    terms,
    wanted.map((w) => w.aggregate),
    { ...options, order },
    [],
  )
  return rows.map((row) => {
    const result: Record<string, unknown> = {}
    const parts: Domain[] = []
    const ranges: Record<string, unknown> = {}
    terms.forEach((term, i) => {
      const made = present(records, term, row.keys[i])
      result[term.spec] = made.label
      parts.push(made.domain)
      if (made.range !== undefined) ranges[term.spec] = made.range
    })
    const countName = options.lazy && terms[0] ? `${terms[0].field.name}_count` : '__count'
    result[countName] = row.count
    wanted.forEach(({ name }, i) => {
      result[name] = row.values[i]
    })
    result.__domain = andDomains(domain, ...parts)
    if (Object.keys(ranges).length > 0) result.__range = ranges
    if (options.lazy && all.length > 1) result.__context = { group_by: all.slice(1).map((term) => term.spec) }
    return result
  })
}

function parseTerm(scope: Scope, model: ModelInfo, spec: unknown): GroupTerm {
  if (typeof spec !== 'string')
    throw new InvalidRequestError('ERR_GROUPBY', 'A group-by is a list of field names.', {
      wireName: 'builtins.TypeError',
    })
  const [path = '', granularity] = spec.split(':')
  const name = path.split('.')[0] ?? ''
  const field = scope.field(model, name, `Invalid field '${name.slice(0, 80)}' on model '${model.name}'`)
  const dated = field.kind === 'date' || field.kind === 'datetime'
  if (granularity !== undefined && !dated)
    throw new InvalidRequestError('ERR_GROUPBY', `Granularity set on a no-datetime field: '${spec}'`)
  if (path.includes('.'))
    throw new InvalidRequestError(
      'ERR_GROUPBY',
      `'${spec}' cannot be grouped by; group by a field of ${model.name} itself.`,
    )
  if (
    granularity !== undefined &&
    !Object.hasOwn(granularities, granularity) &&
    !Object.hasOwn(numberParts, granularity)
  ) {
    throw new InvalidRequestError(
      'ERR_GROUPBY',
      `'${granularity}' is no granularity; use one of ${[...Object.keys(granularities), ...Object.keys(numberParts)].join(', ')}.`,
    )
  }
  return { spec, field, granularity: dated ? ((granularity ?? 'month') as Granularity) : undefined }
}

function legacyAggregates(
  scope: Scope,
  model: ModelInfo,
  fields: readonly string[],
  terms: readonly GroupTerm[],
): { name: string; aggregate: Aggregate }[] {
  const result: { name: string; aggregate: Aggregate }[] = []
  const grouped = new Set(terms.map((term) => term.field.name))
  const add = (name: string, spec: string) => result.push({ name, aggregate: parseAggregate(scope, model, spec) })
  for (const spec of fields) {
    if (spec === '__count') continue
    const match = /^(\w+)(?::(\w+)(?:\((\w+)\))?)?$/.exec(spec)
    if (!match?.[1])
      throw new InvalidRequestError(
        'ERR_AGGREGATE',
        `Invalid field specification '${spec.slice(0, 80)}'; write field, field:function or name:function(field).`,
        { wireName: 'odoo.exceptions.UserError' },
      )
    const [, name, fn, inner] = match
    if (fn) add(name, `${inner ?? name}:${fn}`)
    else if (!grouped.has(name)) {
      const field = scope.field(model, name)
      const standard = aggregator(field)
      if (standard) add(name, `${name}:${standard}`)
    }
  }
  return result
}

async function run(
  records: RecordSet,
  scope: Scope,
  domain: Domain,
  terms: readonly GroupTerm[],
  aggregates: readonly Aggregate[],
  window: Window,
  having: Domain,
): Promise<GroupRow[]> {
  const { env, info } = records
  requireModel(env, info, 'read')
  if ((window.limit ?? 0) < 0 || window.offset < 0)
    throw new InvalidRequestError('ERR_LIMIT', 'limit and offset must not be negative.')
  const alias = scope.alias()
  const condition = parseDomain(domain)
  const rule = scope.condition(info, alias)
  const active =
    scope.activeTest && info.fields.get('active')?.column && !mentions(condition, 'active')
      ? sql`${id(alias)}.active AND `
      : empty
  const joins: Sql[] = []
  const keys = terms.map((term) => compileKey(scope, info, alias, term, joins))
  const values = aggregates.map((aggregate) => compileAggregate(scope, info, alias, aggregate))
  const where = sql`${active}${rule === null ? empty : sql`${rule} AND `}${compileCondition(scope, info, alias, condition, false)}`
  const groups = keys.length > 0 ? sql` GROUP BY ${join(keys.flatMap((k) => k.group))}` : empty
  const havingSql = having.length > 0 ? sql` HAVING ${compileHaving(scope, info, alias, having)}` : empty
  const order = compileGroupOrder(window.order, terms, keys, aggregates, values)
  const limit = window.limit ? sql` LIMIT ${window.limit}::int8` : empty
  const offset = window.offset ? sql` OFFSET ${window.offset}::int8` : empty
  const columns = [
    ...keys.map((k, i) => sql`${k.key} AS ${id(`k${i}`)}`),
    ...values.map((v, i) => sql`${v} AS ${id(`v${i}`)}`),
    sql`count(*)::int4 AS n`,
    sql`(SELECT n FROM hf_epoch) AS epoch`,
  ]
  const rows = await runRows<Record<string, unknown>>(
    env,
    sql`SELECT ${join(columns)} FROM ${id(info.table)} ${id(alias)}${join(joins, ' ')} WHERE ${where}${groups}${havingSql}${order}${limit}${offset}`,
  )
  return rows.map((row) => ({
    keys: terms.map((_, i) => row[`k${i}`]),
    values: aggregates.map((aggregate, i) => aggregate.empty(row[`v${i}`])),
    count: row.n as number,
  }))
}

interface Key {
  /** What the row shows: an id with name, a bucket's start, a plain value. */
  readonly key: Sql
  readonly group: readonly Sql[]
  readonly order: Sql
}

function compileKey(scope: Scope, model: ModelInfo, alias: string, term: GroupTerm, joins: Sql[]): Key {
  const { field } = term
  if (field.kind === 'many2many' && field.link) {
    const comodel = scope.model(field.comodel ?? '')
    const [link, other] = [scope.alias(), scope.alias()]
    // Links to records that the caller may not read count as none.
    joins.push(
      sql` LEFT JOIN (${id(field.link.table)} ${id(link)} JOIN ${id(comodel.table)} ${id(other)} ON ${id(other)}.id = ${id(link, field.link.other)}${scope.andCondition(comodel, other)}) ON ${id(link, field.link.own)} = ${id(alias)}.id`,
    )
    // Groups of links come in the order of their ids, as clients of Odoo expect them.
    return { ...relationKey(scope, comodel, sql`${id(other)}.id`), order: sql`${id(other)}.id` }
  }
  const value = scope.value(model, alias, field)
  if (field.kind === 'many2one') {
    // A rule of the other model makes the value a sub-query; named once, it can be grouped by and looked up again.
    const once = scope.alias()
    joins.push(sql` CROSS JOIN LATERAL (SELECT ${value} AS v) ${id(once)}`)
    return relationKey(scope, scope.model(field.comodel ?? ''), id(once, 'v'))
  }
  if (term.granularity) {
    const made = bucket(term.granularity, field, value, scope.env)
    return { key: made, group: [made], order: made }
  }
  if (['binary', 'json', 'one2many'].includes(field.kind))
    throw new InvalidRequestError('ERR_GROUPBY', `${model.name}.${field.name} cannot be grouped by.`)
  const plain =
    field.kind === 'boolean'
      ? sql`COALESCE(${value}, FALSE)`
      : ['char', 'text', 'selection'].includes(field.kind)
        ? sql`NULLIF(${value}, '')`
        : value
  return { key: plain, group: [plain], order: plain }
}

// Relations appear as [id, name] and sort as their records do.
function relationKey(scope: Scope, comodel: ModelInfo, value: Sql): Key {
  const inner = scope.alias()
  const name = sql`(SELECT json_build_array(${id(inner)}.id, ${displayName(scope, comodel, inner)})::text FROM ${id(comodel.table)} ${id(inner)} WHERE ${id(inner)}.id = ${value})`
  const sorted = scope.alias()
  const terms = (comodel.options.order ?? 'id').split(',')[0]?.trim().split(/\s+/) ?? ['id']
  const first = comodel.fields.get(terms[0] ?? 'id')
  const isUsable = first?.column && first.kind !== 'many2one' && scope.mayUse(comodel, [first.name])
  const orderValue = isUsable ? scope.value(comodel, sorted, first) : id(sorted, 'id')
  const order = sql`(SELECT ${orderValue} FROM ${id(comodel.table)} ${id(sorted)} WHERE ${id(sorted)}.id = ${value})${terms[1]?.toLowerCase() === 'desc' ? sql` DESC` : empty}`
  return { key: name, group: [value], order }
}

function compileGroupOrder(
  order: string | null,
  terms: readonly GroupTerm[],
  keys: readonly Key[],
  aggregates: readonly Aggregate[],
  values: readonly Sql[],
): Sql {
  if (!order) return keys.length > 0 ? sql` ORDER BY ${join(keys.map((k) => k.order))}` : empty
  const parts = order.split(',').map((part) => {
    const match = /^\s*([\w:.]+)(?:\s+(asc|desc))?(?:\s+nulls\s+(first|last))?\s*$/i.exec(part)
    const name = match?.[1] ?? ''
    const at = terms.findIndex((term) => term.spec === name || term.field.name === name)
    const agg = aggregates.findIndex((aggregate) => aggregate.spec === name || aggregate.field?.name === name)
    const target = at >= 0 ? keys[at]?.order : agg >= 0 ? values[agg] : name === '__count' ? sql`count(*)` : undefined
    if (!match || !target)
      throw new InvalidRequestError(
        'ERR_ORDER',
        `Order term '${part.trim().slice(0, 80)}' is neither grouped by nor aggregated.`,
      )
    return sql`${target}${match[2]?.toLowerCase() === 'desc' ? sql` DESC` : empty}${match[3] ? (match[3].toLowerCase() === 'first' ? sql` NULLS FIRST` : sql` NULLS LAST`) : empty}`
  })
  return sql` ORDER BY ${join(parts)}`
}

interface Presented {
  readonly label: unknown
  readonly formatted: unknown
  readonly domain: Domain
  readonly range?: unknown
}

function present(records: RecordSet, term: GroupTerm, raw: unknown): Presented {
  const { field } = term
  const equal = (value: unknown): Domain => [[field.name, '=', value]]
  if (field.kind === 'many2one' || field.kind === 'many2many') {
    if (raw === null || raw === undefined) {
      return {
        label: false,
        formatted: false,
        domain: field.kind === 'many2many' ? [[field.name, 'not any', []]] : equal(false),
      }
    }
    const pair = JSON.parse(String(raw)) as [number, string]
    return { label: pair, formatted: pair, domain: equal(pair[0]) }
  }
  if (term.granularity) {
    if (raw === null || raw === undefined)
      return {
        label: false,
        formatted: false,
        domain: equal(false),
        ...(term.granularity in numberParts ? {} : { range: false }),
      }
    if (term.granularity in numberParts)
      return {
        label: Number(raw),
        formatted: Number(raw),
        domain: [[`${field.name}.${term.granularity}`, '=', Number(raw)]],
      }
    const { from, to, label } = granularities[term.granularity as keyof typeof granularities].describe(
      String(raw),
      field,
      records.env,
    )
    const domain: Domain = ['&', [field.name, '>=', from], [field.name, '<', to]]
    return { label, formatted: [from, label], domain, range: { from, to } }
  }
  const value =
    raw === null || raw === undefined
      ? field.kind === 'integer' || field.kind === 'float' || field.kind === 'monetary'
        ? 0
        : false
      : raw
  return { label: value, formatted: value, domain: equal(value) }
}
