import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { openPool, sql } from '../../framework/sql/index.ts'
import { type Home, openHome, type TenantConnection } from './index.ts'
import { postgresProcessesIn } from './supervision/processes.ts'

const DAY_MS = 86_400_000

async function run<T extends Record<string, unknown>>(
  connection: TenantConnection,
  statement: ReturnType<typeof sql>,
): Promise<T[]> {
  const pool = openPool({ ...connection.address, max: 1 })
  try {
    return await pool.query<T>(statement)
  } finally {
    await pool.close()
  }
}

describe('a home of tenants', () => {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-home-')))
  let clock = Date.now()
  let home: Home

  before(async () => {
    home = await openHome({ path, now: () => new Date(clock) })
  })
  after(async () => {
    await home.close()
    assert.deepEqual(postgresProcessesIn(path), [], 'no PostgreSQL process outlives its home')
    rmSync(path, { recursive: true, force: true })
  })

  test('a bare tenant is ready within a second and answers queries', async () => {
    await home.prepareTemplate('warm', async () => {})
    const start = performance.now()
    const acme = await home.tenants.create({ name: 'acme' })
    const elapsedMs = performance.now() - start
    const rows = await run<{ who: string; path: string }>(
      acme,
      sql`SELECT current_user AS who, current_setting('search_path') AS path`,
    )
    assert.deepEqual(rows, [{ who: 'holdfast_app', path: 'app, ext, pg_temp' }])
    assert.ok(elapsedMs < 3_000, `took ${elapsedMs} ms`) // 1 s alone on the machine; tests run side by side
  })

  test('two tenants have instances, processes and credentials of their own', async () => {
    const acme = await home.tenants.wake('acme')
    const bolt = await home.tenants.create({ name: 'bolt' })
    await run(acme, sql`CREATE TABLE note (t text)`)
    await run(acme, sql`INSERT INTO note VALUES ('of acme')`)
    assert.deepEqual(await run(bolt, sql`SELECT to_regclass('app.note') AS t`), [{ t: null }])
    assert.notEqual(acme.database.socketDir, bolt.database.socketDir)
    assert.notEqual(acme.database.password.reveal(), bolt.database.password.reveal())
    assert.equal(postgresProcessesIn(path).length, 3, 'control plane, acme, bolt')
  })

  test('nothing on disk bears the name of a tenant', () => {
    const names = readdirSync(path, { recursive: true }).map(String)
    assert.deepEqual(
      names.filter((name) => name.includes('acme') || name.includes('bolt')),
      [],
    )
  })

  test('a password prints as three stars wherever it is printed', async () => {
    const { database } = await home.tenants.wake('acme')
    const secret = database.password.reveal()
    for (const text of [
      String(database.password),
      JSON.stringify(database),
      (await import('node:util')).inspect(database),
    ]) {
      assert.ok(text.includes('***') && !text.includes(secret))
    }
  })

  test('a template is built once, and its tenants share neither credentials nor rows but get its files', async () => {
    let built = 0
    const build = async (connection: {
      address: TenantConnection['address']
      files: TenantConnection['files'] | { put(b: Uint8Array): Promise<string> }
    }) => {
      built++
      const pool = openPool({ ...connection.address, max: 1 })
      await pool.query(sql`CREATE TABLE logo (hash text)`)
      await pool.query(sql`INSERT INTO logo VALUES (${await connection.files.put(Buffer.from('a logo'))})`)
      await pool.close()
    }
    await Promise.all([home.prepareTemplate('shop', build), home.prepareTemplate('shop', build)])
    await home.prepareTemplate('shop', build)
    assert.equal(built, 1)
    const cleo = await home.tenants.create({ name: 'cleo', template: 'shop' })
    const dora = await home.tenants.create({ name: 'dora', template: 'shop' })
    assert.notEqual(cleo.database.password.reveal(), dora.database.password.reveal())
    for (const shop of [cleo, dora]) {
      const [row] = await run<{ hash: string }>(shop, sql`SELECT hash FROM logo`)
      assert.equal(Buffer.from((await shop.files.get(row?.hash ?? '')) ?? '').toString(), 'a logo')
    }
    await run(cleo, sql`INSERT INTO logo VALUES ('mine')`)
    assert.deepEqual(await run(dora, sql`SELECT count(*) AS n FROM logo`), [{ n: 1 }])
  })

  test('a template that fails to build leaves nothing and can be built later', async () => {
    const before = readdirSync(join(path, 'templates')).length
    await assert.rejects(
      home.prepareTemplate('bad', async () => assert.fail('build failed')),
      /build failed/,
    )
    assert.equal(home.hasTemplate('bad'), false)
    assert.equal(readdirSync(join(path, 'templates')).length, before)
    assert.deepEqual(readdirSync(join(path, 'staging')), [])
    await home.prepareTemplate('bad', async () => {})
    assert.equal(home.hasTemplate('bad'), true)
  })

  test('a tenant whose preparation fails leaves nothing, and its name is free at once', async () => {
    const instances = readdirSync(join(path, 'instances')).length
    await assert.rejects(
      home.tenants.create({ name: 'eve', prepare: async () => assert.fail('no modules') }),
      /no modules/,
    )
    assert.equal(home.tenants.get('eve'), null)
    assert.equal(readdirSync(join(path, 'instances')).length, instances)
    await home.tenants.create({ name: 'eve' })
  })

  test('two creations of one name at once give one tenant and one refusal', async () => {
    const both = await Promise.allSettled([
      home.tenants.create({ name: 'twin' }),
      home.tenants.create({ name: 'twin' }),
    ])
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    const reasons = both.flatMap((one) => (one.status === 'rejected' ? [(one.reason as { code: string }).code] : []))
    assert.deepEqual(reasons, ['ERR_TENANT_NAME_TAKEN'])
  })

  test('names that are no host labels are refused', async () => {
    for (const name of [
      '',
      'A',
      'a_b',
      '-a',
      'a-',
      'a.b',
      '../x',
      'ünder',
      'a'.repeat(41),
      'control',
      'xn--e1awd7f',
      'a\n',
    ]) {
      await assert.rejects(home.tenants.create({ name }), { code: 'ERR_TENANT_NAME' })
    }
  })

  test('an instance sleeps on request, and wakes that come together share one start', async () => {
    await home.tenants.sleep('bolt')
    assert.equal(home.tenants.get('bolt')?.instance, 'asleep')
    const start = performance.now()
    const woken = await Promise.all(Array.from({ length: 20 }, () => home.tenants.wake('bolt')))
    assert.equal(new Set(woken).size, 1)
    assert.ok(performance.now() - start < 3_000)
    assert.deepEqual(await run(woken[0] as TenantConnection, sql`SELECT 1 AS one`), [{ one: 1 }])
  })

  test('the credential of an old generation is refused after a rotation, and data stays', async () => {
    const old = await home.tenants.wake('acme')
    const next = await home.tenants.rotate('acme')
    assert.equal(next.generation, old.generation + 1)
    assert.deepEqual(await run(next, sql`SELECT t FROM note`), [{ t: 'of acme' }])
    await assert.rejects(run(old, sql`SELECT 1`), 'the old socket is gone')
    const stale = { ...next, address: { ...next.address, password: old.address.password } }
    await assert.rejects(run(stale, sql`SELECT 1`), 'the old password is refused at the new socket')
  })

  test('an instance can be replaced by one filled beside it, and the change undone', async () => {
    const before = await home.tenants.wake('acme')
    const file = await before.files.put(Buffer.from('kept'))
    const after = await home.tenants.replaceInstance('acme', {
      prepare: async (beside) => void (await run(beside, sql`CREATE TABLE note AS SELECT 'restored' AS t`)),
    })
    assert.deepEqual(await run(after, sql`SELECT t FROM note`), [{ t: 'restored' }])
    assert.equal(after.id, before.id)
    assert.equal(Buffer.from((await after.files.get(file)) ?? '').toString(), 'kept')
    await assert.rejects(run(before, sql`SELECT 1`))
    assert.deepEqual(await run(await home.tenants.undoReplace('acme'), sql`SELECT t FROM note`), [{ t: 'of acme' }])
    assert.ok((home.tenants.get('acme')?.generation ?? 0) > after.generation)
  })

  test('a replacement that fails leaves the serving instance as it was', async () => {
    await assert.rejects(
      home.tenants.replaceInstance('acme', { prepare: async () => assert.fail('bad archive') }),
      /bad archive/,
    )
    assert.deepEqual(await run(await home.tenants.wake('acme'), sql`SELECT t FROM note`), [{ t: 'of acme' }])
  })

  test('a suspended tenant is stopped and refused until it is resumed', async () => {
    await home.tenants.suspend('cleo')
    assert.equal(home.tenants.get('cleo')?.instance, 'asleep')
    await assert.rejects(home.tenants.wake('cleo'), { code: 'ERR_TENANT_SUSPENDED' })
    await home.tenants.resume('cleo')
    await home.tenants.wake('cleo')
  })

  test('a renamed tenant keeps its data, and nobody else gets its old name for 90 days', async () => {
    await home.tenants.rename('dora', 'doris')
    assert.deepEqual(await run(await home.tenants.wake('doris'), sql`SELECT count(*) AS n FROM logo`), [{ n: 1 }])
    await assert.rejects(home.tenants.wake('dora'), { code: 'ERR_TENANT_UNKNOWN' })
    await assert.rejects(home.tenants.create({ name: 'dora' }), { code: 'ERR_TENANT_NAME_TAKEN' })
    await home.tenants.rename('doris', 'dora')
  })

  test('a deleted tenant can be taken back for 30 days, then its keys, files and instance are gone and its name is held', async () => {
    const { id } = await home.tenants.wake('dora')
    const hash = await (await home.tenants.wake('dora')).files.put(Buffer.from('secret'))
    assert.match(hash, /^[0-9a-f]{64}$/)
    await home.tenants.delete('dora')
    await assert.rejects(home.tenants.wake('dora'), { code: 'ERR_TENANT_UNKNOWN' })
    clock += 29 * DAY_MS
    await home.tenants.sweepDue()
    await home.tenants.resume('dora')
    await home.tenants.wake('dora')
    await home.tenants.delete('dora')
    clock += 31 * DAY_MS
    const instances = readdirSync(join(path, 'instances')).length
    await home.tenants.sweepDue()
    assert.equal(home.tenants.get('dora'), null)
    assert.equal(existsSync(join(path, 'files', id)), false)
    assert.equal(readdirSync(join(path, 'instances')).length, instances - 1)
    await assert.rejects(home.tenants.create({ name: 'dora' }), { code: 'ERR_TENANT_NAME_TAKEN' })
    clock += 91 * DAY_MS
    await home.tenants.create({ name: 'dora' })
  })

  test('rotating the root key and a tenant key keeps everything readable', async () => {
    const acme = await home.tenants.wake('acme')
    const hash = await acme.files.put(Buffer.from('before'))
    await home.rotateRootKey()
    await home.tenants.rotateKey('acme')
    await home.tenants.sleep('acme')
    const again = await home.tenants.wake('acme')
    assert.equal(again.keys.sealVersion, 2)
    assert.equal(Buffer.from((await again.files.get(hash)) ?? '').toString(), 'before')
    assert.equal(await again.files.put(Buffer.from('before')), hash, 'the name of a file does not change with the key')
  })

  test('a second owner of the same home is refused and told the process that has it', async () => {
    await assert.rejects(openHome({ path }), (error: { code?: string; message: string }) => {
      assert.equal(error.code, 'ERR_HOME_OWNED')
      assert.match(error.message, new RegExp(String(process.pid)))
      return true
    })
  })

  test('a home that is closed and opened again has its tenants with data, state and generation', async () => {
    const before = home.tenants.list().map(({ name, generation, state }) => ({ name, generation, state }))
    await home.close()
    assert.deepEqual(postgresProcessesIn(path), [])
    const start = performance.now()
    home = await openHome({ path, now: () => new Date(clock) })
    assert.ok(performance.now() - start < 5_000)
    assert.deepEqual(
      home.tenants.list().map(({ name, generation, state }) => ({ name, generation, state })),
      before,
    )
    assert.deepEqual(await run(await home.tenants.wake('acme'), sql`SELECT t FROM note`), [{ t: 'of acme' }])
    assert.deepEqual({ ...home.swept }, { processesEnded: 0, staged: 0, undone: [], removed: [], setAside: [] })
  })
})

test('an instance that nobody uses falls asleep, but not while it is held or runs a statement', async () => {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-idle-')))
  const home = await openHome({ path, idleTimeoutMs: 1_500 })
  try {
    const lazy = await home.tenants.create({ name: 'lazy' })
    const busy = await home.tenants.create({ name: 'busy' })
    const held = await home.tenants.create({ name: 'held' })
    const release = held.hold()
    const pool = openPool({
      ...busy.address,
      max: 1,
      beforeConnect: async () => void (await home.tenants.wake('busy')),
    })
    await pool.query(sql`SELECT 1`)
    const working = pool.query(sql`SELECT pg_sleep(5)`).then(() => home.tenants.get('busy')?.instance)
    working.catch(() => {}) // awaited below, after what may fail before
    await until(() => home.tenants.get('lazy')?.instance === 'asleep')
    assert.equal(await working, 'running', 'it ran for longer than the idle time')
    assert.equal(home.tenants.get('held')?.instance, 'running')
    await pool.close()
    release()
    await until(
      () => home.tenants.get('busy')?.instance === 'asleep' && home.tenants.get('held')?.instance === 'asleep',
    )
    await home.tenants.wake('lazy')
    assert.deepEqual(await run(lazy, sql`SELECT 1 AS one`), [{ one: 1 }])
  } finally {
    await home.close()
    rmSync(path, { recursive: true, force: true })
  }
})

async function until(isTrue: () => boolean, timeoutMs = 30_000): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!isTrue()) {
    if (Date.now() > deadline) assert.fail('it did not come true in time')
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
}
