/** Random calls on the maze: as the kernel answers them, and as the policy says. */

import type { Env } from '../../orm/index.ts'
import { type Dice, type Model, models, relations, type Row, shapes, type Value } from './data.ts'
import { domain } from './dice-rules.ts'
import { Denied, type Policy } from './policy.ts'

type Json = unknown

export interface Call {
  readonly title: string
  readonly mode: 'read' | 'write'
  /** The answer in a form that does not depend on what the API leaves open. */
  actual(env: Env): Promise<Json>
  /** @throws Denied where the caller lacks a right */
  expected(policy: Policy): Json
}

type Maker = (dice: Dice, model: Model, ids: (model: Model) => readonly number[]) => Call

/** One of the ways to look at records or to change them. */
export function randomCall(dice: Dice, ids: (model: Model) => readonly number[]): Call {
  return dice.pick(makers)(dice, dice.pick(models), ids)
}

const plainOf = (model: Model) => [...shapes[model].plain, ...(model === 'maze.room' ? ['owner_age'] : [])]
const fieldsOf = (model: Model) => [...plainOf(model), ...Object.keys(relations[model]), 'display_name']

function requireModel(policy: Policy, model: Model): void {
  if (!policy.mayModel(model, 'read')) throw new Denied(model)
}

function found(policy: Policy, model: Model, filter: readonly unknown[]): Row[] {
  requireModel(policy, model)
  policy.requireDomain(model, filter)
  return policy.visible(model).filter((row) => policy.holds(model, row, filter, true))
}

const wire = (value: Value, field: string): Json =>
  value ?? (['age', 'level', 'floor', 'price', 'owner_age'].includes(field) ? 0 : false)

function shown(policy: Policy, model: Model, row: Row, fields: readonly string[], pairs: boolean): Json {
  const result: Record<string, Json> = { id: row.id }
  for (const field of fields) {
    const relation = relations[model][field]
    if (!relation) result[field] = wire(policy.value(model, row, field), field)
    else if (relation.kind === 'many2one') {
      const target = policy.target(model, row, field)
      result[field] = !target ? false : pairs ? [target.id, policy.name(relation.model, target)] : target.id
    } else result[field] = policy.targets(model, row, field).map(({ id }) => id)
  }
  return result
}

const sorted = (rows: readonly Json[]): Json =>
  rows
    .map((row) => {
      const lists = Object.entries(row as Record<string, Json>).map(([name, value]) => {
        const isIds = Array.isArray(value) && value.every((one) => typeof one === 'number')
        return [name, isIds ? value.toSorted((a, b) => a - b) : value]
      })
      return Object.fromEntries(lists) as { id: number }
    })
    .toSorted((a, b) => a.id - b.id)

/** Values by which PostgreSQL would sort: unset ones last in ascending order, first in descending. */
function byOrder(policy: Policy, model: Model, order: string): (a: Row, b: Row) => number {
  const terms = order.split(',').map((term) => term.trim().split(' '))
  return (a, b) => {
    for (const [path = '', direction] of terms) {
      const result = compareBy(policy, model, path.split('.'), a, b)
      if (result !== 0) return direction === 'desc' ? -result : result
    }
    return 0
  }
}

function compareBy(policy: Policy, model: Model, path: readonly string[], a: Row, b: Row): number {
  const [head = '', ...rest] = path
  const relation = relations[model][head]
  if (!relation) return compareValues(policy.value(model, a, head), policy.value(model, b, head))
  const [x, y] = [policy.target(model, a, head), policy.target(model, b, head)]
  const nested = rest.length > 0 ? rest.join('.') : shapes[relation.model].order
  const terms = nested.split(',').map((term) => term.trim().split(' '))
  for (const [name = '', direction] of terms) {
    // What the caller may not use of the other model's own order is left out of it.
    if (rest.length === 0 && !policy.mayField(relation.model, name)) continue
    const value = (row: Row | null) => (row === null ? null : policy.value(relation.model, row, name))
    const result = compareValues(value(x), value(y))
    if (result !== 0) return direction === 'desc' ? -result : result
  }
  return 0
}

function compareValues(a: Value, b: Value): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  return a < b ? -1 : a > b ? 1 : 0
}

function randomOrder(dice: Dice, model: Model): string {
  const links = Object.keys(relations[model]).filter((name) => relations[model][name]?.kind === 'many2one')
  const terms = dice.some([...plainOf(model), ...links], 2)
  if (links.length > 0 && dice.once(3)) {
    const link = dice.pick(links)
    terms.push(`${link}.${dice.pick(shapes[(relations[model][link] as { model: Model }).model].plain)}`)
  }
  return [...terms.map((term) => `${term}${dice.once(2) ? ' desc' : ''}`), 'id'].join(', ')
}

const search: Maker = (dice, model, ids) => {
  const filter = domain(dice, model, ids)
  const order = randomOrder(dice, model)
  return {
    title: `${model}.search(${JSON.stringify(filter)}, ${order})`,
    mode: 'read',
    actual: async (env) => (await env.model(model as string).search(filter as never, 0, null, order)).ids,
    expected: (policy) => {
      const rows = found(policy, model, filter)
      for (const term of order.split(',')) policy.requirePath(model, (term.trim().split(' ')[0] as string).split('.'))
      return rows.toSorted(byOrder(policy, model, order)).map(({ id }) => id)
    },
  }
}

const count: Maker = (dice, model, ids) => {
  const filter = domain(dice, model, ids)
  return {
    title: `${model}.search_count(${JSON.stringify(filter)})`,
    mode: 'read',
    actual: (env) => env.model(model as string).search_count(filter as never),
    expected: (policy) => found(policy, model, filter).length,
  }
}

const searchRead: Maker = (dice, model, ids) => {
  const filter = domain(dice, model, ids)
  const fields = dice.some(fieldsOf(model), 5)
  const pairs = dice.once(2)
  const load = pairs ? '_classic_read' : null
  return {
    title: `${model}.search_read(${JSON.stringify(filter)}, ${fields}, load ${load})`,
    mode: 'read',
    actual: async (env) => {
      const rows = await env.model(model as string).search_read(filter as never, [...fields, 'id'], 0, null, 'id', load)
      return sorted(rows.parse())
    },
    expected: (policy) => {
      for (const field of fields) policy.requirePath(model, [field])
      return sorted(found(policy, model, filter).map((row) => shown(policy, model, row, fields, pairs)))
    },
  }
}

const read: Maker = (dice, model, ids) => {
  const wanted = [...new Set([dice.pick(ids(model)), ...dice.some(ids(model), 2)])]
  const fields = dice.some(fieldsOf(model), 4)
  return {
    title: `${model}.read(${wanted}, ${fields})`,
    mode: 'read',
    actual: async (env) => sorted((await env.model(model as string, wanted).read([...fields, 'id'])).parse()),
    expected: (policy) => {
      requireModel(policy, model)
      for (const field of fields) policy.requirePath(model, [field])
      const rows = policy.visible(model).filter(({ id }) => wanted.includes(id))
      if (rows.length < wanted.length) throw new Denied('record')
      return sorted(rows.map((row) => shown(policy, model, row, fields, true)))
    },
  }
}

const nested: Maker = (dice, model, ids) => {
  const link = dice.pick(Object.keys(relations[model]))
  const target = (relations[model][link] as { model: Model }).model
  const fields = dice.some(fieldsOf(target), 3)
  const filter = domain(dice, model, ids)
  const spec = { [link]: { fields: Object.fromEntries(fields.map((name) => [name, {}])) } }
  return {
    title: `${model}.web_search_read(${JSON.stringify(filter)}, ${JSON.stringify(spec)})`,
    mode: 'read',
    actual: async (env) => {
      const { records, length } = await env.model(model as string).web_search_read(filter as never, spec, 0, null, 'id')
      return [length, records.map((row) => ({ id: row.id, inner: sorted([row[link] || []].flat()) }))]
    },
    expected: (policy) => {
      policy.requirePath(model, [link])
      for (const field of fields) policy.requirePath(target, [field])
      const rows = found(policy, model, filter)
      const inner = (row: Row) =>
        relations[model][link]?.kind === 'many2one'
          ? [policy.target(model, row, link)].filter((one) => one !== null)
          : policy.targets(model, row, link)
      return [
        rows.length,
        rows.map((row) => ({
          id: row.id,
          inner: sorted(inner(row).map((one) => shown(policy, target, one, fields, false))),
        })),
      ]
    },
  }
}

const names: Maker = (dice, model, ids) => {
  const text = dice.pick(['', 'a', 'b1', '2'])
  const filter = domain(dice, model, ids)
  return {
    title: `${model}.name_search(${text}, ${JSON.stringify(filter)})`,
    mode: 'read',
    actual: async (env) => {
      const pairs = await env.model(model as string).name_search(text, filter as never, 'ilike', null)
      return pairs.toSorted(([a], [b]) => a - b)
    },
    expected: (policy) => {
      if (text !== '') policy.requirePath(model, ['name'])
      const rows = found(policy, model, filter).filter((row) => String(row.name).includes(text))
      return rows.map((row) => [row.id, policy.name(model, row)]).toSorted((a, b) => Number(a[0]) - Number(b[0]))
    },
  }
}

const grouped: Maker = (dice, model, ids) => {
  const groupable = [...plainOf(model), ...Object.keys(relations[model])].filter(
    (name) => relations[model][name]?.kind !== 'one2many' && name !== 'owner_age',
  )
  const field = dice.pick(groupable)
  const number = dice.pick(
    plainOf(model).filter((name) => ['age', 'level', 'floor', 'price', 'owner_age'].includes(name)),
  )
  const link = dice.pick([
    'id',
    ...Object.keys(relations[model]).filter((name) => relations[model][name]?.kind === 'many2one'),
  ])
  const aggregates = [
    '__count',
    `${number}:sum`,
    `${number}:max`,
    `${link}:count_distinct`,
    `${link}:array_agg_distinct`,
  ]
  const filter = domain(dice, model, ids)
  const having = dice.once(4) ? [[`${number}:sum`, '>', dice.roll(6)]] : []
  const keyOf = (value: Json) => JSON.stringify(value)
  const set = (value: Json) => (value as (number | null)[]).toSorted((a, b) => (a ?? 0) - (b ?? 0))
  return {
    title: `${model}.formatted_read_group(${JSON.stringify(filter)}, ${field}, ${aggregates}, ${JSON.stringify(having)})`,
    mode: 'read',
    actual: async (env) => {
      const rows = await env
        .model(model as string)
        .formatted_read_group(filter as never, [field], aggregates, having as never)
      const entries = rows.map((row) => [
        keyOf(row[field]),
        ...aggregates.map((name) => (name.endsWith('array_agg_distinct') ? set(row[name]) : row[name])),
      ])
      return entries.toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1))
    },
    expected: (policy) => {
      for (const name of [field, number, link]) policy.requirePath(model, [name])
      const groups = new Map<string, Row[]>()
      for (const row of found(policy, model, filter)) {
        for (const key of keysOf(policy, model, row, field))
          groups.set(keyOf(key), [...(groups.get(keyOf(key)) ?? []), row])
      }
      const entries = [...groups].map(([key, rows]) => {
        const values = rows.map((row) => policy.value(model, row, number)).filter((value) => value !== null) as number[]
        const links = rows.map((row) => (link === 'id' ? row.id : policy.value(model, row, link)))
        return [
          key,
          rows.length,
          values.length === 0 ? false : values.reduce((a, b) => a + b, 0),
          values.length === 0 ? false : Math.max(...values),
          new Set(links.filter((one) => one !== null)).size,
          set([...new Set(links)]),
        ] as const
      })
      const kept = having[0]
        ? entries.filter((entry) => entry[2] !== false && entry[2] > (having[0]?.[2] as number))
        : entries
      return kept.toSorted((a, b) => (a[0] < b[0] ? -1 : 1))
    },
  }
}

function keysOf(policy: Policy, model: Model, row: Row, field: string): Json[] {
  const relation = relations[model][field]
  if (!relation) {
    const value = policy.value(model, row, field)
    return [value === null || value === '' ? wire(null, field) : value]
  }
  const pair = (one: Row) => [one.id, policy.name(relation.model, one)]
  if (relation.kind === 'many2one') {
    const target = policy.target(model, row, field)
    return [target ? pair(target) : false]
  }
  const targets = policy.targets(model, row, field)
  return targets.length === 0 ? [false] : targets.map(pair)
}

const write: Maker = (dice, model, ids) => {
  const wanted = dice.some(ids(model), 2)
  const values = randomValues(dice, model, ids)
  return {
    title: `${model}.write(${wanted}, ${JSON.stringify(values)})`,
    mode: 'write',
    actual: (env) => env.model(model as string, wanted).write(values),
    expected: (policy) => {
      if (!policy.mayModel(model, 'write')) throw new Denied(model)
      requireFields(policy, model, values, 'write')
      const rows = policy.data[model].filter(({ id }) => wanted.includes(id))
      if (rows.length === 0) return true
      if (!rows.every((row) => policy.mayRecord(model, row, 'write'))) throw new Denied('before')
      requireTargets(policy, model, values)
      const after = rows.map((row) => ({ ...row, ...stored(values) }))
      requireAfter(policy, model, rows, after, 'write')
      return true
    },
  }
}

const create: Maker = (dice, model, ids) => {
  const values = {
    name: 'new',
    ...Object.fromEntries(
      shapes[model].plain
        .filter((f) => f !== 'name' && f !== 'note')
        .map((f) => [f, f === 'lit' ? dice.once(2) : dice.roll(5)]),
    ),
    ...randomValues(dice, model, ids),
  }
  return {
    title: `${model}.create(${JSON.stringify(values)})`,
    mode: 'write',
    actual: async (env) => (await env.model(model as string).create(values)).length,
    expected: (policy) => {
      if (!policy.mayModel(model, 'create')) throw new Denied(model)
      requireFields(policy, model, values, 'create')
      requireTargets(policy, model, values)
      const empty = Object.fromEntries([...shapes[model].plain, ...Object.keys(relations[model])].map((f) => [f, null]))
      const lists = model === 'maze.room' ? { tag_ids: [] as number[] } : {}
      const {
        child_ids: _a,
        item_ids: _b,
        room_ids: _c,
        ...columns
      } = { ...empty, ...lists, ...stored(values) } as Record<string, never>
      requireAfter(policy, model, [], [{ user_id: null, ...columns, id: 1_999_999_999 } as Row], 'create')
      return 1
    },
  }
}

const unlink: Maker = (dice, model, ids) => {
  const wanted = dice.some(ids(model), 2)
  return {
    title: `${model}.unlink(${wanted})`,
    mode: 'write',
    actual: (env) => env.model(model as string, wanted).unlink(),
    expected: (policy) => {
      if (!policy.mayModel(model, 'unlink')) throw new Denied(model)
      const rows = policy.data[model].filter(({ id }) => wanted.includes(id))
      if (!rows.every((row) => policy.mayRecord(model, row, 'unlink'))) throw new Denied('record')
      return true
    },
  }
}

function randomValues(dice: Dice, model: Model, ids: (model: Model) => readonly number[]): Record<string, Json> {
  const writable = [...shapes[model].plain, ...Object.keys(relations[model])].filter(
    (name) =>
      !(relations[model][name]?.kind === 'one2many') &&
      !(model === 'maze.tag' && name === 'room_ids') &&
      name !== 'name',
  )
  const values: Record<string, Json> = {}
  for (const name of dice.some(writable, 2)) {
    const relation = relations[model][name]
    if (relation?.kind === 'many2one') values[name] = dice.once(4) ? false : dice.pick(ids(relation.model))
    else if (relation) values[name] = dice.some(ids(relation.model), 2).map((id) => [4, id])
    else values[name] = name === 'lit' ? dice.once(2) : name === 'note' ? dice.pick(['x', 'y']) : dice.roll(5)
  }
  if (dice.once(2)) values['name'] = dice.pick(['na', 'nb'])
  return values
}

function requireFields(
  policy: Policy,
  model: Model,
  values: Record<string, Json>,
  operation: 'write' | 'create',
): void {
  for (const name of Object.keys(values)) if (!policy.mayField(model, name, operation)) throw new Denied(name)
}

// What a record is pointed at shows in it: only what the writer may read.
function requireTargets(policy: Policy, model: Model, values: Record<string, Json>): void {
  for (const [name, value] of Object.entries(values)) {
    const relation = relations[model][name]
    if (!relation || value === false) continue
    const wanted = relation.kind === 'many2one' ? [value] : (value as number[][]).map(([, id]) => id)
    const seen = new Set(policy.visible(relation.model).map(({ id }) => id))
    if (wanted.some((id) => !seen.has(id as number))) throw new Denied(name)
  }
}

function stored(values: Record<string, Json>): Record<string, never> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value === false && name !== 'lit' ? null : value]),
  ) as Record<string, never>
}

function requireAfter(
  policy: Policy,
  model: Model,
  before: readonly Row[],
  after: readonly Row[],
  operation: 'write' | 'create',
): void {
  const linked = after.map((row) => {
    const old = before.find(({ id }) => id === row.id)
    if (model !== 'maze.room') return row
    const commands = (row.tag_ids ?? []) as unknown as (number | number[])[]
    const added = commands.map((one) => (Array.isArray(one) ? (one[1] as number) : one))
    return { ...row, tag_ids: [...new Set([...((old?.tag_ids ?? []) as number[]), ...added])] } as Row
  })
  const kept = policy.data[model].filter(({ id }) => !linked.some((row) => row.id === id))
  const changed = policy.on({ ...policy.data, [model]: [...kept, ...linked] })
  if (!linked.every((row) => changed.mayRecord(model, row, operation))) throw new Denied('after')
}

const looks: readonly Maker[] = [search, search, count, searchRead, searchRead, read, nested, names, grouped, grouped]
const makers: readonly Maker[] = [...looks, write, write, write, create, create, unlink]
