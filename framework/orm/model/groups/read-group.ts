/** `read_group`, the older dialect: the first term alone when lazy, labels for dates, `__domain` and `__range`. */

import { InvalidRequestError } from '../../../errors.ts'
import type { Domain } from '../../domain/domain.ts'
import { andDomains } from '../../domain/parse.ts'
import { Scope } from '../../query/scope.ts'
import type { ModelInfo } from '../../registry.ts'
import { aggregator } from '../describe.ts'
import type { Records } from '../records.ts'
import { type Aggregate, parseAggregate } from './aggregates.ts'
import { fillTemporal } from './fill-temporal.ts'
import { present } from './present.ts'
import { runGroups, type Window } from './run.ts'
import { type GroupTerm, parseTerm } from './term.ts'

/** Groups by the first term only when `lazy`, and names what is left in `__context`. */
export async function readGroup(
  records: Records,
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
  const aggregates = wanted.map((w) => w.aggregate)
  const order = named(options.order, wanted)
  const rows = await runGroups(records, scope, { ...options, order, domain, terms, aggregates, having: [] })
  return fillTemporal(records.env, terms, aggregates, rows).map((row) => {
    const result: Record<string, unknown> = {}
    const parts: Domain[] = []
    const ranges: Record<string, unknown> = {}
    terms.forEach((term, i) => {
      const made = present(records.env, term, row.keys[i])
      result[term.spec] = made.label
      parts.push(made.domain)
      if (made.range !== undefined) ranges[term.spec] = made.range
    })
    result[options.lazy && terms[0] ? `${terms[0].path}_count` : '__count'] = row.count
    wanted.forEach(({ name }, i) => {
      result[name] = row.values[i]
    })
    result.__domain = andDomains(domain, ...parts)
    if (Object.keys(ranges).length > 0) result.__range = ranges
    if (options.lazy && all.length > 1) result.__context = { group_by: all.slice(1).map((term) => term.spec) }
    return result
  })
}

interface Wanted {
  readonly name: string
  readonly aggregate: Aggregate
}

// An order may call an aggregate by the name that the caller gave it: `total desc` of `total:sum(amount)`.
function named(order: string | null, wanted: readonly Wanted[]): string | null {
  if (!order) return null
  return order
    .split(',')
    .map((part) => {
      const [name = '', ...rest] = part.trim().split(/\s+/)
      const meant = wanted.find((one) => one.name === name)?.aggregate.spec
      return meant === undefined ? part : [meant, ...rest].join(' ')
    })
    .join(',')
}

function legacyAggregates(
  scope: Scope,
  model: ModelInfo,
  fields: readonly string[],
  terms: readonly GroupTerm[],
): Wanted[] {
  const result: Wanted[] = []
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
      const standard = aggregator(scope.field(model, name))
      if (standard) add(name, `${name}:${standard}`)
    }
  }
  return result
}
