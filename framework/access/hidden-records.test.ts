import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Env } from '../orm/index.ts'
import { sql } from '../sql/index.ts'
import type { TestUser } from '../testing/index.ts'
import { type MoleWorld, moleWorld } from '../testing/maze/mole.ts'
import type { Tenant } from './index.ts'

let world: MoleWorld
let tenant: Tenant
let mole: TestUser
before(async () => {
  world = await moleWorld()
  ;({ tenant, mole } = world)
})

const id = (key: string) => world.id(key)
const rooms = (env: Env, ...keys: string[]) => world.rooms(env, ...keys)
const system = <T>(fn: (env: Env) => Promise<T>) => world.system(fn)
const denied = (run: (env: Env) => Promise<unknown>, who = mole) =>
  assert.rejects(who.write(run), { name: 'AccessError' })

describe('a record that the caller may not read', () => {
  const looks: Readonly<Record<string, (env: Env) => unknown>> = {
    search_read: async (env) => (await env.model('maze.room').search_read()).json,
    'many2one as a pair': async (env) => (await env.model('maze.item', [id('gold')]).read(['room_id'])).json,
    'many2one as an id': async (env) => (await env.model('maze.item', [id('gold')]).read(['room_id'], null)).json,
    'many2one of a company': async (env) => (await rooms(env, 'cell').read(['keeper_id'])).json,
    'nested read': async (env) =>
      (
        await env
          .model('maze.item')
          .web_search_read([], { room_id: { fields: { name: {} } }, maker_id: { fields: { display_name: {} } } })
      ).records,
    lists: async (env) => (await env.model('maze.person').search_read([], ['room_ids'])).json,
    links: async (env) => (await env.model('maze.tag').search_read([], ['room_ids'])).json,
    name_search: (env) => env.model('maze.room').name_search('CANARY'),
    groups: (env) => env.model('maze.item').formatted_read_group([], ['room_id'], ['__count', 'room_id:array_agg']),
    'older groups': (env) => env.model('maze.item').read_group([], ['price'], ['maker_id']),
    'groups of links': (env) => env.model('maze.tag').formatted_read_group([], ['room_ids'], ['__count']),
    'related value': async (env) => (await rooms(env, 'cell').read(['owner_age', 'label'])).json,
    export: (env) =>
      env
        .model('maze.item')
        .search([])
        .then((found) => found.export_data(['room_id/name', 'maker_id', 'maker_id/boss_id/name'])),
    child_of: (env) =>
      env
        .model('maze.room')
        .search([['id', 'child_of', [id('top')]]])
        .then((found) => found.ids),
    parent_of: (env) =>
      env
        .model('maze.room')
        .search([['id', 'parent_of', [id('cell')]]])
        .then((found) => found.ids),
    onchange: (env) =>
      env
        .withContext({ default_owner_id: id('boss') })
        .model('maze.room')
        .onchange({}, [], { owner_id: { fields: { name: {} } } }),
    metadata: (env) => env.model('maze.item', [id('gold')]).get_metadata(),
  }
  for (const [way, run] of Object.entries(looks)) {
    it(`is absent from ${way}`, async () => {
      const seen = JSON.stringify(await mole.read(async (env) => run(env)))
      for (const secret of ['CANARY', String(id('vault')), String(id('boss'))])
        assert.ok(!seen.includes(secret), `${secret} in ${seen}`)
    })
  }

  it('ends the hierarchies that lead through it', async () => {
    await mole.read(async (env) => {
      assert.deepEqual((await env.model('maze.room').search([['id', 'child_of', [id('top')]]])).ids, [id('top')])
      assert.deepEqual((await env.model('maze.room').search([['id', 'parent_of', [id('cell')]]])).ids, [id('cell')])
    })
  })

  const oracles: Readonly<Record<string, (env: Env) => Promise<{ readonly ids: readonly number[] }>>> = {
    'the id of a relation': (env) => env.model('maze.item').search([['room_id', '=', id('vault')]]),
    'its name': (env) => env.model('maze.item').search([['room_id', 'ilike', 'CANARY']]),
    'a path': (env) => env.model('maze.item').search([['room_id.floor', '=', 9]]),
    'a list': (env) => env.model('maze.tag').search([['room_ids', '=', id('vault')]]),
    'a longer path': (env) => env.model('maze.tag').search([['room_ids.owner_id', '=', id('bob')]]),
    'a many2one of a company': (env) => env.model('maze.room').search([['keeper_id', '!=', false]]),
    'a path through it': (env) => env.model('maze.room').search([['keeper_id.age', '>', 0]]),
    'a related value': (env) => env.model('maze.room').search([['owner_age', '>', 90]]),
    'child_of through a relation': (env) => env.model('maze.item').search([['room_id', 'child_of', [id('vault')]]]),
  }
  for (const [way, run] of Object.entries(oracles)) {
    it(`answers no question about ${way}`, async () => assert.deepEqual((await mole.read(run)).ids, []))
  }

  const changes: Readonly<Record<string, (env: Env, target: number) => Promise<unknown>>> = {
    'a many2one': (env, target) => rooms(env, 'top').write({ parent_id: target }),
    'a many2one of a company': (env, target) => env.model('maze.item', [id('lamp')]).write({ room_id: target }),
    'a new record': (env, target) => env.model('maze.room').create({ name: 'x', parent_id: target }),
    'a default of the context': (env, target) =>
      env.withContext({ default_parent_id: target }).model('maze.room').create({ name: 'x' }),
    'a nested record': (env, target) =>
      env.model('maze.person', [id('ann')]).write({ room_ids: [[0, 0, { name: 'x', parent_id: target }]] }),
    'a link': (env, target) => env.model('maze.tag', [id('red')]).write({ room_ids: [[4, target]] }),
    'a set of links': (env, target) => env.model('maze.tag').create({ name: 'x', room_ids: [[6, 0, [target]]] }),
    'a list': (env, target) => env.model('maze.person', [id('ann')]).write({ room_ids: [[4, target]] }),
    'its own list': (env, target) => env.model('maze.person', [id('bob')]).write({ room_ids: [[4, target]] }),
    'a nested write': (env, target) =>
      env.model('maze.person', [id('bob')]).write({ room_ids: [[1, target, { name: 'mine' }]] }),
    'a nested unlink': (env, target) => env.model('maze.person', [id('bob')]).write({ room_ids: [[2, target]] }),
    'a copy': (env, target) => rooms(env, 'top').copy({ parent_id: target }),
    web_save: (env, target) => rooms(env, 'top').web_save({ name: 'top' }, { name: {} }, target),
    write: (env, target) => env.model('maze.room', [target]).write({ name: 'mine' }),
    'a write that would take it into sight': (env, target) => env.model('maze.room', [target]).write({ floor: 1 }),
    unlink: (env, target) => env.model('maze.room', [target]).unlink(),
    read: (env, target) => env.model('maze.room', [target]).read(['name']),
    translations: (env, target) => env.model('maze.room', [target]).get_field_translations('title'),
    'a translation': (env, target) =>
      env.model('maze.room', [target]).update_field_translations('title', { en_US: 'mine' }),
  }
  for (const [way, run] of Object.entries(changes)) {
    it(`is refused through ${way} in the same words as one that does not exist`, async () => {
      const words = async (target: number) => {
        try {
          await mole.write((env) => run(env, target))
          return 'done'
        } catch (error) {
          return `${(error as Error).name}: ${(error as Error).message}`
        }
      }
      const hidden = await words(id('vault'))
      assert.match(hidden, /^AccessError/)
      assert.equal(await words(1_999_999_999), hidden)
      const [row] = await tenant.pool.query(sql`SELECT name, parent_id FROM maze_room WHERE id = ${id('vault')}::int4`)
      assert.deepEqual(row, { name: 'CANARY vault', parent_id: id('top') })
    })
  }

  it('stays in the lists that she empties, replaces or takes it out of by number', async () => {
    for (const command of [[5], [6, 0, []], [3, id('vault')]]) {
      await mole.write((env) => env.model('maze.tag', [id('red')]).write({ room_ids: [command] as never }))
      await mole.write((env) => env.model('maze.person', [id('bob')]).write({ room_ids: [command] as never }))
      await mole.write((env) => rooms(env, 'top').write({ child_ids: [command] as never }))
    }
    const links = await tenant.pool.query(sql`SELECT room_id FROM maze_room_tag_rel`)
    assert.deepEqual(links, [{ room_id: id('vault') }])
    const [vault] = await tenant.pool.query(
      sql`SELECT owner_id, parent_id FROM maze_room WHERE id = ${id('vault')}::int4`,
    )
    assert.deepEqual(vault, { owner_id: id('bob'), parent_id: id('top') })
    await system((env) => env.model('maze.tag', [id('red')]).write({ room_ids: [[4, id('top')]] }))
  })

  it('cannot be entered: neither a write nor a create may end outside what the caller may touch', async () => {
    await denied((env) => rooms(env, 'top').write({ floor: 9 }))
    await denied((env) => env.model('maze.room').create({ name: 'x', floor: 9 }))
    await denied((env) => env.withContext({ default_floor: 9 }).model('maze.room').create({ name: 'x' }))
    await denied((env) => rooms(env, 'top').copy({ floor: 9 }))
  })

  it('is found by no import, neither by its external id nor by number or name', async () => {
    await tenant.pool.query(
      sql`INSERT INTO ir_model_data (module, name, model, res_id) VALUES ('__import__', 'vault', 'maze.room', ${id('vault')}::int4)`,
    )
    const outcome = (fields: string[], row: string[]) =>
      mole.write(async (env) => {
        const { ids, messages } = await env.model('maze.room').load_rows(fields, [row])
        return [ids, messages.map((one) => one.message.replace(/'[^']*'/g, '…'))]
      })
    for (const [head, found, absent] of [
      ['parent_id/id', '__import__.vault', '__import__.nothing'],
      ['parent_id/.id', String(id('vault')), '1999999999'],
      ['parent_id', 'CANARY vault', 'nothing'],
      ['tag_ids/.id', String(id('vault')), '1999999999'],
    ] as const) {
      const fields = ['name', head]
      assert.deepEqual(await outcome(fields, ['x', found]), await outcome(fields, ['x', absent]), head)
    }
    assert.equal((await outcome(['id', 'name'], ['__import__.vault', 'mine']))[0], false)
    assert.equal((await outcome(['.id', 'name'], [String(id('vault')), 'mine']))[0], false)
  })
})
