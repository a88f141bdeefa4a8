/** Animals, their keepers, toys and tags: every kind of field and relation, with hierarchies and archived records. */

import { computed, type Def, f, fields, model, searched } from '#framework'

export const keeper = fields({
  name: f.char({ required: true }),
  city: f.char(),
  rank: f.int(),
  level: f.sel({ low: 'Low', high: 'High' }),
  active: f.bool({ default: true }),
  boss_id: f.m2o('farm.keeper'),
  animal_ids: f.o2m('farm.animal', 'owner_id'),
})

export const tag = fields({
  name: f.char({ required: true, translate: true }),
  active: f.bool({ default: true }),
  parent_id: f.m2o('farm.tag'),
  animal_ids: f.m2m('farm.animal', { table: 'farm_animal_tag_rel', column1: 'tag_id', column2: 'animal_id' }),
})

export const animal = fields({
  name: f.char({ required: true }),
  code: f.char(),
  note: f.text(),
  story: f.html(),
  title: f.char({ translate: true }),
  age: f.int(),
  weight: f.float(),
  price: f.float({ digits: [12, 2] }),
  worth: f.money({ currencyField: 'currency_id' }),
  currency_id: f.m2o('res.currency'),
  born: f.date(),
  seen: f.datetime(),
  kind: f.sel({ cat: 'Cat', dog: 'Dog', ant: 'Ant' }),
  tame: f.bool(),
  active: f.bool({ default: true }),
  rate: f.int({ companyDependent: true }),
  alias: f.char({ companyDependent: true }),
  home_id: f.m2o('farm.keeper', { companyDependent: true }),
  parent_id: f.m2o('farm.animal'),
  child_ids: f.o2m('farm.animal', 'parent_id'),
  owner_id: f.m2o('farm.keeper'),
  tag_ids: f.m2m('farm.tag', { table: 'farm_animal_tag_rel', column1: 'animal_id', column2: 'tag_id' }),
  toy_ids: f.o2m('farm.toy', 'animal_id'),
  about: f.ref({ 'farm.keeper': 'Keeper', 'farm.tag': 'Tag' }),
  owner_city: f.char({ related: 'owner_id.city' }),
  owner_rank: f.int({ related: 'owner_id.rank' }),
  owner_active: f.bool({ related: 'owner_id.active' }),
  owner_boss_id: f.m2o('farm.keeper', { related: 'owner_id.boss_id' }),
  double: f.int({ compute: true }),
})

export const toy = fields({
  name: f.char({ required: true }),
  cost: f.int(),
  active: f.bool({ default: true }),
  animal_id: f.m2o('farm.animal'),
})

declare module '#framework' {
  interface Registry {
    'farm.keeper': FarmKeeperData
    'farm.tag': FarmTagData
    'farm.animal': FarmAnimalData
    'farm.toy': FarmToyData
  }
  interface FarmKeeperData extends Def<typeof keeper> {}
  interface FarmTagData extends Def<typeof tag> {}
  interface FarmAnimalData extends Def<typeof animal> {}
  interface FarmToyData extends Def<typeof toy> {}
}

model('farm.keeper', keeper, {
  description: 'Keeper',
  order: 'name, id',
  parent: 'boss_id',
  nameSearch: ['name', 'city'],
})
model('farm.tag', tag, { description: 'Tag' })
model('farm.animal', animal, { description: 'Animal' })
model('farm.toy', toy, { description: 'Toy' })

computed('farm.animal', 'double', ['age'], (one) => one.age * 2)

// Only the positive operators are known; their opposites are denials of these.
searched('farm.animal', 'double', (operator, value) => {
  if (operator === 'in') return [['age', 'in', (value as unknown[]).map((v) => Number(v) / 2).filter(Number.isInteger)]]
  if (operator === '<') return [['age', '<', Math.ceil(Number(value) / 2)]]
  if (operator === '>') return [['age', '>', Math.floor(Number(value) / 2)]]
  return null
})
