/** Random access rules, domains and orders over the maze. */

import { type Dice, type Model, models, relations, shapes } from './data.ts'
import type { AccessRow, Operation } from './policy.ts'

type Leaf = readonly [string, string, unknown]

const numbers = ['age', 'level', 'floor', 'price', 'owner_age']
const texts = ['name', 'note']

/** A condition on one of the model's fields or on a path through its relations. */
function leaf(dice: Dice, model: Model, ids: (model: Model) => readonly number[], depth: number, raw: boolean): Leaf {
  const links = Object.keys(relations[model])
  const plain = [...shapes[model].plain, ...(model === 'maze.room' ? ['owner_age'] : [])]
  if (raw && model === 'maze.person' && dice.once(2)) return ['user_id', '=', { user: 'id' }]
  if (depth < 3 && dice.roll(5) < 2) {
    const link = dice.pick(links)
    const target = relations[model][link]?.model as Model
    if (dice.once(3)) {
      const inner = domain(dice, target, ids, depth + 1, raw)
      return [link, dice.pick(['any', 'any', 'not any']), inner]
    }
    const [path, operator, value] = leaf(dice, target, ids, depth + 1, raw)
    return [`${link}.${path}`, operator, value]
  }
  if (dice.once(3)) {
    const link = dice.pick(links)
    const relation = relations[model][link] as { readonly kind: string; readonly model: Model }
    const some = dice.some(ids(relation.model), 3)
    if (dice.once(5) && shapes[relation.model].parent) return [link, dice.pick(['child_of', 'parent_of']), some]
    if (dice.once(4)) return [link, dice.pick(['ilike', 'not ilike']), dice.pick(['a', 'b', 'ab', '1'])]
    if (dice.once(3)) return [link, dice.pick(['=', '!=']), false]
    return dice.once(2)
      ? [link, dice.pick(['=', '!=']), dice.pick(ids(relation.model))]
      : [link, dice.pick(['in', 'not in']), dice.once(4) ? [...some, false] : some]
  }
  const field = dice.pick(plain)
  if (field === 'lit') return [field, dice.pick(['=', '!=']), dice.once(2)]
  if (numbers.includes(field)) {
    if (dice.once(3)) return [field, dice.pick(['in', 'not in']), [dice.roll(5), dice.roll(5)]]
    return [field, dice.pick(['=', '!=', '<', '>', '<=', '>=']), dice.roll(6)]
  }
  if (texts.includes(field) && dice.once(2))
    return [field, dice.pick(['ilike', 'not ilike']), dice.pick(['a', 'x', '1'])]
  return [field, dice.pick(['=', '!=']), dice.pick(['x', 'y', false])]
}

/** A domain in prefix notation of one to three conditions. */
export function domain(
  dice: Dice,
  model: Model,
  ids: (model: Model) => readonly number[],
  depth = 0,
  raw = false,
): readonly unknown[] {
  const one = () => {
    const made = leaf(dice, model, ids, depth, raw)
    return dice.once(5) ? ['!', made] : [made]
  }
  if (depth === 0 && dice.once(6)) return []
  const joined = dice.roll(4)
  if (joined === 0) return [dice.pick(['&', '|']), ...one(), ...one()]
  if (joined === 1) return ['!', dice.pick(['&', '|']), ...one(), ...one()]
  if (joined === 2 && depth === 0) return [...one(), ...one()]
  return one()
}

/** Permissions, group rules and restrictions for all four models; mostly enough rights that something is left to see. */
export function accessRows(
  dice: Dice,
  groups: readonly number[],
  ids: (model: Model) => readonly number[],
): AccessRow[] {
  const rows: AccessRow[] = []
  const operations: readonly Operation[] = ['read', 'write', 'create', 'unlink']
  const ops = (least: Operation) => [...new Set([least, ...dice.some(operations, 3)])]
  for (const model of models) {
    const add = (row: Omit<AccessRow, 'model'>) => rows.push({ ...row, model })
    for (const group of groups)
      if (!dice.once(8))
        add({ kind: 'permission', ops: ops('read'), group, domain: null, fields: fieldsOf(dice, model) })
    if (dice.once(3))
      add({
        kind: 'permission',
        ops: ops('write'),
        group: dice.pick(groups),
        domain: null,
        fields: fieldsOf(dice, model),
      })
    for (const group of dice.some(groups, 3))
      add({ kind: 'group-rule', ops: ops('read'), group, domain: domain(dice, model, ids, 0, true), fields: null })
    if (dice.once(2))
      add({
        kind: 'global-rule',
        ops: ops('read'),
        group: null,
        domain: domain(dice, model, ids, 0, true),
        fields: null,
      })
  }
  return rows
}

function fieldsOf(dice: Dice, model: Model): readonly string[] | null {
  if (!dice.once(3)) return null
  const all = [
    ...shapes[model].plain,
    ...Object.keys(relations[model]),
    ...(model === 'maze.room' ? ['owner_age'] : []),
  ]
  return all.filter((name) => !dice.once(name === 'name' ? 8 : 4))
}
