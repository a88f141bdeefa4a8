import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Tenant } from '../../access/index.ts'
import { createKey, createLink, openSession } from '../../auth/index.ts'
import { UnavailableError } from '../../errors.ts'
import { initTenant } from '../../modules/index.ts'
import { callMethod, type LogEntry } from '../../rpc/index.ts'
import { type Row, type Sql, sql } from '../../sql/index.ts'
import { actAs, addressOf, asUser, atEnd, emptyDatabase, type TestUser } from '../../testing/index.ts'
import { type Jobs, keepAlarm, openAlarms, startJobs } from '../index.ts'

const folder = await mkdtemp(join(tmpdir(), 'holdfast-clock-'))
after(() => rm(folder, { recursive: true, force: true }))
process.env.HOLDFAST_APPS = folder
await writeToy()

describe('scheduled actions', () => {
  const key = 'tenant-one'
  const logged: LogEntry[] = []
  let isSuspended = false
  let tenant: Tenant
  let admin: TestUser
  let employee: TestUser
  let alarms: ReturnType<typeof openAlarms>
  let jobs: Jobs

  before(async () => {
    tenant = await initTenant({ name: 'one', ...(await emptyDatabase()) }, { apps: ['toy'], demo: false })
    admin = actAs(tenant, 2)
    employee = await asUser(tenant)
    const control = await emptyDatabase()
    alarms = openAlarms(control.pool)
    const log = (entry: LogEntry): void => void logged.push(entry)
    await keepAlarm(tenant, key, alarms, log)()
    jobs = await startJobs({
      database: await addressOf(control.pool),
      pollSeconds: 0.5,
      clockSeconds: 1,
      alarms,
      awake: () => [],
      directory: {
        byKey: async (asked) => {
          if (isSuspended) throw new UnavailableError('ERR_TENANT_SUSPENDED', 'suspended')
          return asked === key ? tenant : null
        },
      },
      call: callMethod,
      log,
    })
    atEnd(() => jobs.close(2_000))
  })

  const query = <T extends Row>(statement: Sql): Promise<T[]> => tenant.pool.query<T>(statement)
  const toy = async (): Promise<number> =>
    (await query<{ id: number }>(sql`SELECT id FROM ir_model WHERE model = 'toy.tick'`))[0]?.id ?? 0
  const make = async (values: Record<string, unknown>, by: TestUser = admin): Promise<number> => {
    const all = {
      name: 'Toy',
      model_id: await toy(),
      method: 'tick',
      user_id: employee.uid,
      interval_type: 'days' as const,
    }
    return by.write(async (env) => (await env.model('ir.cron').create({ ...all, ...values })).id)
  }
  const entry = async (id: number): Promise<Row> =>
    (
      await query(sql`SELECT active, failure_count, last_failure, lastcall IS NOT NULL AS ran, nextcall > now() AT TIME ZONE 'UTC' AS later
        FROM ir_cron WHERE id = ${id}`)
    )[0] ?? {}
  const ticks = async (): Promise<number[]> =>
    (await query<{ create_uid: number }>(sql`SELECT create_uid FROM toy_tick ORDER BY id`)).map((row) => row.create_uid)
  const alarm = async (): Promise<string[]> => {
    await alarms.settled()
    return alarms.due(10)
  }
  const beat = async (): Promise<void> => {
    await alarms.settled() // requests do not wait for their alarm
    await jobs.beat()
  }
  const past = '2020-01-31 08:00:00'
  const makeDue = (id: number): Promise<unknown> =>
    admin.write((env) => env.model('ir.cron', [id]).write({ nextcall: past }))

  it('runs what is due by the clock, as the entry’s user, and moves it on', async () => {
    const id = await make({ nextcall: past })
    // Nobody asks for it: the clock beats by itself.
    await until(async () => (await ticks()).length === 1)
    assert.deepEqual(await ticks(), [employee.uid])
    await until(async () => (await entry(id)).later === true)
    assert.deepEqual(await entry(id), { active: true, failure_count: 0, last_failure: null, ran: true, later: true })
    // The clock notes the time after the entry has moved on: nothing is due any more.
    await until(async () => (await alarm()).length === 0)
    await admin.write((env) => env.model('ir.cron', [id]).unlink())
  })

  it('sets the alarm when the change has committed, and not for what is archived, deleted or rolled back', async () => {
    const id = await make({ nextcall: '2100-01-01 00:00:00' })
    assert.deepEqual(await alarm(), [])
    await assert.rejects(
      admin.write(async (env) => {
        await env.model('ir.cron', [id]).write({ nextcall: past })
        throw new Error('rolled back')
      }),
    )
    assert.deepEqual(await alarm(), [])
    await makeDue(id)
    assert.deepEqual(await alarm(), [key])
    await admin.write((env) => env.model('ir.cron', [id]).write({ active: false }))
    assert.deepEqual(await alarm(), [])
    await admin.write((env) => env.model('ir.cron', [id]).write({ active: true }))
    assert.deepEqual(await alarm(), [key])
    await admin.write((env) => env.model('ir.cron', [id]).unlink())
    assert.deepEqual(await alarm(), [])
  })

  it('counts failures, shows the reason, and switches an entry off after three; the others run on', async () => {
    const bad = await make({ method: 'stumble', priority: 1 })
    const good = await make({ name: 'Good', priority: 9 })
    const done = (await ticks()).length
    for (let round = 1; round <= 3; round++) {
      await makeDue(bad)
      await makeDue(good)
      await beat()
      await until(async () => (await ticks()).length === done + round)
      const { active, failure_count, last_failure } = await entry(bad)
      assert.deepEqual([active, failure_count], [round < 3, round])
      assert.match(String(last_failure), /over its own feet \(ERR_TOY\)/)
    }
    assert.match(logged.at(-1)?.event ?? '', /switched off/)
    await admin.write((env) => env.model('ir.cron', [bad, good]).write({ active: false }))
  })

  it('asks for the user’s rights when it runs: who lost them, or is archived, does nothing', async () => {
    const leaver = await asUser(tenant)
    const id = await make({ user_id: leaver.uid })
    const done = (await ticks()).length
    await admin.write((env) => env.model('res.users', [leaver.uid]).write({ active: false }))
    await makeDue(id)
    await beat()
    await until(async () => (await entry(id)).failure_count === 1)
    assert.match(String((await entry(id)).last_failure), /Access/)
    const portal = await asUser(tenant, { groups: ['base.group_portal'] })
    await admin.write((env) => env.model('ir.cron', [id]).write({ user_id: portal.uid, nextcall: past }))
    await beat()
    await until(async () => (await entry(id)).failure_count === 2)
    assert.match(String((await entry(id)).last_failure), /ERR_ACCESS/)
    assert.equal((await ticks()).length, done)
    await admin.write((env) => env.model('ir.cron', [id]).unlink())
  })

  it('takes no code, no private method, none that needs records or arguments, and never the system user', async () => {
    const attempts: [Record<string, unknown>, string][] = [
      [{ code: 'model.tick()' }, 'ERR_CRON_CODE'],
      ...['secretly', 'constructor', '__proto__', 'toString', 'unlink', 'create', 'tíck', '']
        .filter((method) => method !== '')
        .map((method): [Record<string, unknown>, string] => [{ method }, 'ERR_CRON_METHOD']),
      [{ user_id: 1 }, 'ERR_CRON_USER'],
    ]
    for (const [values, code] of attempts) await assert.rejects(make(values), { code }, JSON.stringify(values))
    await assert.rejects(make({}, employee), { name: 'AccessError' })
    // Written past the model, as by somebody with the database in hand: nothing runs as the system either.
    const id = await make({})
    await query(sql`UPDATE ir_cron SET user_id = 1, nextcall = ${past}::timestamp WHERE id = ${id}`)
    const done = (await ticks()).length
    await alarms.set(key, new Date())
    await beat()
    await until(async () => (await entry(id)).failure_count === 1)
    assert.equal((await ticks()).length, done)
    await admin.write((env) => env.model('ir.cron', [id]).unlink())
  })

  it('an administrator runs one now: as its own user, errors come back, the next time stays', async () => {
    const id = await make({ nextcall: '2100-01-01 00:00:00' })
    const done = (await ticks()).length
    const trigger = (uid: number, ids: number[]): Promise<unknown> =>
      callMethod(tenant, uid, 'ir.cron', 'method_direct_trigger', [ids], {})
    assert.equal(await trigger(2, [id]), true)
    assert.deepEqual((await ticks()).slice(done), [employee.uid])
    const [row] = await query(
      sql`SELECT nextcall = '2100-01-01' AS kept, lastcall IS NOT NULL AS ran FROM ir_cron WHERE id = ${id}`,
    )
    assert.deepEqual(row, { kept: true, ran: true })
    await assert.rejects(trigger(employee.uid, [id]), { name: 'AccessError' })
    await admin.write((env) => env.model('ir.cron', [id]).write({ method: 'stumble' }))
    await assert.rejects(trigger(2, [id]), { code: 'ERR_TOY' })
    await admin.write((env) => env.model('ir.cron', [id]).unlink())
  })

  it('a suspended tenant runs nothing and rings no more; back in service, what is overdue runs once', async () => {
    const id = await make({})
    await makeDue(id)
    isSuspended = true
    const done = (await ticks()).length
    await beat()
    await until(async () => (await alarm()).length === 0)
    assert.equal((await ticks()).length, done)
    isSuspended = false
    await alarms.set(key, new Date()) // as the platform does when it comes back
    await beat()
    await until(async () => (await ticks()).length > done)
    assert.equal((await ticks()).length, done + 1)
    await admin.write((env) => env.model('ir.cron', [id]).unlink())
  })

  it('an entry keeps its hour of the day through changes of the clock, and its day as the month allows', async () => {
    await admin.write((env) => env.model('res.users', [employee.uid]).write({ tz: 'Europe/Amsterdam' }))
    // Nine in the morning there, in winter and in summer: whenever this runs, one of the two has another offset now.
    const nine = [await make({ nextcall: '2024-01-10 08:00:00' }), await make({ nextcall: '2024-07-10 07:00:00' })]
    const monthly = await make({ interval_type: 'months', nextcall: past })
    const minutely = await make({ interval_type: 'minutes', interval_number: 7, nextcall: past })
    await beat()
    const all = [...nine, monthly, minutely]
    await until(async () => (await Promise.all(all.map(entry))).every(({ later }) => later === true))
    const when = async (id: number): Promise<Date> =>
      new Date(
        (
          await query<{ ms: number }>(
            sql`SELECT (extract(epoch FROM nextcall) * 1000)::float8 AS ms FROM ir_cron WHERE id = ${id}`,
          )
        )[0]?.ms ?? 0,
      )
    const hour = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Amsterdam', timeStyle: 'short' })
    for (const id of nine) {
      const next = await when(id)
      assert.equal(hour.format(next), '09:00')
      assert.ok(next.getTime() > Date.now() && next.getTime() <= Date.now() + 25 * 3_600_000)
    }
    const month = await when(monthly)
    assert.ok(month.getTime() <= Date.now() + 31 * 86_400_000)
    assert.ok(
      new Date(month.getTime() + 4 * 86_400_000).getUTCMonth() !== month.getUTCMonth(),
      'the last days of a month',
    )
    const sevenMs = 7 * 60_000
    assert.equal(((await when(minutely)).getTime() - Date.parse(`${past.replace(' ', 'T')}Z`)) % sevenMs, 0)
    await admin.write((env) => env.model('ir.cron', [...nine, monthly, minutely]).unlink())
  })

  it('once a day the upkeep removes dialogues, sessions, links and sign-in failures that are over; expired keys stay', async () => {
    const dialogue = () => admin.write(async (env) => (await env.model('toy.dialogue').create({ name: 'x' })).id)
    const [old, fresh] = [await dialogue(), await dialogue()]
    const origin = { source: '127.0.0.1', interactive: true }
    const [ended, open] = [await openSession(tenant, 2, origin), await openSession(tenant, 2, origin)]
    assert.notEqual(ended.token, open.token)
    await createLink(tenant, 2, 'reset')
    await createKey(tenant.pool, 2, { name: 'program', expiresAt: new Date(Date.now() + 60_000) })
    const age = sql`- interval '2 days'`
    await query(
      sql`UPDATE toy_dialogue SET create_date = create_date ${age}, write_date = write_date ${age} WHERE id = ${old}`,
    )
    await query(
      sql`UPDATE hf_session SET last_seen_at = now() ${age} WHERE token_hash = (SELECT min(token_hash) FROM hf_session)`,
    )
    await query(sql`UPDATE hf_one_time_link SET expires_at = now() ${age}`)
    await query(sql`UPDATE hf_api_key SET expires_at = now() ${age}`)
    await query(
      sql`INSERT INTO hf_login_failure (account, source, failures, last_failure_at) VALUES ('a', 'b', 3, now() ${age})`,
    )
    const counts = async () =>
      (
        await query(sql`SELECT (SELECT array_agg(id)::text FROM toy_dialogue) AS dialogues, (SELECT count(*)::int4 FROM hf_session) AS sessions,
          (SELECT count(*)::int4 FROM hf_one_time_link) AS links, (SELECT count(*)::int4 FROM hf_api_key) AS keys,
          (SELECT count(*)::int4 FROM hf_login_failure WHERE source = 'b') AS failures`)
      )[0]
    // Looks before have tended it already today: another one leaves everything.
    await lookOnce()
    assert.equal((await counts())?.sessions, 2)
    await alarms.forget(key)
    await lookOnce()
    assert.deepEqual(await counts(), { dialogues: `{${fresh}}`, sessions: 1, links: 0, keys: 1, failures: 0 })
  })

  async function lookOnce(): Promise<void> {
    await alarms.set(key, new Date())
    await beat()
    await until(async () => (await alarms.due(1)).length === 0)
  }
})

async function until(what: () => Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const end = Date.now() + timeoutMs
  while (!(await what())) {
    assert.ok(Date.now() < end, `not within ${timeoutMs} ms: ${what}`)
    await delay(100)
  }
}

async function writeToy(): Promise<void> {
  await mkdir(join(folder, 'toy'))
  const face = JSON.stringify(join(import.meta.dirname, '..', '..', 'index.ts'))
  await writeFile(
    join(folder, 'toy', 'declarations.ts'),
    `import { access, api, behaviour, expose, f, fields, model, t, UserError } from ${face}
    model('toy.tick', fields({ name: f.char() }), { description: 'Tick' })
    model('toy.dialogue', fields({ name: f.char() }), { description: 'Dialogue', transient: true })
    for (const name of ['toy.tick', 'toy.dialogue'])
      access(name, { group: 'base.group_user', ops: ['read', 'write', 'create', 'unlink'] })
    const plain = { on: 'model', params: {}, returns: t.bool, access: 'none', doc: '' } as const
    expose('toy.tick', { tick: api(plain), stumble: api(plain) })
    behaviour('toy.tick', (Base) => class extends Base {
      async tick() { await this.env.model('toy.tick').create({ name: 'tick' }); return true }
      async stumble() { await this.tick(); throw new UserError('ERR_TOY', 'It fell over its own feet') }
      async secretly() { return true }
    })`,
  )
  const manifest = JSON.stringify({ name: 'toy', title: 'Toy', summary: '', version: '1.0.0', depends: ['base'] })
  await writeFile(
    join(folder, 'toy', 'app.ts'),
    `export default { ...${manifest}, load: [() => import('./declarations.ts')] }`,
  )
}
