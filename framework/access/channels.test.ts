import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import type { Env } from '../orm/index.ts'
import { sql } from '../sql/index.ts'
import { actAs, asUser, type TestUser, testTenant } from '../testing/index.ts'
import { bumpEpoch, type Tenant, withSystemEnv } from './index.ts'

process.env.HOLDFAST_APPS = join(import.meta.dirname, '..', 'testing', 'maze', 'apps')

/**
 * The mole may use rooms, except those of floor 9, and not their note; persons below 90; all tags and items.
 * What is hidden says CANARY.
 */
let tenant: Tenant
let admin: TestUser
let mole: TestUser
const at: Record<string, number> = {}

before(async () => {
  tenant = await testTenant({ apps: ['maze'] })
  admin = actAs(tenant, 2)
  mole = await asUser(tenant)
  await withSystemEnv(tenant, 'test.world', {}, async (env) => {
    const add = async (key: string, model: string, values: Record<string, unknown>) => {
      at[key] = (await env.model(model).create(values)).id
    }
    await add('boss', 'maze.person', { name: 'CANARY boss', age: 95 })
    await add('ann', 'maze.person', { name: 'ann', age: 30, boss_id: at['boss'] })
    await add('bob', 'maze.person', { name: 'bob', age: 40 })
    await add('red', 'maze.tag', { name: 'red', level: 1 })
    await add('top', 'maze.room', {
      name: 'top',
      floor: 1,
      note: 'n1',
      owner_id: at['ann'],
      tag_ids: [[6, 0, [at['red']]]],
    })
    await add('vault', 'maze.room', {
      name: 'CANARY vault',
      title: 'CANARY title',
      floor: 9,
      note: 'CANARY note',
      parent_id: at['top'],
      owner_id: at['bob'],
      tag_ids: [[6, 0, [at['red']]]],
    })
    await add('cell', 'maze.room', {
      name: 'cell',
      floor: 2,
      note: 'n2',
      parent_id: at['vault'],
      owner_id: at['boss'],
      keeper_id: at['boss'],
    })
    await add('lamp', 'maze.item', { name: 'lamp', price: 5, room_id: at['top'], maker_id: at['boss'] })
    await add('gold', 'maze.item', { name: 'gold', price: 7, room_id: at['vault'], maker_id: at['bob'] })
  })
  const rules = [
    [
      'permission',
      'maze.room',
      null,
      [
        'name',
        'floor',
        'lit',
        'size',
        'built',
        'title',
        'text',
        'parent_id',
        'child_ids',
        'owner_id',
        'tag_ids',
        'item_ids',
        'keeper_id',
        'owner_age',
        'label',
        'tag_total',
        'create_uid',
        'create_date',
        'write_uid',
        'write_date',
      ],
    ],
    ['global-rule', 'maze.room', [['floor', '!=', 9]], null],
    ['permission', 'maze.person', null, null],
    ['global-rule', 'maze.person', [['age', '<', 90]], null],
    ['permission', 'maze.item', null, null],
    ['permission', 'maze.tag', null, null],
  ].map(([kind, model, domain, fields]) => ({ kind, model, domain, fields }))
  await tenant.pool.query(sql`INSERT INTO hf_access (kind, model, ops, domain, fields, source_model, source_id)
    SELECT kind, model, '{read,write,create,unlink}', domain, fields, 'test', 0
    FROM jsonb_to_recordset(${JSON.stringify(rules)}::jsonb) AS r (kind text, model text, domain jsonb, fields text[])`)
  await bumpEpoch(tenant.pool)
})

const id = (key: string): number => at[key] ?? assert.fail(key)
const rooms = (env: Env, ...keys: string[]) => env.model('maze.room', keys.map(id))
const denied = (run: (env: Env) => Promise<unknown>, who = mole) =>
  assert.rejects(who.write(run), { name: 'AccessError' })
const system = <T>(fn: (env: Env) => Promise<T>) => withSystemEnv(tenant, 'test.look', {}, fn)

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
