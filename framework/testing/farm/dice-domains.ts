/** Random domains over the farm: every kind of field with every operator that applies to it. */

import type { Dice, Model } from './data.ts'

export type Ids = (model: Model) => readonly number[]
type Leaf = readonly [string, string, unknown]

const equalities = ['=', '!=', 'in', 'not in'] as const
const inequalities = ['<', '<=', '>', '>='] as const
const likes = ['like', 'ilike', 'not like', 'not ilike', '=like', '=ilike', 'not =like', 'not =ilike'] as const
const words = ['Ann', 'ann', 'b', 'B_b', '%n%', '100%', 'é', 'ab', 'z 1', 'bo', '\\_', 'x\\\\y'] as const

const texts: Readonly<Record<Model, readonly string[]>> = {
  'farm.keeper': ['name', 'city', 'display_name'],
  'farm.tag': ['name', 'display_name'],
  'farm.animal': ['name', 'code', 'note', 'story', 'title', 'alias', 'owner_city', 'display_name'],
  'farm.toy': ['name'],
}
const numbers: Readonly<Record<Model, readonly string[]>> = {
  'farm.keeper': ['rank'],
  'farm.tag': [],
  'farm.animal': ['age', 'weight', 'price', 'worth', 'rate', 'owner_rank'],
  'farm.toy': ['cost'],
}
const booleans: Readonly<Record<Model, readonly string[]>> = {
  'farm.keeper': ['active'],
  'farm.tag': ['active'],
  'farm.animal': ['active', 'tame', 'owner_active'],
  'farm.toy': ['active'],
}
const links: Readonly<Record<Model, Readonly<Record<string, Model>>>> = {
  'farm.keeper': { boss_id: 'farm.keeper', animal_ids: 'farm.animal' },
  'farm.tag': { parent_id: 'farm.tag', animal_ids: 'farm.animal' },
  'farm.animal': {
    home_id: 'farm.keeper',
    parent_id: 'farm.animal',
    child_ids: 'farm.animal',
    owner_id: 'farm.keeper',
    tag_ids: 'farm.tag',
    toy_ids: 'farm.toy',
    owner_boss_id: 'farm.keeper',
  },
  'farm.toy': { animal_id: 'farm.animal' },
}

const list = (dice: Dice, one: () => unknown) => Array.from({ length: dice.roll(4) }, one)
const equality = (dice: Dice, field: string, one: () => unknown): Leaf => {
  const operator = dice.pick([...equalities, '=?'])
  const many = operator.endsWith('in') ? !dice.once(6) : dice.once(8)
  return [field, operator, many ? list(dice, one) : one()]
}

function plain(dice: Dice, model: Model): Leaf {
  const choice = dice.roll(model === 'farm.animal' ? 8 : 4)
  if (choice === 0 && numbers[model].length > 0) {
    const field = dice.pick(numbers[model])
    const one = () => dice.pick([0, 1, 2, 1.5, 12.349, -1, 5, false])
    return dice.once(2) ? equality(dice, field, one) : [field, dice.pick(inequalities), one()]
  }
  if (choice === 1) return equality(dice, dice.pick(booleans[model]), () => dice.pick([true, false, 0, 1]))
  if (choice >= 4) return ofAnimals(dice, choice)
  const field = dice.pick(texts[model])
  const word = () => dice.pick([...words, ...words, '', false, null])
  const choiceOfText = dice.roll(3)
  if (choiceOfText === 0 && field !== 'display_name')
    return [field, dice.pick(inequalities), dice.pick(['a', 'b', '', 'B', false])]
  return choiceOfText === 1 ? [field, dice.pick(likes), word()] : equality(dice, field, word)
}

function ofAnimals(dice: Dice, choice: number): Leaf {
  const day = () => dice.pick(['2024-02-29', '2023-12-31', '2024-01-01', false])
  const moment = () =>
    dice.pick(['2024-02-29 10:00:00', '2024-02-29', '2023-12-31 23:30:00', '2024-02-29 09:59:59', false])
  if (choice === 4) return dice.once(2) ? equality(dice, 'born', day) : ['born', dice.pick(inequalities), day()]
  if (choice === 5) return dice.once(2) ? equality(dice, 'seen', moment) : ['seen', dice.pick(inequalities), moment()]
  if (choice === 6) {
    const [part, values] = dice.pick([
      ['year_number', [2023, 2024]],
      ['month_number', [2, 12]],
      ['day_of_month', [29, 31, 1]],
    ] as const)
    const operator = dice.pick([...equalities, ...inequalities])
    return [`${dice.pick(['born', 'seen'])}.${part}`, operator, dice.pick(values)]
  }
  if (dice.once(3)) return ['double', dice.pick(['=', '!=', 'in', 'not in', '<', '>']), dice.pick([2, 4, 3])]
  if (dice.once(2)) return equality(dice, 'kind', () => dice.pick(['cat', 'dog', false]))
  return dice.once(2)
    ? ['about', dice.pick(likes), dice.pick(['keeper', 'FARM', false])]
    : ['kind', dice.pick([...likes, ...inequalities]), dice.pick(['a', 'cat', 'dog', false])]
}

function linked(dice: Dice, model: Model, ids: Ids, depth: number): Leaf {
  const field = dice.pick([...Object.keys(links[model]), 'id'])
  const target = links[model][field] ?? model
  const some = () => dice.some(ids(target), 3)
  if (field === 'id') {
    if (dice.once(3)) return ['id', dice.pick(['any', 'not any']), domain(dice, model, ids, depth + 1)]
    if (dice.once(2) && model !== 'farm.toy')
      return ['id', dice.pick(['child_of', 'parent_of']), [...some(), ...(dice.once(3) ? ['b'] : [])]]
    return equality(dice, 'id', () => dice.pick(ids(model)))
  }
  switch (dice.roll(depth < 3 ? 6 : 3)) {
    case 0:
      return equality(dice, field, () =>
        dice.pick([dice.pick(ids(target)), dice.pick(ids(target)), false, 'bo', 'Ann']),
      )
    case 1:
      return [field, dice.pick(likes), dice.pick([...words, '', false])]
    case 2:
      if (target === 'farm.toy') return [field, dice.pick(['=', '!=']), false]
      return [field, dice.pick(['child_of', 'parent_of']), some()]
    case 3:
      return [field, dice.pick(['any', 'not any']), domain(dice, target, ids, depth + 1)]
    default: {
      const [path, operator, value] = leaf(dice, target, ids, depth + 1)
      return [`${field}.${path}`, operator, value]
    }
  }
}

function leaf(dice: Dice, model: Model, ids: Ids, depth: number): Leaf {
  return dice.roll(5) < 3 ? plain(dice, model) : linked(dice, model, ids, depth)
}

/** A domain in prefix notation of one to four conditions. */
export function domain(dice: Dice, model: Model, ids: Ids, depth = 0): readonly unknown[] {
  const one = (): readonly unknown[] =>
    dice.once(4) ? ['!', leaf(dice, model, ids, depth)] : [leaf(dice, model, ids, depth)]
  switch (dice.roll(6)) {
    case 0:
      return [dice.pick(['&', '|']), ...one(), ...one()]
    case 1:
      return ['!', dice.pick(['&', '|']), ...one(), ...one()]
    case 2:
      return [...one(), ...one()]
    case 3:
      return dice.once(3) ? [] : ['|', '&', ...one(), ...one(), ...one()]
    default:
      return one()
  }
}
