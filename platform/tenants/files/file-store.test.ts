import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { temporaryTenantKeys } from '../keys/tenant-keys.ts'
import { openFileStore } from './file-store.ts'

const root = mkdtempSync(join(tmpdir(), 'holdfast-files-'))
after(() => rmSync(root, { recursive: true, force: true }))

function store(keys = temporaryTenantKeys(randomUUID())) {
  const folder = mkdtempSync(join(root, 's-'))
  return { folder, keys, files: openFileStore(folder, keys, () => 1) }
}
const pathOf = (folder: string, hash: string): string => join(folder, hash.slice(0, 2), hash)

test('a file is named by its content within its tenant, and stored once', async () => {
  const { files, folder } = store()
  const hash = await files.put(Buffer.from('an invoice'))
  assert.equal(await files.put(Buffer.from('an invoice')), hash)
  assert.equal(Buffer.from((await files.get(hash)) ?? '').toString(), 'an invoice')
  assert.ok(await files.has(hash))
  const names: string[] = []
  for await (const name of files.list()) names.push(name)
  assert.deepEqual(names, [hash])
  assert.equal(statSync(pathOf(folder, hash)).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(join(folder, hash.slice(0, 2))), [hash], 'no temporary file is left')
})

test('the name tells nothing about the content: it is neither a plain hash nor the same for two tenants', async () => {
  const [a, b] = [store(), store()]
  const hash = await a.files.put(Buffer.from('x'))
  assert.notEqual(hash, createHash('sha256').update('x').digest('hex'))
  assert.notEqual(await b.files.put(Buffer.from('x')), hash)
})

test('no byte of the content stands on disk', async () => {
  const { files, folder } = store()
  const hash = await files.put(Buffer.from('CANARY-attachment'))
  assert.ok(!readFileSync(pathOf(folder, hash)).includes('CANARY'))
})

test('a changed file, one put in the place of another, and one of another tenant are refused', async () => {
  const { files, folder } = store()
  const one = await files.put(Buffer.from('one'))
  const two = await files.put(Buffer.from('two'))
  copyFileSync(pathOf(folder, two), pathOf(folder, one))
  await assert.rejects(files.get(one), { code: 'ERR_SEAL_KIND' })
  const bytes = readFileSync(pathOf(folder, two))
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  writeFileSync(pathOf(folder, two), bytes)
  await assert.rejects(files.get(two), { code: 'ERR_SEAL_DAMAGED' })
  const foreign = store()
  await foreign.files.putAs(one, Buffer.from('of another'))
  copyFileSync(pathOf(foreign.folder, one), pathOf(folder, one))
  await assert.rejects(files.get(one), { code: 'ERR_SEAL_FOREIGN' })
})

test('a name that is none leads to no path', async () => {
  const { files } = store()
  for (const name of [
    '',
    '../../etc/passwd',
    'a'.repeat(63),
    `${'a'.repeat(63)}/`,
    'A'.repeat(64),
    `${'a'.repeat(64)}\n`,
  ]) {
    await assert.rejects(files.get(name), { code: 'ERR_FILE_NAME' })
    await assert.rejects(files.putAs(name, Buffer.from('x')), { code: 'ERR_FILE_NAME' })
  }
  assert.equal(await files.get('a'.repeat(64)), null)
})
