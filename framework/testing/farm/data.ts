/** The farm's content: made at random, kept in memory and in the tenant, so that both can be asked the same. */

import { type Tenant, withSystemEnv } from '../../access/index.ts'
import { sql } from '../../sql/index.ts'
import { Dice } from '../maze/data.ts'
import type { Content } from '../policy/content.ts'
import { tables } from './tables.ts'

export { Dice }

export type Model = 'farm.keeper' | 'farm.tag' | 'farm.animal' | 'farm.toy'
export const models: readonly Model[] = ['farm.keeper', 'farm.tag', 'farm.animal', 'farm.toy']

/** Stored values as they are meant: texts by language and values by company as objects, relations as ids. */
export type Row = { readonly id: number } & Readonly<Record<string, unknown>>
export type Data = Readonly<Record<Model, readonly Row[]>>

export interface Companies {
  readonly first: number
  readonly second: number
}

const names = ['Ann', 'anna', 'bob', 'B_b', '100%', 'Émile', 'x\\y', 'bo'] as const
const texts = ['', 'a', 'ab', 'b', 'B', 'z 1', null, null] as const
const moments = [
  '2024-02-29 10:00:00',
  '2024-02-29 10:00:00.5',
  '2024-02-29 00:00:00',
  '2023-12-31 23:30:00',
  null,
] as const

/** Empties the farm and fills it anew. */
export async function fillFarm(tenant: Tenant, dice: Dice, companies: Companies): Promise<Data> {
  const data: Record<Model, Row[]> = { 'farm.keeper': [], 'farm.tag': [], 'farm.animal': [], 'farm.toy': [] }
  const one = (model: Model) => (data[model].length > 0 && dice.once(2) ? dice.pick(data[model]).id : null)
  const archived = () => !dice.once(4)
  let number = 0
  const add = (model: Model, values: Readonly<Record<string, unknown>>) => data[model].push({ id: ++number, ...values })
  for (let i = 0; i < 7; i++)
    add('farm.keeper', {
      name: dice.pick(names),
      city: dice.pick(texts),
      rank: dice.pick([0, 1, 3, null]),
      level: dice.pick(['low', 'high', null]),
      active: archived(),
      boss_id: one('farm.keeper'),
    })
  for (let i = 0; i < 6; i++)
    add('farm.tag', {
      name: { en_US: dice.pick(names), ...(dice.once(2) ? { fr_FR: dice.pick(names) } : {}) },
      active: archived(),
      parent_id: one('farm.tag'),
    })
  for (let i = 0; i < 24; i++) {
    const about = dice.pick(['farm.keeper', 'farm.tag'] as const)
    const byCompany = (value: () => unknown) => ({
      ...(dice.once(2) ? { [companies.first]: value() } : {}),
      ...(dice.once(2) ? { [companies.second]: value() } : {}),
    })
    add('farm.animal', {
      name: dice.pick(names),
      code: dice.pick(texts),
      note: dice.pick(texts),
      story: dice.pick(['<p>a</p>', '', null]),
      title: dice.once(3) ? null : { en_US: dice.pick(texts) ?? '', ...(dice.once(2) ? { fr_FR: 'b' } : {}) },
      age: dice.pick([0, 1, 2, -1, null]),
      weight: dice.pick([0, 1.5, 0.1, null]),
      price: dice.pick(['0.00', '1.50', '12.35', null]),
      worth: dice.pick(['0', '2.5', null]),
      born: dice.pick(['2024-02-29', '2023-12-31', '2024-03-01', null]),
      seen: dice.pick(moments),
      kind: dice.pick(['cat', 'dog', 'ant', null]),
      tame: dice.pick([true, false, null]),
      active: archived(),
      rate: byCompany(() => dice.pick([0, 1, 2])),
      alias: byCompany(() => dice.pick(['a', 'b', ''])),
      home_id: byCompany(() => dice.pick(data['farm.keeper']).id),
      parent_id: one('farm.animal'),
      owner_id: one('farm.keeper'),
      tag_ids: dice.some(data['farm.tag'], 2).map(({ id }) => id),
      about: dice.once(2) ? null : `${about},${dice.pick(data[about]).id}`,
    })
  }
  for (let i = 0; i < 20; i++)
    add('farm.toy', {
      name: dice.pick(names),
      cost: dice.pick([0, 5, 7, null]),
      active: archived(),
      animal_id: one('farm.animal'),
    })
  await store(tenant, data)
  return data
}

/** The same as an evaluator reads it. */
export function contentOf(data: Data): Content {
  const rows = new Map(models.map((model) => [model, new Map(data[model].map((row) => [row.id, row]))]))
  const links = data['farm.animal'].flatMap(({ id, tag_ids: tags }) =>
    (tags as readonly number[]).map((tag_id) => ({ animal_id: id, tag_id })),
  )
  return { rows, links: new Map([['farm_animal_tag_rel', links]]) }
}

// Past the kernel, which would never store an unset number or a fraction of a second: databases that were imported do.
async function store(tenant: Tenant, data: Data): Promise<void> {
  await withSystemEnv(tenant, 'test.farm', {}, async (env) => {
    await env.db.query(sql`DELETE FROM farm_animal_tag_rel`)
    for (const model of models.toReversed()) await env.db.query(sql`DELETE FROM ${tables[model]}`)
    for (const model of models) {
      const rows = data[model].map(({ tag_ids: _, ...row }) => row)
      await env.db.query(
        sql`INSERT INTO ${tables[model]} SELECT * FROM jsonb_populate_recordset(NULL::${tables[model]}, ${JSON.stringify(rows)}::jsonb)`,
      )
    }
    const links = data['farm.animal'].flatMap(({ id, tag_ids: tags }) =>
      (tags as readonly number[]).map((tag_id) => ({ animal_id: id, tag_id })),
    )
    await env.db.query(
      sql`INSERT INTO farm_animal_tag_rel (animal_id, tag_id) SELECT animal_id, tag_id FROM jsonb_to_recordset(${JSON.stringify(links)}::jsonb) AS r (animal_id int4, tag_id int4)`,
    )
  })
}
