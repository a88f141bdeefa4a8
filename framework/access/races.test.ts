import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, test } from 'node:test'
import type { Env } from '../orm/index.ts'
import { openPool, type Pool, type Sql, sql } from '../sql/index.ts'
import { asUser, type TestUser, testTenant } from '../testing/index.ts'
import { atEnd } from '../testing/index.ts'
import { bumpEpoch, makeTenant, type Tenant, withEnv } from './index.ts'

process.env.HOLDFAST_APPS = join(import.meta.dirname, '..', 'testing', 'maze', 'apps')

let tenant: Tenant
let user: TestUser

before(async () => {
  tenant = await testTenant({ apps: ['maze'] })
  user = await asUser(tenant)
  await tenant.pool.query(sql`INSERT INTO hf_access (kind, model, ops, source_model, source_id)
    VALUES ('permission', 'maze.room', '{read,write,create,unlink}', 'test', 0)`)
  await tenant.pool.query(sql`INSERT INTO maze_room (name, floor, lit) VALUES ('root', 1, true)`)
  await tenant.pool.query(
    sql`INSERT INTO maze_room (name, floor, lit, parent_id) SELECT 'r' || n, 1, true, (SELECT min(id) FROM maze_room) FROM generate_series(1, 3000) n`,
  )
  await bumpEpoch(tenant.pool)
})

interface Gate {
  readonly part: string
  readonly reached: Promise<void>
  readonly open: () => void
  pass(): Promise<void>
}

function gate(part: string): Gate {
  const arrived = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  const pass = () => {
    arrived.resolve()
    return opened.promise
  }
  return { part, reached: arrived.promise, open: opened.resolve, pass }
}

/** A pool that holds back the answers of statements in which a gate's text stands. */
function slowed(pool: Pool, gates: Set<Gate>): Pool {
  const hold = async <T>(text: string, answer: Promise<T>): Promise<T> => {
    const result = await answer
    for (const one of gates) if (text.includes(one.part)) await one.pass()
    return result
  }
  const textOf = (statement: unknown) => String((statement as { text?: string }).text ?? statement)
  const wrap = <T extends object>(inner: T, query: (...args: never[]) => unknown, connect?: () => unknown): T =>
    new Proxy(inner, {
      get(target, name) {
        if (name === 'query') return query
        if (name === 'connect' && connect) return connect
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  return wrap(
    pool,
    (statement: Sql, options: never) => hold(statement.compile().text, pool.query(statement, options)),
    async () => {
      const client = await pool.connect()
      return wrap(client, (config: never) => hold(textOf(config), client.query(config) as unknown as Promise<unknown>))
    },
  )
}

test('rights that a transaction read before they changed do not stay in memory after the change', async () => {
  const gates = new Set<Gate>()
  const { name, pool, files, registry } = tenant
  const process = makeTenant({ name, pool: slowed(pool, gates), files, registry })
  const look = () => withEnv(process, user.uid, { mode: 'read' }, (env) => env.model('maze.room').search_count([]))
  assert.equal(await look(), 3001)

  const began = gate('n, models FROM hf_epoch')
  gates.add(began)
  const writing = withEnv(process, user.uid, { mode: 'write' }, async () => 'done')
  await began.reached
  gates.delete(began)
  await pool.query(sql`UPDATE hf_access SET ops = '{unlink}' WHERE model = 'maze.room'`)
  await bumpEpoch(pool)
  const renewing = gate('FROM res_lang WHERE active')
  gates.add(renewing)
  const refused = assert.rejects(look(), { name: 'AccessError' })
  await renewing.reached
  gates.delete(renewing)
  began.open()
  await writing
  renewing.open()
  await refused
  await assert.rejects(look(), { name: 'AccessError' })

  await pool.query(sql`UPDATE hf_access SET ops = '{read,write,create,unlink}' WHERE model = 'maze.room'`)
  await bumpEpoch(pool)
  assert.equal(await look(), 3001)
})

test('a write that is under way when the right to it is taken away is refused as a whole at its COMMIT', async () => {
  const { name, pool, files, registry } = tenant
  const process = makeTenant({ name, pool, files, registry })
  const named = async (label: string) => (await pool.query(sql`SELECT 1 FROM maze_room WHERE name = ${label}`)).length
  const revoke = async (ops: string) => {
    await pool.query(sql`UPDATE hf_access SET ops = ${ops}::text[] WHERE model = 'maze.room'`)
    await bumpEpoch(pool)
  }
  for (const changes of [1, 2]) {
    let attempts = 0
    const writing = withEnv(process, user.uid, { mode: 'write' }, async (env) => {
      await env.model('maze.room').search_count([])
      for (let i = 0; i < changes; i++) await env.model('maze.room').create({ name: `late ${changes}` })
      if (++attempts === 1) await revoke('{read}')
      await env.model('maze.room').search_count([])
    })
    await assert.rejects(writing, { code: 'ERR_ACCESS_CREATE' })
    assert.equal(await named(`late ${changes}`), 0)
    await revoke('{read,write,create,unlink}')
  }
  const still = await withEnv(process, user.uid, { mode: 'write' }, async (env) => {
    await env.model('maze.room').search_count([])
    return (await env.model('maze.room').create({ name: 'in time' })).id
  })
  assert.ok(still > 0)
  assert.equal(await named('in time'), 1)
  await pool.query(sql`DELETE FROM maze_room WHERE name = 'in time'`)
})

test('a read that multiplies without end is stopped by the time-out, and others go on meanwhile', async () => {
  const { name, files, registry, pool } = tenant
  const short = openPool({ ...pool.options, statementTimeoutMs: 700 })
  atEnd(() => short.close())
  const bounded = makeTenant({ name, pool: short, files, registry })
  let specification: Record<string, unknown> = { name: {} }
  for (let i = 0; i < 3; i++) specification = { parent_id: { fields: { child_ids: { fields: specification } } } }
  const endless = assert.rejects(
    withEnv(bounded, user.uid, { mode: 'read' }, (env) => env.model('maze.room').web_search_read([], specification)),
    { code: 'ERR_SQL_TIMEOUT' },
  )
  for (let i = 0; i < 5; i++)
    assert.equal(
      await withEnv(bounded, user.uid, { mode: 'read' }, (env) =>
        env.model('maze.room').search_count([['floor', '=', 1]]),
      ),
      3001,
    )
  await endless
})

test('ten writers and readers at once while rights change every moment end, each with the rights of its moment', async () => {
  const { name, pool, files, registry } = tenant
  const process = makeTenant({ name, pool, files, registry })
  let running = true
  const changing = (async () => {
    // Slower each time, so that somebody gets through however busy the machine is.
    for (let pause = 20; running; pause *= 1.5) {
      await bumpEpoch(pool)
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  })()
  const work = Array.from({ length: 10 }, (_, i) =>
    withEnv(process, user.uid, { mode: i % 2 ? 'write' : 'read' }, (env) =>
      env.model('maze.room').search_count([['id', '<', 0]]),
    ),
  )
  const results = await Promise.allSettled(work)
  running = false
  await changing
  for (const result of results) {
    if (result.status === 'rejected') assert.equal((result.reason as { code?: string }).code, 'ERR_RIGHTS_UNSTABLE')
    else assert.equal(result.value, 0)
  }
  assert.ok(results.some(({ status }) => status === 'fulfilled'))
})

test('a writer never waits for rights that a reader cannot load because all connections are taken by writers', async () => {
  const { name, files, registry, pool } = tenant
  const narrow = openPool({ ...pool.options, max: 1 })
  atEnd(() => narrow.close())
  const process = makeTenant({ name, pool: narrow, files, registry })
  const look = (env: Env) => env.model('maze.room').search_count([['id', '<', 0]])
  await withEnv(process, user.uid, { mode: 'read' }, look)
  for (let i = 0; i < 3; i++) {
    process.rights.users.clear()
    // The writer has the only connection when the reader asks for the rights that both need.
    const writing = withEnv(process, user.uid, { mode: 'write' }, look)
    const reading = withEnv(process, user.uid, { mode: 'read' }, look)
    assert.deepEqual(await Promise.all([writing, reading]), [0, 0])
  }
})
