/** Trees, boughs and leaves: sums go up three hops, names go down three, soils and tags come from the side, seeds from within. */

import { computed, constrain, type Def, f, fields, model, ValidationError } from '#framework'

export const soil = fields({ name: f.char(), richness: f.int(), hue: f.char({ related: 'name', store: true }) })

export const mark = fields({
  name: f.char(),
  weight: f.int(),
  leaf_ids: f.m2m('grove.leaf', { table: 'grove_leaf_mark_rel', column1: 'mark_id', column2: 'leaf_id' }),
  seen: f.int({ compute: true, store: true }),
})

export const tree = fields({
  name: f.char(),
  age: f.int(),
  soil_id: f.m2o('grove.soil'),
  parent_id: f.m2o('grove.tree'),
  bough_ids: f.o2m('grove.bough', 'tree_id'),
  origin_id: f.m2o('grove.tree', { compute: true, store: true }),
  full_name: f.char({ compute: true, store: true }),
  origin_name: f.char({ compute: true, store: true }),
  total: f.int({ compute: true, store: true }),
  rank: f.char({ compute: true, store: true }),
})

export const bough = fields({
  name: f.char(),
  tree_id: f.m2o('grove.tree'),
  leaf_ids: f.o2m('grove.leaf', 'bough_id'),
  tree_name: f.char({ related: 'tree_id.full_name', store: true }),
  total: f.int({ compute: true, store: true }),
  factor: f.int({ compute: true, store: true, editable: true }),
})

export const leaf = fields({
  name: f.char(),
  size: f.int(),
  bough_id: f.m2o('grove.bough'),
  mark_ids: f.m2m('grove.mark', { table: 'grove_leaf_mark_rel', column1: 'leaf_id', column2: 'mark_id' }),
  marks: f.int({ compute: true, store: true }),
  value: f.int({ compute: true, store: true }),
  label: f.char({ compute: true, store: true }),
})

declare module '#framework' {
  interface Registry {
    'grove.soil': GroveSoilData
    'grove.mark': GroveMarkData
    'grove.tree': GroveTreeData
    'grove.bough': GroveBoughData
    'grove.leaf': GroveLeafData
  }
  interface GroveSoilData extends Def<typeof soil> {}
  interface GroveMarkData extends Def<typeof mark> {}
  interface GroveTreeData extends Def<typeof tree> {}
  interface GroveBoughData extends Def<typeof bough> {}
  interface GroveLeafData extends Def<typeof leaf> {}
}

model('grove.soil', soil, { description: 'Soil', order: 'id' })
model('grove.mark', mark, { description: 'Mark', order: 'id' })
model('grove.tree', tree, { description: 'Tree', order: 'id' })
model('grove.bough', bough, { description: 'Bough', order: 'id' })
model('grove.leaf', leaf, { description: 'Leaf', order: 'id' })

computed('grove.tree', 'origin_id', ['parent_id.origin_id'], (one) => one.parent_id?.origin_id ?? one.id)
computed('grove.tree', 'full_name', ['name', 'parent_id.full_name'], (one) =>
  one.parent_id ? `${one.parent_id.full_name}/${one.name}` : one.name,
)
computed('grove.tree', 'origin_name', ['origin_id.name'], (one) => one.origin_id?.name ?? null)
computed('grove.tree', 'total', ['bough_ids.total', 'soil_id.richness', 'age'], (one) =>
  one.bough_ids.reduce((sum, { total }) => sum + total, one.age * (one.soil_id?.richness ?? 1)),
)
// Takes the environment, so that it cannot be told before the record is there.
computed(
  'grove.tree',
  'rank',
  ['total', 'soil_id.hue'],
  (one, _env) => `${one.soil_id?.hue ?? ''}${one.total > 20 ? '+' : '-'}`,
)

computed('grove.bough', 'total', ['leaf_ids.value', 'factor'], (one) =>
  one.leaf_ids.reduce((sum, { value }) => sum + value * one.factor, 0),
)
computed('grove.bough', 'factor', ['name'], (one) => (one.name ?? '').length)

computed('grove.leaf', 'marks', ['mark_ids.weight'], (one) => one.mark_ids.reduce((sum, { weight }) => sum + weight, 0))
computed('grove.leaf', 'value', ['size', 'marks', 'bough_id.tree_id.soil_id.richness'], (one) => {
  return one.size + one.marks + (one.bough_id?.tree_id?.soil_id?.richness ?? 0)
})
computed('grove.leaf', 'label', ['name', 'bough_id.tree_name', 'bough_id.name'], (one) =>
  [one.bough_id?.tree_name, one.bough_id?.name, one.name].filter(Boolean).join('>'),
)
computed('grove.mark', 'seen', ['leaf_ids.bough_id.factor'], (one) =>
  one.leaf_ids.reduce((sum, { bough_id }) => sum + (bough_id?.factor ?? 0), 0),
)

constrain('grove.leaf', ['size', 'bough_id.name'], (one) => {
  if (one.size > 1_000 || one.bough_id?.name?.endsWith('rotten'))
    throw new ValidationError('ERR_GROVE_LEAF', 'No leaf is that large or grows there.')
})
