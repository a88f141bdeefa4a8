import assert from 'node:assert/strict'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { openPool, type Pool, sql } from '../../../../framework/sql/index.ts'
import { type Home, openHome, type TenantConnection } from '../../index.ts'
import { superviseInstance } from '../../instances/instance.ts'
import { layOut } from '../../instances/layout.ts'
import { postgresAccount } from '../account.ts'
import { findBinaries } from '../binaries.ts'
import { dataDirOf, initCluster, renewCredentials } from '../cluster-folder.ts'
import { DATABASE } from '../settings.ts'
import { runSingleUser } from '../single-user.ts'
import { ATTACKS } from './attacks.ts'
import { probeIsolation } from './probe.ts'

const SYSTEM = '/usr/lib/postgresql/15/bin'
const ENGINES = [
  { name: 'PostgreSQL of npm', bin: null },
  ...(existsSync(SYSTEM) ? [{ name: 'PostgreSQL 15 of the system', bin: SYSTEM }] : []),
]

for (const engine of ENGINES) {
  describe(`two tenants on ${engine.name}`, () => {
    const path = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-isolation-')))
    let home: Home
    let attacker: TenantConnection
    let victim: TenantConnection

    before(async () => {
      home = await openHome({ path, postgresBin: engine.bin })
      attacker = await home.tenants.create({ name: 'attacker' })
      victim = await home.tenants.create({ name: 'victim' })
    })
    after(async () => {
      await home.close()
      rmSync(path, { recursive: true, force: true })
    })

    test('no attack of the table works for a tenant that talks to PostgreSQL directly', async () => {
      assert.deepEqual(await probeIsolation(attacker.database, victim.database), [])
    })

    test('the same table finds every hole of a broken twin, so it can fail', async () => {
      const holes = await probeBrokenTwin(engine.bin, victim)
      const missed = ATTACKS.map(({ name }) => name).filter((name) => !holes.includes(name))
      assert.deepEqual(missed, KNOWN_MISSES, 'attacks that cannot work even on an open server')
      for (const door of [
        'connect to template1',
        'connect as superuser with the own password',
        'replication asks for a password',
      ]) {
        assert.ok(holes.includes(door), door)
      }
    })

    test('an attacker who takes all connections and locks of his instance costs the other nothing', async () => {
      const pools = Array.from({ length: 20 }, () => openPool({ ...attacker.address, max: 1 }))
      await whileWriting(victim, async () => {
        const results = await Promise.allSettled(pools.map((pool) => pool.query(sql`SELECT pg_sleep(0.5)`)))
        const [taken, refused] = ['fulfilled', 'rejected'].map(
          (status) => results.filter((result) => result.status === status).length,
        )
        assert.ok((taken ?? 0) <= 16 && (refused ?? 0) >= 4, 'his own limit holds')
        const bomb = pools[results.findIndex(({ status }) => status === 'fulfilled')]
        await assert.rejects(
          bomb?.query(sql`SELECT count(pg_advisory_xact_lock(n)) FROM generate_series(1, 1000000) n`) ??
            Promise.resolve(),
        )
      })
      for (const pool of pools) await pool.close()
      const admin = openPool({ ...(await superuserAddress(home)), max: 1 })
      await eventually(() => admin.query(sql`SELECT 1`))
      await admin.close()
    })

    test('kill -9 of a backend, then of the whole server of one tenant gives the other’s running writer no error', async () => {
      const pool = openPool({
        ...attacker.address,
        max: 1,
        beforeConnect: async () => void (await home.tenants.wake('attacker')),
      })
      await whileWriting(victim, async () => {
        const [row] = await pool.query<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`)
        process.kill(row?.pid ?? 0, 'SIGKILL')
        await assert.rejects(pool.query(sql`SELECT 1`))
        await eventually(() => pool.query(sql`SELECT 1`))
        const pidFile = join(path, 'instances', instanceOf(attacker), 'data', 'postmaster.pid')
        process.kill(Number(readFileSync(pidFile, 'utf8').split('\n')[0]), 'SIGKILL')
        await eventually(() => pool.query(sql`SELECT 1`))
      })
      await pool.close()
    })

    test('no byte of one tenant stands in the files of another', async () => {
      const pool = openPool({ ...victim.address, max: 1 })
      await pool.query(
        sql`CREATE TABLE canary AS SELECT 'CANARY-OF-THE-VICTIM' || n AS t FROM generate_series(1, 100) n`,
      )
      await pool.close()
      const admin = openPool({ ...(await superuserAddress(home, 'victim')), max: 1 })
      await admin.query(sql`CHECKPOINT`)
      await admin.close()
      const found = (connection: TenantConnection): number =>
        filesWith(join(path, 'instances', instanceOf(connection)), 'CANARY-OF-THE-VICTIM')
      assert.ok(found(victim) > 0, 'the search can find')
      assert.equal(found(attacker), 0)
    })

    test('only the account of PostgreSQL may enter data and socket folders', () => {
      for (const folder of [join(path, 'instances', instanceOf(attacker), 'data'), attacker.database.socketDir]) {
        assert.equal(statSync(folder).mode & 0o077, 0, folder)
      }
    })
  })
}

/** Attacks that fail on an open server too, for a reason of their own; they prove nothing, but must not begin to work. */
const KNOWN_MISSES = ['create a tablespace']

/** An instance as it must not be: everybody trusted, the runtime role a superuser, nothing revoked. */
async function probeBrokenTwin(bin: string | null, victim: TenantConnection): Promise<string[]> {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-twin-')))
  const account = postgresAccount()
  const layout = layOut(path, account)
  const tools = { account, binaries: await findBinaries(bin, account, layout.programs) }
  const folder = join(layout.instances, 'i_twin')
  await initCluster(tools, folder)
  await runSingleUser(tools.binaries, account, dataDirOf(folder), DATABASE, [
    'ALTER ROLE holdfast_app SUPERUSER',
    'ALTER ROLE holdfast_owner LOGIN',
  ])
  const credentials = await renewCredentials(tools, folder)
  writeFileSync(join(dataDirOf(folder), 'pg_hba.conf'), 'local all all trust\nlocal replication all trust\n')
  const twin = superviseInstance({ tools, name: 'i_twin', folder, sockets: layout.sockets, generation: 1, credentials })
  await twin.start()
  try {
    return await probeIsolation(twin.runtime, victim.database)
  } finally {
    await twin.stop('immediate')
    rmSync(path, { recursive: true, force: true })
  }
}

/** Writes a row after the other while `during` runs, and fails if one of them was refused. */
async function whileWriting(tenant: TenantConnection, during: () => Promise<void>): Promise<void> {
  const pool: Pool = openPool({ ...tenant.address, max: 1 })
  const errors: unknown[] = []
  let written = 0
  let isStopped = false
  await pool.query(sql`CREATE TABLE IF NOT EXISTS tick (n int)`)
  const work = (async () => {
    while (!isStopped && errors.length < 10) {
      await pool.query(sql`INSERT INTO tick VALUES (${written})`).then(
        () => written++,
        (error: unknown) => errors.push(error),
      )
    }
  })()
  try {
    await during()
    const before = written
    await delay(200)
    assert.ok(before > 0 && written > before, 'it wrote all the time')
  } finally {
    isStopped = true
    await work
    await pool.close()
  }
  assert.deepEqual(errors, [])
}

function instanceOf(connection: TenantConnection): string {
  return /(i_[0-9a-f]{16})\.\d+$/.exec(connection.database.socketDir)?.[1] ?? assert.fail('no instance name')
}

async function superuserAddress(home: Home, name = 'attacker') {
  const { socketDir, password, ...rest } = await home.tenants.asSuperuser(name, 'isolation test')
  return { ...rest, host: socketDir, password: password.reveal() }
}

async function eventually(work: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + 20_000
  for (;;) {
    try {
      await work()
      return
    } catch (error) {
      if (Date.now() > deadline) throw error
      await delay(50)
    }
  }
}

function filesWith(folder: string, needle: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.filter((entry) => contentOf(join(entry.parentPath, entry.name)).includes(needle)).length
}

/** A running server removes files between the listing and the reading. */
function contentOf(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0)
    throw error
  }
}
