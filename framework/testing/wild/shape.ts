/** Random models: fields of every kind, relations in circles, hierarchies, delegation, lists on documents. A seed repeats them. */

import { type AnyField, f, type ModelOptions } from '../../orm/index.ts'
import { Dice } from '../maze/data.ts'

export interface WildModel {
  readonly name: string
  readonly fields: Record<string, AnyField>
  readonly options: ModelOptions
}

export const wildNames = ['wild.ash', 'wild.elm', 'wild.fir', 'wild.oak', 'wild.yew'] as const
/** Hangs on whichever records list it. */
export const noteName = 'wild.note'

const plain: Readonly<Record<string, (dice: Dice) => AnyField>> = {
  count: () => f.int(),
  rank: () => f.int({ companyDependent: true }),
  size: () => f.float({ digits: [12, 2] }),
  lit: () => f.bool(),
  born: () => f.date(),
  seen: () => f.datetime(),
  kind: () => f.sel({ cat: 'Cat', dog: 'Dog', ant: 'Ant' }),
  word: () => f.char(),
  title: () => f.char({ translate: true }),
  about: (dice) => f.ref(Object.fromEntries(dice.some(wildNames, 3).map((name) => [name, name]))),
}

/** The models that a seed stands for. */
export function wildModels(seed: number): readonly WildModel[] {
  const dice = new Dice(seed)
  const models = new Map<string, WildModel>()
  for (const name of wildNames) models.set(name, { name, fields: plainFields(dice), options: { description: name } })
  const links: { readonly from: WildModel; readonly field: string; readonly to: WildModel }[] = []
  for (const from of models.values()) {
    for (let n = 0; n <= dice.roll(3); n++) {
      const to = models.get(dice.pick(wildNames)) as WildModel
      from.fields[`m${n}_id`] = f.m2o(to.name, dice.once(8) ? { companyDependent: true } : {})
      if (from.fields[`m${n}_id`]?.options.companyDependent !== true) links.push({ from, field: `m${n}_id`, to })
    }
    if (dice.once(2)) {
      from.fields.parent_id = f.m2o(from.name)
      links.push({ from, field: 'parent_id', to: from })
    }
  }
  for (const [n, { from, field, to }] of links.entries())
    if (!dice.once(3)) to.fields[`l${n}_ids`] = f.o2m(from.name, field)
  for (let n = 0; n < 3; n++) {
    const [one, other] = [models.get(dice.pick(wildNames)), models.get(dice.pick(wildNames))] as [WildModel, WildModel]
    if (one === other) continue
    const table = `wild_rel_${n}`
    one.fields[`t${n}_ids`] = f.m2m(other.name, { table, column1: 'one_id', column2: 'other_id' })
    if (!dice.once(3)) other.fields[`u${n}_ids`] = f.m2m(one.name, { table, column1: 'other_id', column2: 'one_id' })
  }
  for (const from of models.values()) relatedFields(dice, models, from)
  delegation(dice, models)
  const note = noteModel(dice, models)
  return [...models.values(), note]
}

function plainFields(dice: Dice): Record<string, AnyField> {
  const fields: Record<string, AnyField> = { name: f.char({ required: true }) }
  for (const [name, make] of Object.entries(plain)) if (dice.once(2)) fields[name] = make(dice)
  if (dice.once(2)) fields.active = f.bool({ default: true })
  return fields
}

function relatedFields(dice: Dice, models: ReadonlyMap<string, WildModel>, from: WildModel): void {
  for (let n = 0; n < 3; n++) {
    const path: string[] = []
    let at: WildModel | undefined = from
    for (let step = 0; step <= dice.roll(2) && at; step++) {
      const steps: string[] = Object.keys(at.fields).filter((name) => /^(m\d|parent)_id$/.test(name))
      if (steps.length === 0) break
      const step: string = dice.pick(steps)
      path.push(step)
      at = models.get(at.fields[step]?.comodel ?? '')
    }
    const ends = Object.keys(at?.fields ?? {}).filter((name) => name in plain && name !== 'about' && name !== 'title')
    if (!at || path.length === 0 || ends.length === 0) continue
    const end = dice.pick(ends)
    const related = [...path, end].join('.')
    const { kind } = at.fields[end] as AnyField
    if (kind === 'integer') from.fields[`r${n}`] = f.int({ related })
    else if (kind === 'char') from.fields[`r${n}`] = f.char({ related })
    else if (kind === 'boolean') from.fields[`r${n}`] = f.bool({ related })
    else if (kind === 'date') from.fields[`r${n}`] = f.date({ related })
  }
}

// One model may be made of another one, whose fields then appear in it.
function delegation(dice: Dice, models: Map<string, WildModel>): void {
  const yew = models.get('wild.yew')
  if (!yew || dice.once(3)) return
  yew.fields.core_id = f.m2o('wild.ash', { required: true, ondelete: 'cascade' })
  models.set(yew.name, { ...yew, options: { ...yew.options, inherits: { 'wild.ash': 'core_id' } } })
}

function noteModel(dice: Dice, models: ReadonlyMap<string, WildModel>): WildModel {
  const rights = dice.pick(['required', 'enough'] as const)
  for (const name of dice.some(wildNames, 4)) {
    const document = models.get(name)
    if (document) document.fields.note_ids = f.o2m(noteName, 'doc_id')
  }
  return {
    name: noteName,
    fields: {
      name: f.char({ required: true }),
      doc_model: f.char(),
      doc_id: f.int({ modelField: 'doc_model' }),
      hidden: f.char(),
      count: f.int(),
    },
    options: {
      description: 'Note',
      hangsOn: {
        id: 'doc_id',
        rights,
        change: dice.pick(['read', 'write']),
        ...(dice.once(2) ? { unless: 'hidden' } : {}),
      },
    },
  }
}
