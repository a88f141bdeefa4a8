/** Random looks at the maze: as the kernel answers them, and as the policy says. */

import type { Json, Maker } from './call.ts'
import { type Dice, type Model, relations, type Row, shapes, type Value } from './data.ts'
import { domain } from './dice-rules.ts'
import { Denied, type Policy } from './policy.ts'

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

/** Ways to look at records; frequent ones stand twice. */
export const looks: readonly Maker[] = [
  search,
  search,
  count,
  searchRead,
  searchRead,
  read,
  nested,
  names,
  grouped,
  grouped,
]
