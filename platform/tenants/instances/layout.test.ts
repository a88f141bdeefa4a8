import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openHome } from '../index.ts'
import { mayTraverse, postgresAccount } from '../postgres/account.ts'
import { layOut } from './layout.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-layout-')))
after(() => rmSync(root, { recursive: true, force: true }))
const account = postgresAccount()
chmodSync(root, 0o711)

test('keys, files and run folders are closed to everybody else, also when the umask is wide', () => {
  const before = process.umask(0)
  try {
    const layout = layOut(join(root, 'wide'), account)
    for (const folder of [layout.keys, layout.files, layout.run]) assert.equal(statSync(folder).mode & 0o777, 0o700)
  } finally {
    process.umask(before)
  }
})

test('PostgreSQL’s account reaches the instances, also when the umask is narrow', () => {
  const before = process.umask(0o077)
  try {
    const layout = layOut(join(root, 'narrow'), account)
    for (const folder of [layout.instances, layout.staging, layout.sockets]) assert.ok(mayTraverse(folder, account))
  } finally {
    process.umask(before)
  }
})

test('a home with a long path has its sockets in a short folder, and works', async () => {
  const path = join(root, 'a'.repeat(60), 'b'.repeat(60))
  const home = await openHome({ path })
  try {
    const { database, ...tenant } = await home.tenants.create({ name: 'far' })
    assert.ok(Buffer.byteLength(join(database.socketDir, '.s.PGSQL.5432')) <= 103, database.socketDir)
    assert.equal(tenant.name, 'far')
  } finally {
    await home.close()
    rmSync(layOut(path, account).sockets, { recursive: true, force: true })
  }
})

test('a short socket folder that somebody else made is refused', () => {
  const path = join(root, 'c'.repeat(100))
  const { sockets } = layOut(path, account)
  rmSync(sockets, { recursive: true })
  const trap = join(root, 'trap')
  mkdirSync(trap)
  symlinkSync(trap, sockets)
  try {
    assert.throws(() => layOut(path, account), { code: 'ERR_SOCKET_FOLDER' })
  } finally {
    rmSync(sockets)
  }
})

test('started as root below a closed folder, instances lie where their account can reach them and keys do not', {
  skip: account === null ? 'only root has a folder that PostgreSQL’s account cannot enter' : false,
}, async () => {
  const closed = join(root, 'closed')
  mkdirSync(closed, { mode: 0o700 })
  const path = join(closed, 'home')
  const home = await openHome({ path })
  const layout = layOut(path, account)
  try {
    await home.tenants.create({ name: 'inside' })
    assert.match(layout.clusters, /^\/var\/lib\/holdfast\/[0-9a-f]{12}$/)
    assert.ok(existsSync(join(path, 'keys', 'root.key')))
    assert.equal(statSync(closed).mode & 0o777, 0o700, 'the closed folder stays closed')
  } finally {
    await home.close()
    rmSync(layout.clusters, { recursive: true, force: true })
  }
})

test('a home that is a file, or where no folder can be made, is refused in words at once', () => {
  const file = join(root, 'file')
  writeFileSync(file, '')
  assert.throws(() => layOut(file, account), { code: 'ERR_HOME_PATH' })
  assert.throws(() => layOut(join(file, 'below'), account), { code: 'ERR_HOME_PATH' })
  if (existsSync('/proc/self')) assert.throws(() => layOut('/proc/holdfast-home', account), { code: 'ENOENT' })
})
