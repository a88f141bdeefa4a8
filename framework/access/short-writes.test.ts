import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import type { Domain, Env } from '../orm/index.ts'
import { type Pool, sql } from '../sql/index.ts'
import { actAs, asUser, type TestUser, testTenant } from '../testing/index.ts'
import { bumpEpoch, makeTenant, type Tenant } from './index.ts'

process.env.HOLDFAST_APPS = join(import.meta.dirname, '..', 'testing', 'maze', 'apps')

let tenant: Tenant
/** A user in a process whose memory somebody else's change has not reached. */
let elsewhere: TestUser
let sent = 0

before(async () => {
  tenant = await testTenant({ apps: ['maze'] })
  const { name, pool, files, registry } = tenant
  const { uid } = await asUser(tenant)
  elsewhere = actAs(makeTenant({ name, pool: counted(pool), files, registry }), uid)
})

/** Counts round trips of transactions. */
function counted(pool: Pool): Pool {
  const watch = <T extends object>(inner: T, own: Record<string, unknown>): T =>
    new Proxy(inner, {
      get(target, name) {
        if (typeof name === 'string' && name in own) return own[name]
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  return watch(pool, {
    connect: async () => {
      const client = await pool.connect()
      const query = (statement: never) => {
        sent++
        return client.query(statement)
      }
      return watch(client, { query })
    },
  })
}

async function useRule(model: string, domain: Domain): Promise<void> {
  await tenant.pool.query(sql`DELETE FROM hf_access WHERE source_model = 'test'`)
  for (const [kind, rule] of [
    ['permission', null],
    ['global-rule', JSON.stringify(domain)],
  ] as const)
    await tenant.pool.query(
      sql`INSERT INTO hf_access (kind, model, ops, domain, source_model, source_id) VALUES (${kind}, ${model}, '{read,write,create,unlink}', ${rule}::jsonb, 'test', 0)`,
    )
  await bumpEpoch(tenant.pool)
  await elsewhere.read((env) => env.model(model).search_count([]))
}

const insert = async (table: 'maze_item' | 'maze_room', name: string, note: string, parent: number | null = null) => {
  const rows = await tenant.pool.query<{ id: number }>(
    table === 'maze_item'
      ? sql`INSERT INTO maze_item (name, note) VALUES (${name}, ${note}) RETURNING id`
      : sql`INSERT INTO maze_room (name, note, parent_id) VALUES (${name}, ${note}, ${parent}::int4) RETURNING id`,
  )
  return rows[0]?.id as number
}
const notes = async (...ids: number[]) =>
  (
    await tenant.pool.query<{ line: string }>(
      sql`SELECT name || '/' || note AS line FROM maze_item WHERE id = ANY(${ids}::int4[]) ORDER BY id`,
    )
  ).map((row) => row.line)
const itemsNamed = async (name: string) =>
  (await tenant.pool.query(sql`SELECT 1 FROM maze_item WHERE name = ${name}`)).length

const write = (ids: readonly number[], values: object, who = elsewhere) =>
  who.write((env) => env.model('maze.item', ids).write(values))
/** As a call of a client does: nothing follows. */
const create = (values: object, who = elsewhere) =>
  who.write((env: Env) => {
    env.state.isOnlyCall = true
    return env.model('maze.item').create(values as never)
  })
const inWords = (run: Promise<unknown>) =>
  run.then(
    () => 'done',
    (error: { code: string; message: string }) => `${error.code} ${error.message}`,
  )

describe('a change in one statement', () => {
  it('is one round trip', async () => {
    await useRule('maze.item', [['note', '=', 'mine']])
    const id = await insert('maze_item', 'one', 'mine')
    await write([id], { name: 'warm' })
    sent = 0
    await write([id], { name: 'new' })
    assert.deepEqual([sent, await notes(id)], [1, ['new/mine']])
    sent = 0
    const [made] = (await create({ name: 'made', note: 'mine' })).ids
    assert.deepEqual([sent, await notes(made as number)], [1, ['made/mine']])
  })

  it('touches no record outside of the rule, not even to take it in; nor does it take one out', async () => {
    await useRule('maze.item', [['note', '=', 'mine']])
    const mine = await insert('maze_item', 'a', 'mine')
    const theirs = await insert('maze_item', 'b', 'theirs')
    for (const [ids, values] of [
      [[theirs], { name: 'x' }],
      [[theirs], { note: 'mine' }],
      [[mine], { note: 'theirs' }],
      [[mine, theirs], { name: 'x' }],
      [[mine, 99_999_999], { name: 'x' }],
    ] as const) {
      await assert.rejects(write(ids, values), { code: 'ERR_ACCESS_WRITE_RECORDS' })
      assert.deepEqual(await notes(mine, theirs), ['a/mine', 'b/theirs'])
    }
    await assert.rejects(create({ name: 'smuggled', note: 'theirs' }), { code: 'ERR_ACCESS_CREATE_RECORDS' })
    assert.equal(await itemsNamed('smuggled'), 0)
  })

  it('says the same of a hidden record and of one that is not there', async () => {
    await useRule('maze.item', [['note', '=', 'mine']])
    const theirs = await insert('maze_item', 'b', 'theirs')
    assert.equal(await inWords(write([theirs], { name: 'x' })), await inWords(write([99_999_999], { name: 'x' })))
  })

  it('is not told of the past by a rule about other rows of the same table', async () => {
    await useRule('maze.room', ['|', ['parent_id', '=', false], ['parent_id.note', '=', 'open']])
    const parent = await insert('maze_room', 'parent', 'open')
    const child = await insert('maze_room', 'child', 'open', parent)
    const change = (ids: number[], values: object) =>
      elsewhere.write((env) => env.model('maze.room', ids).write(values))
    await assert.rejects(change([parent, child], { note: 'shut' }), { code: 'ERR_ACCESS_WRITE_RECORDS' })
    await change([parent, child], { floor: 3 })
    const shut = await insert('maze_room', 'shut', 'shut')
    await assert.rejects(
      elsewhere.write((env) => env.model('maze.room').create({ name: 'x', parent_id: shut })),
      { status: 403 },
    )
    const rows = await tenant.pool.query(
      sql`SELECT note, floor FROM maze_room WHERE id = ANY(${[parent, child]}::int4[])`,
    )
    assert.deepEqual(rows, [
      { note: 'open', floor: 3 },
      { note: 'open', floor: 3 },
    ])
  })

  it('asks rules about records of other tables, too', async () => {
    await useRule('maze.item', [['maker_id.name', '=', 'mole']])
    const [mole, other] = await tenant.pool.query<{ id: number }>(
      sql`INSERT INTO maze_person (name) VALUES ('mole'), ('other') RETURNING id`,
    )
    await tenant.pool.query(sql`INSERT INTO hf_access (kind, model, ops, source_model, source_id)
      VALUES ('permission', 'maze.person', '{read}', 'test', 0)`)
    await bumpEpoch(tenant.pool)
    const [id] = (await create({ name: 'c', note: 'n', maker_id: mole?.id })).ids
    await write([id as number], { name: 'd' })
    await assert.rejects(create({ name: 'smuggled', note: 'n', maker_id: other?.id }), { status: 403 })
    await assert.rejects(write([id as number], { maker_id: other?.id }), { status: 403 })
    assert.deepEqual([await notes(id as number), await itemsNamed('smuggled')], [['d/n'], 0])
  })

  it('points to no record that its writer may not read', async () => {
    await useRule('maze.item', [])
    await tenant.pool.query(sql`INSERT INTO hf_access (kind, model, ops, domain, source_model, source_id)
      VALUES ('permission', 'maze.person', '{read}', NULL, 'test', 0),
        ('global-rule', 'maze.person', '{read}', '[["name", "=", "nobody"]]', 'test', 0)`)
    await bumpEpoch(tenant.pool)
    const [hidden] = await tenant.pool.query<{ id: number }>(
      sql`INSERT INTO maze_person (name) VALUES ('hidden') RETURNING id`,
    )
    const id = await insert('maze_item', 'free', 'n')
    for (const maker_id of [hidden?.id, 99_999_999]) {
      await assert.rejects(write([id], { maker_id }), { code: 'ERR_ACCESS_READ_RECORDS' })
      await assert.rejects(create({ name: 'smuggled', maker_id }), { code: 'ERR_ACCESS_READ_RECORDS' })
    }
    assert.equal(await itemsNamed('smuggled'), 0)
  })

  it('does nothing with rights that another process has taken away', async () => {
    const afterReading = (ids: readonly number[]) =>
      elsewhere.write(async (env) => {
        const items = env.model('maze.item', ids)
        await items.load('name')
        await items.write({ name: 'x' })
      })
    for (const attempt of ['write', 'write after reading', 'create'] as const) {
      await useRule('maze.item', [])
      const id = await insert('maze_item', 'kept', 'n')
      await write([id], { note: 'n' })
      await tenant.pool.query(sql`UPDATE hf_access SET ops = '{read}' WHERE source_model = 'test'`)
      await bumpEpoch(tenant.pool)
      const run =
        attempt === 'create'
          ? create({ name: 'smuggled' })
          : attempt === 'write'
            ? write([id], { name: 'x' })
            : afterReading([id])
      await assert.rejects(run, { name: 'AccessError' })
      assert.deepEqual([await notes(id), await itemsNamed('smuggled')], [['kept/n'], 0])
    }
  })

  it('does not follow a record that somebody takes out of reach at the same moment', async () => {
    await useRule('maze.item', [['note', '=', 'mine']])
    const id = await insert('maze_item', 'kept', 'mine')
    await write([id], { name: 'kept' })
    const taken = Promise.withResolvers<void>()
    const committing = Promise.withResolvers<void>()
    const taking = actAs(tenant, 2).write(async (env) => {
      await env.db.query(sql`UPDATE maze_item SET note = 'theirs' WHERE id = ${id}::int4`)
      taken.resolve()
      await committing.promise
    })
    await taken.promise
    const writing = assert.rejects(write([id], { name: 'x' }), { code: 'ERR_ACCESS_WRITE_RECORDS' })
    // It waits for the row by now, with a snapshot in which the record was within reach.
    await new Promise((resolve) => setTimeout(resolve, 150))
    committing.resolve()
    await Promise.all([taking, writing])
    assert.deepEqual(await notes(id), ['kept/theirs'])
  })

  it('is read by what follows it in the same request, and undone with it', async () => {
    await useRule('maze.item', [])
    const id = await insert('maze_item', 'before', 'n')
    const seen = await elsewhere.write(async (env) => {
      const item = env.model('maze.item', [id])
      await item.write({ name: 'after' })
      return (await item.load('name'))[0]?.name
    })
    assert.equal(seen, 'after')
    await assert.rejects(
      elsewhere.write(async (env) => {
        await env.model('maze.item', [id]).write({ name: 'gone' })
        throw new TypeError('later')
      }),
      TypeError,
    )
    assert.deepEqual(await notes(id), ['after/n'])
  })

  it('gives the errors of the long way: a required value, one that does not fit, a record that is missing', async () => {
    await useRule('maze.item', [])
    const id = await insert('maze_item', 'x', 'n')
    await assert.rejects(write([id], { name: false }), { code: 'ERR_REQUIRED' })
    await assert.rejects(write([id], { price: 99_999_999_999 }), { code: 'ERR_SQL_VALUE' })
    await assert.rejects(create({ name: 'x', price: 99_999_999_999 }), { code: 'ERR_SQL_VALUE' })
    await assert.rejects(write([id], { maker_id: 99_999_999 }), { status: 403 })
    await assert.rejects(
      actAs(tenant, 2).write((env) => env.model('res.partner', [99_999_999]).write({ function: 'x' })),
      { code: 'ERR_MISSING' },
    )
  })
})
