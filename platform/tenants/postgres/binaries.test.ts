import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type Account, mayTraverse } from './account.ts'
import { findBinaries } from './binaries.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-binaries-')))
after(() => rmSync(root, { recursive: true, force: true }))
// Nobody at all: every folder that is not open to others is closed to it.
const stranger: Account = { name: 'stranger', uid: 4_000_000, gid: 4_000_000 }

function fakePostgres(name: string, says: string): string {
  const folder = join(root, name)
  mkdirSync(folder)
  for (const program of ['postgres', 'initdb'])
    writeFileSync(join(folder, program), `#!/bin/sh\necho '${says}'\n`, { mode: 0o755 })
  return folder
}

test('npm’s PostgreSQL is found, runs, and is new enough', async () => {
  const binaries = await findBinaries(null, null, join(root, 'copies'))
  assert.ok(binaries.major >= 15)
  assert.match(execFileSync(binaries.initdb, ['--version'], { encoding: 'utf8' }), /PostgreSQL/)
})

test('a system’s PostgreSQL older than 15, a missing and a broken one are refused with what to do', async () => {
  await assert.rejects(findBinaries(fakePostgres('old', 'postgres (PostgreSQL) 14.11 (Debian)'), null, root), {
    code: 'ERR_POSTGRES_OLD',
    message: /HOLDFAST_POSTGRES_BIN/,
  })
  await assert.rejects(findBinaries(join(root, 'none'), null, root), { code: 'ERR_POSTGRES_MISSING' })
  await assert.rejects(findBinaries(fakePostgres('odd', 'something else'), null, root), { code: 'ERR_POSTGRES_OLD' })
  assert.equal((await findBinaries(fakePostgres('new', 'postgres (PostgreSQL) 19beta1'), null, root)).major, 19)
})

test('where the account cannot reach the package, starts at the same time end with one whole copy', async () => {
  const { postgres } = await findBinaries(null, null, root)
  const copies = join(root, 'programs')
  const script = `
    import { copyPackage } from ${JSON.stringify(new URL('./binaries.ts', import.meta.url).href)}
    copyPackage(process.argv[1], process.argv[2])`
  const runs = Array.from({ length: 3 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', script, join(postgres, '..', '..'), join(copies, 'x')], {
      stdio: 'inherit',
    }),
  )
  const codes = await Promise.all(runs.map(async (run) => (await once(run, 'exit'))[0]))
  assert.deepEqual(codes, [0, 0, 0])
  assert.deepEqual(readdirSync(copies), ['x'])
  assert.match(execFileSync(join(copies, 'x', 'bin', 'postgres'), ['--version'], { encoding: 'utf8' }), /PostgreSQL/)
})

test('a folder that is closed to others cannot be passed by a stranger', () => {
  const closed = join(root, 'closed')
  mkdirSync(closed, { mode: 0o700 })
  assert.equal(mayTraverse(closed, stranger), false)
  assert.equal(mayTraverse('/', stranger), true)
})
