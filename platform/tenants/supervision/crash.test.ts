import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { openPool, sql } from '../../../framework/sql/index.ts'
import { openHome } from '../index.ts'
import { ownerOf } from './owner-lock.ts'
import { postgresProcessesIn } from './processes.ts'

const ROOM = new URL('../index.ts', import.meta.url).href
const SQL = new URL('../../../framework/sql/index.ts', import.meta.url).href

/** A Holdfast in a process of its own: makes two tenants, writes rows one by one, and says what it has reached. */
const PROGRAM = `
  import { openHome } from ${JSON.stringify(ROOM)}
  import { openPool, sql } from ${JSON.stringify(SQL)}
  console.log('begun')
  const home = await openHome({ path: process.argv[1] })
  console.log('open')
  for (const name of ['one', 'two']) if (home.tenants.get(name) === null) await home.tenants.create({ name })
  console.log('created')
  const pool = openPool({ ...(await home.tenants.wake('one')).address, max: 1 })
  await pool.query(sql\`CREATE TABLE IF NOT EXISTS line (n serial)\`)
  for (;;) {
    const [row] = await pool.query(sql\`INSERT INTO line DEFAULT VALUES RETURNING n\`)
    console.log('line ' + row.n)
  }
`

/** Changes generations and makes and destroys tenants without end. */
const CHANGES = `
  import { openHome } from ${JSON.stringify(ROOM)}
  import { openPool, sql } from ${JSON.stringify(SQL)}
  const home = await openHome({ path: process.argv[1] })
  if (home.tenants.get('turns') === null) {
    await home.tenants.create({ name: 'turns', prepare: async ({ address }) => {
      const pool = openPool({ ...address, max: 1 })
      await pool.query(sql\`CREATE TABLE kept AS SELECT 1 AS n\`)
      await pool.close()
    } })
  }
  console.log('changing')
  for (let i = 0; ; i++) {
    const name = 'gone-' + process.pid + '-' + i
    await Promise.all([home.tenants.rotate('turns'), home.tenants.create({ name }).then(() => home.tenants.delete(name, { graceDays: 0 }))])
  }
`

const homes: string[] = []
after(() => {
  for (const path of homes) rmSync(path, { recursive: true, force: true })
})

function newHome(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-crash-')))
  homes.push(path)
  return path
}

function startHoldfast(
  path: string,
  program = PROGRAM,
): {
  child: ChildProcess
  output: () => string
  until: (text: string) => Promise<void>
} {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const until = async (text: string): Promise<void> => {
    for (let i = 0; !output.includes(text) && child.exitCode === null && child.signalCode === null && i < 3_000; i++)
      await delay(10)
    assert.ok(output.includes(text), `the child said ${JSON.stringify(output)}`)
  }
  return { child, output: () => output, until }
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

async function secondsUntilNoProcess(path: string): Promise<number> {
  const start = performance.now()
  // Twice empty with a pause between: a process may show up a moment after its parent died.
  for (let empty = 0; empty < 3; ) {
    empty = postgresProcessesIn(path).length === 0 ? empty + 1 : 0
    if (performance.now() - start > 20_000) break
    await delay(100)
  }
  assert.deepEqual(postgresProcessesIn(path), [])
  return (performance.now() - start) / 1_000
}

test('kill -9 of Holdfast at any moment leaves no process after 5 s, and the next start heals and works', async () => {
  const path = newHome()
  const moments = [50, 250, 500, 700, 900, 1_150, 1_400, 1_700, 2_000].map((ms) => ms * (0.8 + Math.random() * 0.4))
  for (const momentMs of moments) {
    const { child, until } = startHoldfast(path)
    await until('begun')
    await delay(momentMs)
    await kill(child)
    const seconds = await secondsUntilNoProcess(path)
    assert.ok(seconds < 5, `${seconds} s after a kill at ${momentMs} ms`)
  }
  const { child, until } = startHoldfast(path)
  await until('line ')
  await kill(child)
  const home = await openHome({ path })
  try {
    assert.deepEqual(
      home.tenants.list().map(({ name, state }) => `${name} ${state}`),
      ['one active', 'two active'],
    )
    assert.equal(readdirSync(join(path, 'instances')).length, 3, 'control plane and two tenants, and nothing half-made')
    assert.deepEqual(readdirSync(join(path, 'staging')), [])
    await home.tenants.create({ name: 'three' })
  } finally {
    await home.close()
  }
})

test('kill -9 in the middle of rotations and deletions leaves tenants whole or gone', async () => {
  const path = newHome()
  for (let round = 0; round < 3; round++) {
    const { child, until } = startHoldfast(path, CHANGES)
    await until('changing')
    await delay(60 + Math.random() * 700)
    await kill(child)
  }
  const home = await openHome({ path })
  try {
    const pool = openPool({ ...(await home.tenants.wake('turns')).address, max: 1 })
    assert.deepEqual(await pool.query(sql`SELECT n FROM kept`), [{ n: 1 }])
    await pool.close()
    const known = home.tenants.list().length + 1
    assert.equal(readdirSync(join(path, 'instances')).length, known, 'no instance without a tenant')
    for (const { name, state } of home.tenants.list()) if (state === 'active') await home.tenants.wake(name)
  } finally {
    await home.close()
  }
})

test('every row acknowledged before kill -9 is there afterwards', async () => {
  const path = newHome()
  const { child, until, output } = startHoldfast(path)
  await until('line 50')
  await kill(child)
  const acknowledged = Number(
    output()
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('line '))
      .at(-1)
      ?.slice(5),
  )
  const home = await openHome({ path })
  try {
    const pool = openPool({ ...(await home.tenants.wake('one')).address, max: 1 })
    const [row] = await pool.query<{ n: number }>(sql`SELECT count(*) AS n FROM line WHERE n <= ${acknowledged}`)
    await pool.close()
    assert.equal(row?.n, acknowledged)
  } finally {
    await home.close()
  }
})

test('kill -9 of Holdfast and its guardian together is healed by the next start', async () => {
  const path = newHome()
  const { child, until } = startHoldfast(path)
  await until('line 3')
  const { guardian } = JSON.parse(readFileSync(join(path, 'run', 'owner.json'), 'utf8')) as {
    guardian: { pid: number }
  }
  child.kill('SIGSTOP') // so that it cannot start another guardian before it is killed itself
  process.kill(guardian.pid, 'SIGKILL')
  await kill(child)
  await delay(300)
  const orphans = postgresProcessesIn(path).length
  assert.ok(orphans >= 3, 'the attack works: servers run without an owner')
  const home = await openHome({ path })
  try {
    assert.ok(home.swept.processesEnded >= orphans)
    await home.tenants.wake('one')
  } finally {
    await home.close()
  }
  assert.deepEqual(postgresProcessesIn(path), [])
})

test('a guardian that is killed alone is replaced', async () => {
  const path = newHome()
  const { child, until } = startHoldfast(path)
  await until('line 1')
  const guardianOf = (): number =>
    (JSON.parse(readFileSync(join(path, 'run', 'owner.json'), 'utf8')) as { guardian: { pid: number } }).guardian.pid
  const first = guardianOf()
  process.kill(first, 'SIGKILL')
  for (let i = 0; guardianOf() === first && i < 500; i++) await delay(10)
  assert.notEqual(guardianOf(), first)
  await kill(child)
  assert.ok((await secondsUntilNoProcess(path)) < 5)
})

test('while a process owns a home another one is refused and touches nothing of it', async () => {
  const path = newHome()
  const { child, until, output } = startHoldfast(path)
  await until('line 1')
  assert.equal(ownerOf(join(path, 'run'))?.pid, child.pid)
  await assert.rejects(openHome({ path }), (error: { code?: string; message: string }) => {
    assert.equal(error.code, 'ERR_HOME_OWNED')
    return error.message.includes(String(child.pid))
  })
  const before = output().length
  await delay(300)
  assert.ok(output().length > before, 'its writer goes on')
  await kill(child)
  await secondsUntilNoProcess(path)
  assert.equal(ownerOf(join(path, 'run')), null)
})

test('an instance that served and that the registry does not know is set aside, never removed', async () => {
  const path = newHome()
  const home = await openHome({ path })
  await home.tenants.create({ name: 'keep' })
  await home.close()
  // The registry is lost: the home makes a new one.
  rmSync(join(path, 'control.json'))
  const again = await openHome({ path })
  try {
    assert.equal(again.swept.setAside.length, 2, 'the tenant, and the old control plane with its keys')
    for (const name of again.swept.setAside) assert.ok(existsSync(join(path, 'set-aside', name, 'data', 'PG_VERSION')))
  } finally {
    await again.close()
  }
})
