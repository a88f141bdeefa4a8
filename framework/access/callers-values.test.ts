import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Env } from '../orm/index.ts'
import { sql } from '../sql/index.ts'
import { asUser, type TestUser } from '../testing/index.ts'
import { type MoleWorld, moleWorld } from '../testing/maze/mole.ts'
import { bumpEpoch, type Tenant } from './index.ts'

let world: MoleWorld
let tenant: Tenant
let admin: TestUser
let mole: TestUser
before(async () => {
  world = await moleWorld()
  ;({ tenant, admin, mole } = world)
})

const id = (key: string) => world.id(key)
const rooms = (env: Env, ...keys: string[]) => world.rooms(env, ...keys)
const system = <T>(fn: (env: Env) => Promise<T>) => world.system(fn)
const denied = (run: (env: Env) => Promise<unknown>, who = mole) =>
  assert.rejects(who.write(run), { name: 'AccessError' })

describe('values of the caller', () => {
  it('say neither who made a record nor its number, not even as defaults', async () => {
    await mole.write(async (env) => {
      const defaults = {
        default_create_uid: 2,
        default_write_uid: 2,
        default_id: 77,
        default_create_date: '2001-01-01 00:00:00',
      }
      const { id: made } = await env
        .withContext(defaults)
        .model('maze.room')
        .create({ name: 'x', create_uid: 2, id: 78 } as never)
      const [row] = await env.db.query<{ create_uid: number; write_uid: number }>(
        sql`SELECT create_uid, write_uid FROM maze_room WHERE id = ${made}::int4`,
      )
      assert.deepEqual([row?.create_uid, row?.write_uid, made > 100], [mole.uid, mole.uid, true])
    })
  })

  it('point at nothing that the caller saw only through other rights, or next to what she saw', async () => {
    const point = (env: Env, room: string) => env.model('maze.item').create({ name: 'pin', room_id: id(room) })
    const bounds = { models: ['maze.room', 'maze.person'], ops: ['read'] as const }
    const looks: ((env: Env) => Promise<unknown>)[] = [
      (env) => rooms(env, 'cell', 'top').load('parent_id', 'child_ids', 'owner_id.age', 'parent_id.child_ids'),
      (env) => env.model('maze.room').search([['child_ids', 'in', [id('cell')]]]),
      (env) => env.model('maze.room').loadFound([['parent_id', 'child_of', id('top')]], 'parent_id.parent_id'),
      (env) => env.elevate('test.seen', bounds, (more) => rooms(more, 'vault', 'cell').load('parent_id', 'owner_id')),
      (env) => env.elevate('test.seen', bounds, (more) => more.model('maze.room').search([])),
    ]
    for (const look of looks) {
      await denied(async (env) => {
        await look(env)
        await point(env, 'vault')
      })
      await denied(async (env) => {
        await look(env)
        await rooms(env, 'top').write({ owner_id: id('boss') })
      })
    }
    await mole.write(async (env) => {
      await rooms(env, 'top').load('child_ids')
      await (await point(env, 'cell')).unlink()
    })
  })

  it('put no password hash into a user through a default', async () => {
    const uid = await admin.write(
      async (env) =>
        (await env.withContext({ default_password: 'raw' }).model('res.users').create({ name: 'Una', login: 'una' }))
          .id,
    )
    assert.deepEqual(await tenant.pool.query(sql`SELECT password FROM res_users WHERE id = ${uid}::int4`), [
      { password: null },
    ])
  })

  it('do not go along into an elevation as defaults', async () => {
    const context = {
      default_res_model: 'res.company',
      default_res_id: 1,
      default_res_field: 'logo',
      default_store_fname: 'x',
      default_public: true,
    }
    await mole.write(async (env) => {
      const { id: made } = await env.withContext(context).model('ir.attachment').create({ name: 'mine' })
      const [row] = await env.db.query(
        sql`SELECT res_model, res_id, res_field, store_fname FROM ir_attachment WHERE id = ${made}::int4`,
      )
      assert.deepEqual(row, { res_model: null, res_id: null, res_field: null, store_fname: null })
    })
  })

  it('lead from an own attachment to no other', async () => {
    const hidden = await admin.write(
      async (env) => (await env.model('ir.attachment').create({ name: 'CANARY file' })).id,
    )
    const words = (target: number) =>
      mole
        .write(async (env) => {
          const made = await env.model('ir.attachment').create({ name: 'mine', original_id: target })
          return (await made.read(['original_id'])).json
        })
        .catch((error: Error) => error.message)
    assert.doesNotMatch(await words(hidden), /CANARY|original_id/)
    assert.equal(await words(hidden), await words(1_999_999_999))
  })

  it('hold no script in html, in whichever language or shape they come', async () => {
    const evil = '<p>ok</p><script>steal()</script><img src=x onerror=steal()>'
    await mole.write(async (env) => {
      const made = await env.model('maze.room').create({ name: 'x', text: { en_US: evil } } as never)
      await made.write({ text: { fr_FR: evil } } as never)
      await made.update_field_translations('text', { nl_NL: evil })
      const [row] = await env.db.query<{ text: object }>(sql`SELECT text FROM maze_room WHERE id = ${made.id}::int4`)
      assert.doesNotMatch(JSON.stringify(row), /steal/)
    })
    await assert.rejects(
      mole.write((env) => rooms(env, 'top').write({ title: { en_US: { a: 1 } } } as never)),
      { code: 'ERR_VALUE' },
    )
  })

  it('do not reach the prototypes of this process through groups and their colours', async () => {
    await mole.write(async (env) => {
      await env.model('maze.room').create([
        { name: '__proto__', title: 'toString' },
        { name: 'constructor', title: '__proto__' },
      ])
      const bar = await env
        .model('maze.room')
        .read_progress_bar([], 'name', { field: 'title', colors: { toString: 'a', __proto__: 'b' } })
      assert.equal(Object.getOwnPropertyDescriptor(bar, '__proto__')?.value.toString, 1)
      assert.equal(typeof {}.toString, 'function')
    })
  })
})

describe('lists', () => {
  const tags = (env: Env, room: number) =>
    env
      .model('maze.room', [room])
      .load('tag_ids')
      .then(([row]) => row?.tag_ids)
  it('change by their commands one after the other, and not at all without one', async () => {
    await mole.write(async (env) => {
      const made = await env.model('maze.tag').create([{ name: 'a' }, { name: 'b' }, { name: 'c' }])
      const [a = 0, b = 0, c = 0] = made.ids
      const room = await env.model('maze.room').create({ name: 'x', tag_ids: [[6, 0, [a, b]]] })
      const after = async (...commands: unknown[]) => {
        await room.write({ tag_ids: commands as never })
        return (await tags(env, room.id))?.toSorted()
      }
      assert.deepEqual(await after(), [a, b])
      assert.deepEqual(await after([4, c], [5]), [])
      assert.deepEqual(await after([5], [4, c]), [c])
      assert.deepEqual(await after([6, 0, [a]], [4, b], [3, a]), [b])
      assert.deepEqual(await after([3, b], [4, b]), [b])
      assert.deepEqual(await after([0, 0, { name: 'd' }], [6, 0, [a]]), [a])
      const item = await env.model('maze.item').create({ name: 'i', room_id: room.id })
      await room.write({ item_ids: [] })
      assert.deepEqual((await env.model('maze.item', [item.id]).load('room_id'))[0]?.room_id, room.id)
    })
  })

  it('keep what is computed from them up to date, from whichever end they are written', async () => {
    await mole.write(async (env) => {
      const room = await env.model('maze.room').create({ name: 'x' })
      const total = async () => (await env.model('maze.room', [room.id]).load('tag_total'))[0]?.tag_total
      const tag = await env.model('maze.tag').create({ name: 't', level: 3, room_ids: [[4, room.id]] })
      assert.equal(await total(), 3)
      await tag.write({ room_ids: [[3, room.id]] })
      assert.equal(await total(), 0)
      await tag.write({ room_ids: [[6, 0, [room.id]]] })
      await tag.write({ level: 5 })
      assert.equal(await total(), 5)
      await tag.unlink()
      assert.equal(await total(), 0)
    })
  })
})

describe('a rule', () => {
  it('on a translated text is read in one language, whichever the caller asks for', async () => {
    await system(async (env) => {
      await env
        .model(
          'res.lang',
          (
            await env
              .withContext({ active_test: false })
              .model('res.lang')
              .search([['code', '=', 'fr_FR']])
          ).ids,
        )
        .write({ active: true })
      await rooms(env, 'cell').write({ title: { en_US: 'closed', fr_FR: 'open' } } as never)
      await env.db.query(
        sql`INSERT INTO hf_access (kind, model, ops, domain, source_model, source_id) VALUES ('global-rule', 'maze.room', '{read}', '[["title", "!=", "closed"]]', 'test', 9)`,
      )
      await bumpEpoch(env.db)
    })
    const seen = (lang: string) =>
      mole.read((env) => env.model('maze.room').search_count([['id', '=', id('cell')]]), { lang })
    assert.deepEqual([await seen('en_US'), await seen('fr_FR')], [0, 0])
    await tenant.pool.query(sql`DELETE FROM hf_access WHERE source_id = 9`)
    await bumpEpoch(tenant.pool)
    assert.equal(await seen('fr_FR'), 1)
  })

  it('may speak of related records and of values of the user in one', async () => {
    const two = await asUser(tenant)
    await tenant.pool.query(sql`WITH made AS (INSERT INTO res_company (name, partner_id, currency_id) SELECT 'Second', partner_id, currency_id FROM res_company WHERE id = 1 RETURNING id)
      INSERT INTO res_company_users_rel (cid, user_id) SELECT id, ${two.uid}::int4 FROM made`)
    const items = () => two.read((env) => env.model('maze.item').search_count([]))
    const all = await items()
    await tenant.pool.query(sql`INSERT INTO hf_access (kind, model, ops, domain, source_model, source_id)
      VALUES ('global-rule', 'maze.item', '{read}', '[["create_uid", "any", [["company_ids", "any", [["id", "in", {"user": "company_ids"}]]]]]]', 'test', 8)`)
    await bumpEpoch(tenant.pool)
    assert.equal(await items(), all)
    await tenant.pool.query(sql`DELETE FROM hf_access WHERE source_id = 8`)
    await bumpEpoch(tenant.pool)
  })

  it('tells a permission to create a field from one to write it', async () => {
    await tenant.pool.query(sql`INSERT INTO hf_access (kind, model, ops, fields, source_model, source_id) VALUES
      ('permission', 'maze.room', '{create}', NULL, 'test', 7)`)
    await bumpEpoch(tenant.pool)
    await mole.write(async (env) => assert.ok((await env.model('maze.room').create({ name: 'x', note: 'n' })).id))
    await denied((env) => rooms(env, 'top').write({ note: 'mine' }))
    await tenant.pool.query(sql`DELETE FROM hf_access WHERE source_id = 7`)
    await bumpEpoch(tenant.pool)
  })
})
