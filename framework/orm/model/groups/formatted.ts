/** Groups in the dialect of Odoo 19: `formatted_read_group`, several groupings at once, and `web_read_group`. */

import { InvalidRequestError } from '../../../errors.ts'
import type { Domain } from '../../domain/domain.ts'
import { andDomains } from '../../domain/parse.ts'
import { Scope } from '../../query/scope.ts'
import type { RecordSet } from '../record-set.ts'
import type { Records } from '../records.ts'
import { parseAggregate } from './aggregates.ts'
import { fillTemporal } from './fill-temporal.ts'
import { present } from './present.ts'
import { runGroups, type Window } from './run.ts'
import { parseTerm } from './term.ts'

type Group = Record<string, unknown>

/** One row per group; `__extra_domain` finds its records within the domain. */
export async function formattedReadGroup(
  records: Records,
  domain: Domain,
  groupby: readonly string[],
  aggregateSpecs: readonly string[],
  options: Window & { readonly having: Domain },
): Promise<Group[]> {
  const scope = new Scope(records.env)
  const terms = groupby.map((spec) => parseTerm(scope, records.info, spec))
  const aggregates = aggregateSpecs.map((spec) => parseAggregate(scope, records.info, spec))
  const rows = await runGroups(records, scope, { ...options, domain, terms, aggregates })
  return fillTemporal(records.env, terms, aggregates, rows).map((row) => {
    const result: Group = {}
    const extra: Domain[] = []
    terms.forEach((term, i) => {
      const made = present(records.env, term, row.keys[i])
      result[term.spec] = made.formatted
      extra.push(made.domain)
    })
    result.__extra_domain = extra.length === 1 ? extra[0] : andDomains(...extra)
    aggregates.forEach((aggregate, i) => {
      result[aggregate.spec] = row.values[i]
    })
    return result
  })
}

/** `formatted_read_grouping_sets`: the groups of each list of terms, in the order of the lists. */
export async function groupingSets(
  records: Records,
  domain: Domain,
  sets: unknown,
  aggregates: readonly string[],
  order: string | null,
): Promise<Group[][]> {
  if (!Array.isArray(sets) || sets.length > 50 || !sets.every((set) => Array.isArray(set)))
    throw new InvalidRequestError('ERR_GROUPBY', 'Grouping sets are a list of up to 50 lists of field names.', {
      wireName: 'builtins.TypeError',
    })
  const wanted = (order ?? '').split(',').filter((part) => part.trim() !== '')
  const found: Group[][] = []
  for (const groupby of sets as string[][]) {
    // Each set sorts by those terms of the order that it knows.
    const own = wanted.filter((part) => {
      const name = part.trim().split(/\s+/)[0] ?? ''
      return name === '__count' || aggregates.includes(name) || groupby.includes(name)
    })
    const window = { offset: 0, limit: null, order: own.join(',') || null, having: [] }
    found.push(await formattedReadGroup(records, domain, groupby, aggregates, window))
  }
  return found
}

/** What `web_read_group` takes beyond the groups themselves. */
export interface WebGrouping extends Window {
  /** Opens groups that the caller has not closed. */
  readonly autoUnfold: boolean
  /** `[{ value, folded, offset, limit, groups }]`: what the caller sees now. */
  readonly openingInfo: unknown
  /** Reads the records of open groups of the last level. */
  readonly recordSpec: Readonly<Record<string, unknown>> | null
  readonly recordLimit: number | null
  /** By group-by: what to read of the record that a group stands for. */
  readonly keySpecs: Readonly<Record<string, unknown>> | null
}

interface OpenGroup {
  readonly value?: unknown
  readonly folded?: unknown
  readonly offset?: unknown
  readonly limit?: unknown
  readonly groups?: unknown
}

/** At most so many groups of one level are opened of themselves. */
const mostOpened = 10

/** Groups by the first term, and how many there are in all; open groups hold their groups or records. */
export async function webReadGroup(
  records: RecordSet,
  domain: Domain,
  groupby: readonly string[],
  aggregates: readonly string[],
  options: WebGrouping,
): Promise<{ groups: Group[]; length: number }> {
  const first = groupby.slice(0, 1)
  const wanted = [...aggregates.filter((a) => a !== '__count'), '__count']
  const order = orderOf(options.order, first, wanted)
  const window = { offset: options.offset, limit: options.limit, order, having: [] }
  const groups = await formattedReadGroup(records, domain, first, wanted, window)
  const isWhole = (!options.limit || groups.length < options.limit) && (groups.length > 0 || options.offset === 0)
  const length = isWhole
    ? options.offset + groups.length
    : (await formattedReadGroup(records, domain, first, [], { offset: 0, limit: null, order: null, having: [] })).length
  await readKeys(records, groupby[0] ?? '', options.keySpecs, groups)
  await openGroups(records, domain, groupby, aggregates, options, groups)
  return { groups, length }
}

// `__values`: fields of the records that the groups stand for.
async function readKeys(
  records: RecordSet,
  spec: string,
  keySpecs: Readonly<Record<string, unknown>> | null,
  groups: readonly Group[],
): Promise<void> {
  const wanted = keySpecs !== null && Object.hasOwn(keySpecs, spec) ? keySpecs[spec] : undefined
  if (!wanted || typeof wanted !== 'object') return
  const { field } = parseTerm(new Scope(records.env), records.info, spec)
  if (!field.comodel) return
  const keyed = groups.map((group) => ({
    group,
    key: Array.isArray(group[spec]) ? (group[spec] as number[])[0] : null,
  }))
  const ids = keyed.flatMap(({ key }) => (typeof key === 'number' ? [key] : []))
  const rows = await records.env.model(field.comodel, ids).web_read(wanted as Record<string, unknown>)
  const byId = new Map(rows.parse().map((row) => [row.id, row]))
  for (const { group, key } of keyed) group.__values = byId.get(key ?? 0) ?? { id: false }
}

async function openGroups(
  records: RecordSet,
  domain: Domain,
  groupby: readonly string[],
  aggregates: readonly string[],
  options: WebGrouping,
  groups: readonly Group[],
): Promise<void> {
  const known = Array.isArray(options.openingInfo) ? (options.openingInfo as readonly (OpenGroup | null)[]) : []
  let opened = 0
  for (const group of groups) {
    const value = group[groupby[0] ?? '']
    const raw = Array.isArray(value) ? value[0] : value
    const info = known.find((one) => one !== null && typeof one === 'object' && (one.value ?? false) === raw)
    if (info ? info.folded === true : !options.autoUnfold || opened >= mostOpened) continue
    opened++
    const inside = andDomains(domain, group.__extra_domain as Domain)
    const offset = typeof info?.offset === 'number' ? info.offset : 0
    const limit = typeof info?.limit === 'number' ? info.limit : null
    if (groupby.length > 1) {
      const inner = { ...options, offset, limit, openingInfo: info?.groups ?? null }
      group.__groups = await webReadGroup(records, inside, groupby.slice(1), aggregates, inner)
    } else if (options.recordSpec) {
      const rows = records.web_search_read(inside, options.recordSpec, offset, limit ?? options.recordLimit)
      group.__records = (await rows).records
    }
  }
}

// One order serves all levels: each takes what it knows of it.
function orderOf(order: string | null, groupby: readonly string[], aggregates: readonly string[]): string | null {
  const names = [...groupby, ...groupby.map((spec) => spec.split(':')[0]), ...aggregates]
  const own = (order ?? '').split(',').filter((part) => names.includes(part.trim().split(/\s+/)[0] ?? ''))
  return own.join(',') || null
}
