import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Env } from '../orm/index.ts'
import { sql } from '../sql/index.ts'
import { asUser, type TestUser } from '../testing/index.ts'
import { type MoleWorld, moleWorld } from '../testing/maze/mole.ts'
import { bumpEpoch, type Tenant } from './index.ts'

let world: MoleWorld
let tenant: Tenant
let mole: TestUser
before(async () => {
  world = await moleWorld()
  ;({ tenant, mole } = world)
})

const id = (key: string) => world.id(key)
const rooms = (env: Env, ...keys: string[]) => world.rooms(env, ...keys)
const denied = (run: (env: Env) => Promise<unknown>, who = mole) =>
  assert.rejects(who.write(run), { name: 'AccessError' })

describe('a field that the caller may not read', () => {
  const uses: Readonly<Record<string, (env: Env) => Promise<unknown>>> = {
    read: (env) => rooms(env, 'top').read(['note']),
    search_read: (env) => env.model('maze.room').search_read([], ['note']),
    web_read: (env) => rooms(env, 'top').web_read({ note: {} }),
    'web_read through a relation': (env) =>
      env.model('maze.item', [id('lamp')]).web_read({ room_id: { fields: { note: {} } } }),
    'a domain': (env) => env.model('maze.room').search([['note', '=like', 'n%']]),
    'a domain through a many2one': (env) => env.model('maze.item').search([['room_id.note', '=', 'n1']]),
    'a domain through a list': (env) => env.model('maze.tag').search([['room_ids.note', '=', 'n1']]),
    any: (env) => env.model('maze.item').search([['room_id', 'any', [['note', '=', 'n1']]]]),
    'not any': (env) => env.model('maze.item').search([['room_id', 'not any', ['!', ['note', '=', 'n1']]]]),
    search_count: (env) => env.model('maze.room').search_count([['note', '!=', false]]),
    name_search: (env) => env.model('maze.room').name_search('', [['note', '=', 'n1']]),
    order: (env) => env.model('maze.room').search([], 0, null, 'note'),
    'order through a relation': (env) => env.model('maze.item').search([], 0, null, 'room_id.note'),
    'order of a list': (env) =>
      env.model('maze.tag', [id('red')]).web_read({ room_ids: { fields: { name: {} }, order: 'note' } }),
    'group-by': (env) => env.model('maze.room').formatted_read_group([], ['note']),
    'the older group-by': (env) => env.model('maze.room').read_group([], [], ['note']),
    'an aggregate': (env) => env.model('maze.room').formatted_read_group([], [], ['note:max']),
    'the older aggregate': (env) => env.model('maze.room').read_group([], ['x:max(note)'], ['floor']),
    having: (env) => env.model('maze.room').formatted_read_group([], ['floor'], [], [['note:max', '>', 'a'] as never]),
    'a progress bar': (env) =>
      env.model('maze.room').read_progress_bar([], 'floor', { field: 'note', colors: { n1: 'x' } }),
    export: (env) => rooms(env, 'top').export_data(['note']),
    'export through a relation': (env) => env.model('maze.item', [id('lamp')]).export_data(['room_id/note']),
    onchange: (env) => env.model('maze.room').onchange({}, [], { note: {} }),
    write: (env) => rooms(env, 'top').write({ note: 'mine' }),
    create: (env) => env.model('maze.room').create({ name: 'x', note: 'mine' }),
    'a nested create': (env) =>
      env.model('maze.person', [id('ann')]).write({ room_ids: [[0, 0, { name: 'x', note: 'mine' }]] }),
    copy: (env) => rooms(env, 'top').copy({ note: 'mine' }),
  }
  for (const [way, run] of Object.entries(uses)) it(`cannot be used in ${way}`, () => denied(run))

  it('is no field for fields_get, read without names, default_get, copies and defaults of the context', async () => {
    await mole.write(async (env) => {
      assert.ok(!('note' in env.model('maze.room').fields_get()))
      assert.ok(!('note' in ((await rooms(env, 'top').read()).parse()[0] ?? {})))
      assert.deepEqual(
        await env.withContext({ default_note: 'x' }).model('maze.room').default_get(['note', 'name']),
        {},
      )
      const copy = await rooms(env, 'top').copy()
      const made = await env.withContext({ default_note: 'x' }).model('maze.room').create({ name: 'x' })
      const notes = await env.db.query(sql`SELECT note FROM maze_room WHERE id = ANY(${[copy.id, made.id]}::int4[])`)
      assert.deepEqual(notes, [{ note: null }, { note: null }])
    })
  })

  it('is not shown by a list or link of the other side either', async () => {
    const member = await asUser(tenant)
    await denied((env) => env.model('res.groups', [1]).read(['user_ids']), member)
    await denied((env) => env.model('res.groups').search([['user_ids', 'in', [2]]]), member)
    await denied((env) => env.model('res.groups').search([['user_ids.login', '=', 'admin']]), member)
    await denied((env) => env.model('res.groups').formatted_read_group([], ['user_ids']), member)
    assert.ok(!('user_ids' in (await member.read((env) => env.model('res.groups', [1]).read())).parse()[0]!))
  })

  it('decides no order that the caller sees: a relation sorts by what she may read', async () => {
    const rows = await tenant.pool.query<{ id: number }>(
      sql`UPDATE hf_access SET fields = ARRAY['name'] WHERE model = 'maze.person' AND kind = 'permission' RETURNING id`,
    )
    await bumpEpoch(tenant.pool)
    try {
      const order = await mole.read((env) => env.model('maze.item').formatted_read_group([], ['tag_id'], ['__count']))
      assert.equal(order.length, 1)
      const [row] = (await mole.read((env) => env.model('maze.room', [id('top')]).read(['owner_id', 'label']))).parse()
      assert.deepEqual(row?.owner_id, [id('ann'), 'ann'])
      await denied((env) => rooms(env, 'top').read(['owner_age']))
      assert.ok(!('owner_age' in ((await mole.read((env) => rooms(env, 'top').read())).parse()[0] ?? {})))
    } finally {
      await tenant.pool.query(sql`UPDATE hf_access SET fields = NULL WHERE id = ${rows[0]?.id ?? 0}::int4`)
      await bumpEpoch(tenant.pool)
    }
  })
})
