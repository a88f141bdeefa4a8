/** Rooms, the items in them, tags and persons: every kind of relation, in circles, with hierarchies. */

import { computed, type Def, f, fields, model } from '#framework'

export const person = fields({
  name: f.char({ required: true }),
  age: f.int(),
  boss_id: f.m2o('maze.person'),
  user_id: f.m2o('res.users'),
  room_ids: f.o2m('maze.room', 'owner_id'),
})

export const tag = fields({
  name: f.char({ required: true }),
  level: f.int(),
  room_ids: f.m2m('maze.room', { table: 'maze_room_tag_rel', column1: 'tag_id', column2: 'room_id' }),
})

export const room = fields({
  name: f.char({ required: true }),
  floor: f.int(),
  note: f.char(),
  lit: f.bool(),
  size: f.float({ digits: [12, 2] }),
  built: f.date(),
  title: f.char({ translate: true }),
  text: f.html({ translate: true }),
  parent_id: f.m2o('maze.room'),
  child_ids: f.o2m('maze.room', 'parent_id'),
  owner_id: f.m2o('maze.person'),
  tag_ids: f.m2m('maze.tag', { table: 'maze_room_tag_rel', column1: 'room_id', column2: 'tag_id' }),
  item_ids: f.o2m('maze.item', 'room_id'),
  keeper_id: f.m2o('maze.person', { companyDependent: true }),
  owner_age: f.int({ related: 'owner_id.age' }),
  owner_name: f.char({ related: 'owner_id.name', store: true }),
  label: f.char({ compute: true }),
  tag_total: f.int({ compute: true, store: true }),
})

export const item = fields({
  name: f.char({ required: true }),
  price: f.int(),
  room_id: f.m2o('maze.room'),
  tag_id: f.m2o('maze.tag'),
  maker_id: f.m2o('maze.person'),
  note: f.char(),
})

declare module '#framework' {
  interface Registry {
    'maze.person': MazePersonData
    'maze.tag': MazeTagData
    'maze.room': MazeRoomData
    'maze.item': MazeItemData
  }
  interface MazePersonData extends Def<typeof person> {}
  interface MazeTagData extends Def<typeof tag> {}
  interface MazeRoomData extends Def<typeof room> {}
  interface MazeItemData extends Def<typeof item> {}
}

model('maze.person', person, { description: 'Person', order: 'name, id', parent: 'boss_id' })
model('maze.tag', tag, { description: 'Tag', order: 'level, id' })
model('maze.room', room, { description: 'Room', order: 'floor, id' })
model('maze.item', item, { description: 'Item', order: 'price desc, id' })

computed('maze.room', 'label', ['name', 'owner_id.name'], (one) => `${one.name}/${one.owner_id?.name ?? ''}`)
computed('maze.room', 'tag_total', ['tag_ids.level'], (one) => one.tag_ids.reduce((sum, { level }) => sum + level, 0))
