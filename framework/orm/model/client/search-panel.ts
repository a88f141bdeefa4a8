/** Search panels: the values of a field that a list can be narrowed to, with how many records each has. */

import { UserError } from '../../../errors.ts'
import type { Domain } from '../../domain/domain.ts'
import { andDomains } from '../../domain/parse.ts'
import { Scope } from '../../query/scope.ts'
import type { FieldInfo } from '../../registry.ts'
import { formattedReadGroup } from '../groups/formatted.ts'
import type { RecordSet } from '../record-set.ts'
import type { RecordRow } from '../records.ts'

/** What a client says about a panel; names are those of the API. */
export interface PanelOptions {
  readonly search_domain: Domain
  readonly category_domain: Domain
  readonly filter_domain: Domain
  readonly comodel_domain: Domain
  readonly enable_counters: boolean
  /** Also values without records. */
  readonly expand: boolean
  readonly limit: number | null
  /** Of a category: as a tree, where the other model is one. */
  readonly hierarchize?: boolean
  /** Of filters: a field of the other model that groups them, and a domain per group. */
  readonly group_by?: string | null
  readonly group_domain?: unknown
}

/** The options in the order in which the API declares them, and what a method has beyond. */
export type PanelArguments = readonly [
  category_domain?: Domain,
  comodel_domain?: Domain,
  enable_counters?: boolean,
  expand?: boolean,
  filter_domain?: Domain,
  limit?: number | null,
  search_domain?: Domain,
  ...more: unknown[],
]

/** The options by name. */
export function panelOptions(given: PanelArguments): PanelOptions {
  const [category, comodel, counted, expand, filter, limit, search] = given
  return {
    category_domain: category ?? [],
    comodel_domain: comodel ?? [],
    enable_counters: counted ?? false,
    expand: expand ?? false,
    filter_domain: filter ?? [],
    limit: limit || null,
    search_domain: search ?? [],
  }
}

interface PanelValue {
  readonly id: number | string | boolean
  readonly display_name: unknown
  __count?: number
  [more: string]: unknown
}
type Panel = { readonly values: readonly PanelValue[]; parent_field?: string | false } | { readonly error_msg: string }

const tooMany = { error_msg: 'Too many items to display.' } as const

/** `search_panel_select_range`: one value may be chosen. @throws UserError for fields that are neither many2one nor selection */
export async function categoryRange(records: RecordSet, name: string, options: PanelOptions): Promise<Panel> {
  const field = panelField(records, name, ['many2one', 'selection'])
  const extra = andDomains(options.category_domain, options.filter_domain)
  if (field.kind === 'selection') return { parent_field: false, values: await choices(records, field, options, extra) }
  const comodel = records.env.model(field.comodel ?? '')
  const parent = options.hierarchize !== false && isTree(comodel) ? 'parent_id' : false
  const { enable_counters: counted, expand, limit } = options
  const isPlain = !expand && !parent && options.comodel_domain.length === 0
  const found = await image(records, field, options, extra, isPlain ? limit : null)
  if (isPlain) return limit && found.size === limit ? tooMany : { parent_field: false, values: [...found.values()] }
  const known = [...found.keys()] as number[]
  const mine: Domain = expand ? [] : [['id', parent ? 'parent_of' : 'in', known]]
  const rows = await namesOf(comodel, andDomains(options.comodel_domain, mine), parent ? [parent] : [], limit)
  if (limit && rows.length === limit) return tooMany
  const wanted = new Set(expand ? rows.map((row) => row.id) : known)
  const shown = parent ? rooted(rows, parent, wanted) : rows
  const values = shown.map(
    (row): PanelValue => ({
      id: row.id,
      display_name: row.display_name,
      ...(parent ? { [parent]: Array.isArray(row[parent]) ? row[parent][0] : false } : {}),
      ...(counted ? { __count: found.get(row.id)?.__count ?? 0 } : {}),
    }),
  )
  if (parent && counted) addUp(values, parent)
  return { parent_field: parent, values }
}

/** `search_panel_select_multi_range`: several values may be chosen. @throws UserError for fields of other kinds */
export async function filterRange(records: RecordSet, name: string, options: PanelOptions): Promise<Panel> {
  const field = panelField(records, name, ['many2one', 'many2many', 'selection'])
  const extra = andDomains(options.category_domain, options.filter_domain)
  const groupDomain = Array.isArray(options.group_domain) ? (options.group_domain as Domain) : []
  if (field.kind === 'selection')
    return { values: await choices(records, field, options, andDomains(extra, groupDomain)) }
  const { enable_counters: counted, expand, limit, group_by: groupBy } = options
  const comodel = records.env.model(field.comodel ?? '')
  const isPlain = !expand && !groupBy && options.comodel_domain.length === 0 && field.kind === 'many2one'
  const found = await image(records, field, options, andDomains(extra, groupDomain), isPlain ? limit : null)
  if (isPlain) return limit && found.size === limit ? tooMany : { values: [...found.values()] }
  const mine: Domain = expand ? [] : [['id', 'in', [...found.keys()] as number[]]]
  const rows = await namesOf(comodel, andDomains(options.comodel_domain, mine), groupBy ? [groupBy] : [], limit)
  if (expand && limit && rows.length === limit) return tooMany
  const values: PanelValue[] = []
  for (const row of rows) {
    const value: PanelValue = { id: row.id, display_name: row.display_name }
    if (groupBy) [value.group_id, value.group_name] = groupOf(comodel, groupBy, row[groupBy])
    if (counted) value.__count = found.get(row.id)?.__count ?? 0
    values.push(value)
  }
  return { values }
}

function panelField(records: RecordSet, name: string, kinds: readonly string[]): FieldInfo {
  const field = new Scope(records.env).field(records.info, name)
  if (!kinds.includes(field.kind))
    throw new UserError('ERR_SEARCH_PANEL', `A search panel shows fields of the kinds ${kinds.join(', ')} only.`)
  return field
}

// The values that records have. Counts are of the records that all chosen filters leave.
async function image(
  records: RecordSet,
  field: FieldInfo,
  options: PanelOptions,
  extra: Domain,
  limit: number | null,
): Promise<Map<unknown, PanelValue>> {
  const groups = (domain: Domain, most: number | null) =>
    formattedReadGroup(records, andDomains(domain, [[field.name, '!=', false]]), [field.name], ['__count'], {
      offset: 0,
      limit: most,
      order: null,
      having: [],
    })
  const counts = new Map<unknown, number>()
  if (options.enable_counters)
    for (const group of await groups(andDomains(options.search_domain, extra), null))
      counts.set(keyOf(group[field.name]), Number(group.__count))
  const found = new Map<unknown, PanelValue>()
  for (const group of await groups(options.search_domain, limit)) {
    const value = group[field.name]
    const id = keyOf(value)
    if (id === false) continue
    const name = Array.isArray(value) ? value[1] : field.selection?.find(([key]) => key === value)?.[1]
    const counted = options.enable_counters ? { __count: counts.get(id) ?? 0 } : {}
    found.set(id, { id: id as number, display_name: name ?? String(id), ...counted })
  }
  return found
}

function keyOf(value: unknown): unknown {
  return Array.isArray(value) ? (value as unknown[])[0] : value
}

async function choices(
  records: RecordSet,
  field: FieldInfo,
  options: PanelOptions,
  extra: Domain,
): Promise<PanelValue[]> {
  const found = await image(records, field, options, extra, null)
  return (field.selection ?? []).flatMap(([id, display_name]): PanelValue[] => {
    if (!options.expand && !found.has(id)) return []
    return [{ id, display_name, ...(options.enable_counters ? { __count: found.get(id)?.__count ?? 0 } : {}) }]
  })
}

function isTree({ info }: RecordSet): boolean {
  const parent = info.fields.get('parent_id')
  return parent?.kind === 'many2one' && parent.comodel === info.name
}

async function namesOf(
  comodel: RecordSet,
  domain: Domain,
  more: readonly string[],
  limit: number | null,
): Promise<RecordRow[]> {
  return (await comodel.search_read(domain, ['display_name', ...more], 0, limit)).parse()
}

// Those whose way up to the root is known, and only where it leads to a wanted value.
function rooted(rows: readonly RecordRow[], parent: string, wanted: ReadonlySet<number>): RecordRow[] {
  const parents = new Map(rows.map((row) => [row.id, Array.isArray(row[parent]) ? Number(row[parent][0]) : null]))
  const kept = new Set<number>()
  for (const id of wanted) {
    const way: number[] = []
    let at: number | null | undefined = id
    while (typeof at === 'number' && parents.has(at) && !way.includes(at)) {
      way.push(at)
      at = parents.get(at)
    }
    if (at === null) for (const one of way) kept.add(one)
  }
  return rows.filter((row) => kept.has(row.id))
}

// What is counted below counts above, too.
function addUp(values: readonly PanelValue[], parent: string): void {
  const byId = new Map(values.map((value) => [value.id, value]))
  const own = values.map((value) => value.__count ?? 0)
  values.forEach((value, i) => {
    const passed = new Set([value.id])
    let above = byId.get(value[parent] as number)
    while (above && !passed.has(above.id)) {
      above.__count = (above.__count ?? 0) + (own[i] ?? 0)
      passed.add(above.id)
      above = byId.get(above[parent] as number)
    }
  })
}

function groupOf({ info }: RecordSet, name: string, value: unknown): [id: unknown, name: unknown] {
  const field = info.fields.get(name)
  if (!field) throw new UserError('ERR_SEARCH_PANEL', `${info.name} has no field to group filters by.`)
  if (value === false || value === null || value === undefined) return [false, 'Not Set']
  if (Array.isArray(value)) return field.kind === 'many2one' ? [value[0], value[1]] : [false, 'Not Set']
  return [value, field.selection?.find(([key]) => key === value)?.[1] ?? value]
}
