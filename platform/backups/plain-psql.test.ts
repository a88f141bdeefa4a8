import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { testHome, testTenant } from '../../framework/testing/index.ts'
import type { Home } from '../tenants/index.ts'
import { createBackup, exportBackup } from './index.ts'
import { fillWorkshop } from './testing/workshop.ts'

const run = promisify(execFile)
const BIN = '/usr/lib/postgresql/15/bin'
const isThere = [join(BIN, 'psql'), join(BIN, 'initdb'), '/usr/bin/zstd', '/usr/bin/tar'].every((path) =>
  existsSync(path),
)

/** PostgreSQL refuses root. */
function account(): { uid: number; gid: number } | Record<string, never> {
  if (process.getuid?.() !== 0) return {}
  const [, , uid, gid] = (readFileSync('/etc/passwd', 'utf8').match(/^(postgres|nobody):.*$/m)?.[0] ?? '').split(':')
  return { uid: Number(uid), gid: Number(gid) }
}

describe('an exported archive, without Holdfast', {
  skip: isThere ? false : 'needs Debian’s PostgreSQL 15, tar and zstd',
}, () => {
  let folder: string
  let home: Home
  let stop: () => Promise<void> = async () => {}
  const psql = (cwd: string, ...args: string[]) =>
    run(join(BIN, 'psql'), ['-X', '-h', folder, '-U', 'stranger', ...args], {
      cwd,
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' },
    })

  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'hfpsql-')))
    await chmod(folder, 0o711)
    const cluster = join(folder, 'pg')
    await mkdir(cluster)
    const { uid, gid } = account()
    if (uid !== undefined && gid !== undefined) for (const path of [cluster, folder]) chownSync(path, uid, gid)
    await run(
      join(BIN, 'initdb'),
      ['-D', cluster, '-U', 'stranger', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'],
      { cwd: folder, ...account() },
    )
    const server = spawn(
      join(BIN, 'postgres'),
      ['-D', cluster, '-k', folder, '-c', 'listen_addresses=', '-c', 'fsync=off'],
      { cwd: folder, stdio: 'ignore', ...account() },
    )
    const ended = once(server, 'exit')
    stop = async () => {
      server.kill('SIGINT')
      await ended
    }
    for (let tries = 0; !existsSync(join(folder, '.s.PGSQL.5432')) && tries < 200; tries++)
      await new Promise((resolve) => setTimeout(resolve, 50))
    home = await testHome()
    await fillWorkshop(await home.tenants.create({ name: 'acme' }))
    const { id } = await createBackup(home, 'acme')
    await exportBackup(home, id, join(folder, 'acme.tar.zst'))
    await mkdir(join(folder, 'open'))
    await run('tar', ['--zstd', '-xf', join(folder, 'acme.tar.zst'), '-C', join(folder, 'open')])
  })
  after(async () => {
    await stop()
    await rm(folder, { recursive: true, force: true })
  })

  test('opens with tar and zstd and loads with psql into a bare PostgreSQL 15, every row as it was', async () => {
    await run(join(BIN, 'createdb'), ['-h', folder, '-U', 'stranger', 'mycopy'])
    const { stdout } = await psql(join(folder, 'open'), '-At', '-d', 'mycopy', '-f', 'load.sql')
    assert.equal(stdout.trim().split('\n').at(-1), 'all rows are as they were|7|559')
    const look = await psql(
      folder,
      '-At',
      '-d',
      'mycopy',
      '-c',
      'SELECT count(*), min(name_length), sum(credit), length(max("Odd_Name")) FROM app.res_partner',
      '-c',
      "SELECT nextval('app.lonely')",
      '-c',
      'INSERT INTO app.res_partner (name) VALUES (1) RETURNING id',
    )
    assert.deepEqual(look.stdout.trim().split('\n').slice(0, 3), ['503|0|139027.50|5', '1000000', '900504'])
  })

  test('loads in the same way when it holds applications', async () => {
    const { name } = await testTenant({ apps: ['sales'], demo: true })
    const backup = await createBackup(home, name)
    await exportBackup(home, backup.id, join(folder, 'sales.tar.zst'))
    await mkdir(join(folder, 'sales'))
    await run('tar', ['--zstd', '-xf', join(folder, 'sales.tar.zst'), '-C', join(folder, 'sales')])
    await run(join(BIN, 'createdb'), ['-h', folder, '-U', 'stranger', 'sales'])
    const { stdout } = await psql(join(folder, 'sales'), '-At', '-d', 'sales', '-f', 'load.sql')
    assert.equal(stdout.trim().split('\n').at(-1), `all rows are as they were|${backup.tables}|${backup.rows}`)
  })

  test('says so when a row is not as it was', async () => {
    const rows = join(folder, 'open', 'data', 'ir_cron.000001.copy')
    await writeFile(rows, (await readFile(rows, 'utf8')).replace('t', 'f'))
    await run(join(BIN, 'createdb'), ['-h', folder, '-U', 'stranger', 'other'])
    const { stdout } = await psql(join(folder, 'open'), '-At', '-d', 'other', '-f', 'load.sql')
    assert.match(stdout, /ir_cron\|1\|1\|f\nROWS DIFFER/)
  })

  test('has its members hashed in the manifest, for sha256sum', async () => {
    const { members } = JSON.parse(await readFile(join(folder, 'open', 'manifest.json'), 'utf8')) as {
      members: { name: string; sha256: string }[]
    }
    const sums = members
      .filter(({ name }) => name !== 'data/ir_cron.000001.copy')
      .map(({ name, sha256 }) => `${sha256}  ${name}\n`)
    await writeFile(join(folder, 'sums'), sums.join(''))
    await run('sha256sum', ['--quiet', '-c', join(folder, 'sums')], { cwd: join(folder, 'open') })
    assert.ok(sums.length >= 14)
  })
})
