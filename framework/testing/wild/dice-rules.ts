/** Random rights and domains over whatever models there are; the declarations say what can be asked. */

import type { FieldInfo, ModelInfo, ModelRegistry } from '../../orm/index.ts'
import type { Dice } from '../maze/data.ts'
import { type AccessRow, type Operation, operations } from '../policy/policy.ts'
import { noteName, wildNames } from './shape.ts'

type Leaf = readonly [string, string, unknown]
type Models = ModelRegistry['models']

const technical = new Set(['display_name', 'create_date', 'write_date', 'write_uid', 'create_uid'])

/** Fields that a condition can name. */
export function asked(model: ModelInfo): readonly FieldInfo[] {
  return [...model.fields.values()].filter(
    (field) => !technical.has(field.name) && (field.column || field.related || field.kind.endsWith('2many')),
  )
}

/** A domain in prefix notation of one to three conditions; `raw` for the text of a rule. */
export function domain(dice: Dice, models: Models, model: ModelInfo, raw: boolean, depth = 0): readonly unknown[] {
  const one = () => {
    const made = leaf(dice, models, model, raw, depth)
    return dice.once(4) ? ['!', made] : [made]
  }
  if (depth === 0 && dice.once(8)) return []
  switch (dice.roll(5)) {
    case 0:
      return [dice.pick(['&', '|']), ...one(), ...one()]
    case 1:
      return ['!', dice.pick(['&', '|']), ...one(), ...one()]
    case 2:
      return [...one(), ...one()]
    default:
      return one()
  }
}

function leaf(dice: Dice, models: Models, model: ModelInfo, raw: boolean, depth: number): Leaf {
  if (raw && dice.once(6)) return ['create_uid', dice.pick(['=', '!=']), { user: 'id' }]
  if (dice.once(12)) return ['id', dice.pick(['in', 'not in']), dice.some([1, 2, 3, 4, 5, 6, 7, 8, 9], 4)]
  const field = dice.pick(asked(model))
  const comodel = models.get(field.comodel ?? '')
  return comodel?.name.startsWith('wild.') ? linked(dice, models, field, comodel, raw, depth) : plain(dice, field)
}

function linked(dice: Dice, models: Models, field: FieldInfo, comodel: ModelInfo, raw: boolean, depth: number): Leaf {
  const some = () => dice.some([1, 2, 3, 4, 5, 6, 7, 8, 9], 3)
  switch (dice.roll(depth < 3 ? 7 : 4)) {
    case 0:
      return [field.name, dice.pick(['=', '!=']), dice.once(2) ? false : 1 + dice.roll(9)]
    case 1:
      return [field.name, dice.pick(['in', 'not in']), [1 + dice.roll(9), ...some(), ...(dice.once(4) ? [false] : [])]]
    case 2:
      return [field.name, dice.pick(['ilike', 'not ilike']), dice.pick(['a', 'b', '1'])]
    case 3:
      return [field.name, dice.pick(['child_of', 'parent_of']), some()]
    case 4:
      return [field.name, dice.pick(['any', 'not any']), domain(dice, models, comodel, raw, depth + 1)]
    default: {
      const [path, operator, value] = leaf(dice, models, comodel, raw, depth + 1)
      return [`${field.name}.${path}`, operator, value]
    }
  }
}

function plain(dice: Dice, { name, kind }: FieldInfo): Leaf {
  const equality = (values: readonly unknown[]): Leaf =>
    dice.once(3)
      ? [name, dice.pick(['in', 'not in']), [dice.pick(values), ...dice.some(values, 2)]]
      : [name, dice.pick(['=', '!=']), dice.pick(values)]
  const ordered = (values: readonly unknown[]): Leaf => [name, dice.pick(['<', '>', '<=', '>=']), dice.pick(values)]
  switch (kind) {
    case 'integer':
      return dice.once(2) ? equality([0, 1, 2, 3, false]) : ordered([0, 1, 2])
    case 'float':
      return dice.once(2) ? equality([0, 1.5, false]) : ordered([0, 1.5, 2])
    case 'boolean':
      return [name, dice.pick(['=', '!=']), dice.once(2)]
    case 'date':
      return dice.once(2) ? equality(['2024-02-29', false]) : ordered(['2024-01-01', '2024-02-29'])
    case 'datetime':
      return dice.once(2) ? equality(['2024-02-29 10:00:00', false]) : ordered(['2024-01-01', '2024-02-29 10:00:00'])
    case 'selection':
      return equality(['cat', 'dog', false])
    case 'char':
      return dice.once(2) ? equality(['a', 'ab', false]) : [name, dice.pick(['ilike', 'not ilike', '=like']), 'a']
    default:
      return [name, dice.pick(['=', '!=']), false]
  }
}

/** Permissions (some for a few fields only), group rules and restrictions; mostly enough that something is left to see. */
export function accessRows(dice: Dice, models: Models, groups: readonly number[]): AccessRow[] {
  const rows: AccessRow[] = []
  const ops = (least: Operation) => [...new Set([least, ...dice.some(operations, 3)])]
  for (const name of [...wildNames, noteName]) {
    const model = models.get(name)
    if (!model) continue
    const rule = () => domain(dice, models, model, true)
    for (const group of groups)
      if (!dice.once(8))
        rows.push({ kind: 'permission', model: name, ops: ops('read'), group, domain: null, fields: some(dice, model) })
    for (const group of dice.some(groups, 2))
      rows.push({ kind: 'group-rule', model: name, ops: ops('read'), group, domain: rule(), fields: null })
    if (dice.once(2))
      rows.push({ kind: 'global-rule', model: name, ops: ops('read'), group: null, domain: rule(), fields: null })
  }
  return rows
}

function some(dice: Dice, model: ModelInfo): readonly string[] | null {
  return dice.once(2) ? [...model.fields.keys()].filter(() => !dice.once(8)) : null
}
