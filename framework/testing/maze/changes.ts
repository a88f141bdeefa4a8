/** Random changes of the maze: whether the kernel accepts them, and whether the policy does. */

import type { Json, Maker } from './call.ts'
import { type Dice, type Model, relations, type Row, shapes } from './data.ts'
import { Denied, type Policy } from './policy.ts'

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

/** Ways to change records; frequent ones stand more than once. */
export const changes: readonly Maker[] = [write, write, write, create, create, unlink]
