/** The maze's content: made at random, kept in memory and in the tenant, so that both can be asked the same. */

import { type Tenant, withSystemEnv } from '../../access/index.ts'

export type Model = 'maze.person' | 'maze.tag' | 'maze.room' | 'maze.item'
export type Value = number | string | boolean | null
/** A many2one holds an id, a many2many (of one side) ids; a one2many is found from the other side. */
export type Row = { readonly id: number } & Record<string, Value | readonly number[] | undefined>
export type Data = Readonly<Record<Model, Row[]>>

interface Relation {
  readonly kind: 'many2one' | 'one2many' | 'many2many'
  readonly model: Model
}

export const models: readonly Model[] = ['maze.person', 'maze.tag', 'maze.room', 'maze.item']

export const relations: Readonly<Record<Model, Readonly<Record<string, Relation>>>> = {
  'maze.person': {
    boss_id: { kind: 'many2one', model: 'maze.person' },
    room_ids: { kind: 'one2many', model: 'maze.room' },
  },
  'maze.tag': { room_ids: { kind: 'many2many', model: 'maze.room' } },
  'maze.room': {
    parent_id: { kind: 'many2one', model: 'maze.room' },
    child_ids: { kind: 'one2many', model: 'maze.room' },
    owner_id: { kind: 'many2one', model: 'maze.person' },
    tag_ids: { kind: 'many2many', model: 'maze.tag' },
    item_ids: { kind: 'one2many', model: 'maze.item' },
  },
  'maze.item': {
    room_id: { kind: 'many2one', model: 'maze.room' },
    tag_id: { kind: 'many2one', model: 'maze.tag' },
    maker_id: { kind: 'many2one', model: 'maze.person' },
  },
}

/** Plain stored fields, the parent of a hierarchy, the model's own order. */
export const shapes: Readonly<
  Record<Model, { readonly plain: readonly string[]; readonly parent: string | null; readonly order: string }>
> = {
  'maze.person': { plain: ['name', 'age'], parent: 'boss_id', order: 'name, id' },
  'maze.tag': { plain: ['name', 'level'], parent: null, order: 'level, id' },
  'maze.room': { plain: ['name', 'floor', 'note', 'lit'], parent: 'parent_id', order: 'floor, id' },
  'maze.item': { plain: ['name', 'price'], parent: null, order: 'price desc, id' },
}

const inverses: Readonly<Record<string, string>> = {
  'maze.person.room_ids': 'owner_id',
  'maze.room.child_ids': 'parent_id',
  'maze.room.item_ids': 'room_id',
}
const mirrors: Readonly<Record<string, string>> = { 'maze.room.tag_ids': 'room_ids', 'maze.tag.room_ids': 'tag_ids' }

export const inverseOf = (model: Model, field: string): string | null => inverses[`${model}.${field}`] ?? null
export const mirrorOf = (model: Model, field: string): string | null => mirrors[`${model}.${field}`] ?? null

/** Pseudo-random choices that a seed repeats (mulberry32). */
export class Dice {
  #state: number
  constructor(seed: number) {
    this.#state = seed
  }
  /** Below `n`. */
  roll(n: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
  pick<T>(list: readonly T[]): T {
    return list[this.roll(list.length)] as T
  }
  /** True once in `n`. */
  once(n: number): boolean {
    return this.roll(n) === 0
  }
  some<T>(list: readonly T[], most: number): T[] {
    return [...new Set(Array.from({ length: this.roll(most + 1) }, () => this.pick(list)))]
  }
}

/** Fills the tenant; `users` are those that persons belong to. */
export async function fillMaze(tenant: Tenant, dice: Dice, users: readonly number[]): Promise<Data> {
  const data: Data = { 'maze.person': [], 'maze.tag': [], 'maze.room': [], 'maze.item': [] }
  const one = (model: Model, chance = 4) =>
    data[model].length > 0 && !dice.once(chance) ? dice.pick(data[model]).id : null
  await withSystemEnv(tenant, 'test.maze', {}, async (env) => {
    const add = async (model: Model, values: Omit<Row, 'id'>) => {
      const sent = Object.entries(values).map(([name, value]) => [name, Array.isArray(value) ? [[6, 0, value]] : value])
      const { id } = await env.model(model as string).create(Object.fromEntries(sent))
      data[model].push({ ...values, id })
    }
    const word = (kind: string) => `${kind}${dice.pick(['a', 'b', 'c', 'ab'])}`
    for (let i = 0; i < 8; i++)
      await add('maze.person', {
        name: `${word('p')}${i}`,
        age: dice.roll(5),
        boss_id: one('maze.person', 3),
        user_id: dice.once(3) ? null : dice.pick(users),
      })
    for (let i = 0; i < 6; i++) await add('maze.tag', { name: `${word('t')}${i}`, level: dice.roll(4) })
    for (let i = 0; i < 22; i++)
      await add('maze.room', {
        name: `${word('r')}${i}`,
        floor: dice.roll(4),
        note: dice.pick(['x', 'y', null]),
        lit: dice.once(2),
        parent_id: one('maze.room', 3),
        owner_id: one('maze.person', 5),
        tag_ids: dice.some(data['maze.tag'], 3).map(({ id }) => id),
      })
    for (let i = 0; i < 34; i++)
      await add('maze.item', {
        name: `${word('i')}${i}`,
        price: dice.roll(6),
        room_id: one('maze.room', 6),
        tag_id: one('maze.tag'),
        maker_id: one('maze.person'),
      })
  })
  return data
}
