import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { CHUNK_BYTES, openBytes, openSealed, sealBytes, sealStream } from './seal.ts'
import { temporaryTenantKeys, type TenantKeys } from './tenant-keys.ts'

const keys = temporaryTenantKeys(randomUUID())
const KIND = { kind: 'backup', generation: 3 }
const SEALED_CHUNK = CHUNK_BYTES + 16
/** Prefix 12, bound 29 + 6, wrapped key 60, salt 32. */
const HEADER = 12 + 29 + 'backup'.length + 60 + 32

async function refused(sealed: Uint8Array, what: string, by: TenantKeys = keys): Promise<void> {
  await assert.rejects(
    openBytes(sealed, by, KIND),
    (error: { code?: string }) => /^ERR_(SEAL|KEY)_/.test(error.code ?? ''),
    what,
  )
}

test('what is sealed opens to the same bytes, at every size around the chunk border', async () => {
  for (const size of [
    0,
    1,
    15,
    16,
    17,
    CHUNK_BYTES - 1,
    CHUNK_BYTES,
    CHUNK_BYTES + 1,
    2 * CHUNK_BYTES,
    3 * CHUNK_BYTES + 7,
  ]) {
    const plain = randomBytes(size)
    const sealed = await sealBytes(plain, keys, KIND)
    assert.equal(sealed.length, HEADER + size + 16 * Math.max(1, Math.ceil(size / CHUNK_BYTES)))
    assert.deepEqual(Buffer.from(await openBytes(sealed, keys, KIND)), plain)
  }
})

test('how a stream is cut into parts does not change what is opened', async () => {
  const plain = randomBytes(200_000)
  const parts = async function* (bytes: Uint8Array, size: number) {
    for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size)
  }
  const sealed: Uint8Array[] = []
  for await (const part of sealStream(parts(plain, 777), keys, KIND)) sealed.push(part)
  const opened: Uint8Array[] = []
  for await (const part of openSealed(parts(Buffer.concat(sealed), 13), keys, KIND)) opened.push(part)
  assert.deepEqual(Buffer.concat(opened), plain)
})

test('one flipped bit is refused at every byte of the header and in every part of every chunk', async () => {
  const sealed = Buffer.from(await sealBytes(randomBytes(2 * CHUNK_BYTES + 100), keys, KIND))
  const positions = Array.from({ length: HEADER }, (_, i) => i)
  for (const chunk of [0, 1, 2]) {
    const start = HEADER + chunk * SEALED_CHUNK
    const end = Math.min(start + SEALED_CHUNK, sealed.length)
    positions.push(start, start + 40, end - 17, end - 16, end - 1)
  }
  for (const position of positions) {
    const changed = Buffer.from(sealed)
    changed[position] = (changed[position] ?? 0) ^ 0x01
    await refused(changed, `flip at ${position}`)
  }
})

test('a truncated object is refused, at chunk borders and inside chunks and header', async () => {
  const sealed = await sealBytes(randomBytes(3 * CHUNK_BYTES), keys, KIND)
  for (const length of [
    0,
    5,
    12,
    40,
    HEADER - 1,
    HEADER,
    HEADER + 10,
    HEADER + SEALED_CHUNK,
    HEADER + 2 * SEALED_CHUNK,
    sealed.length - 1,
  ]) {
    await refused(sealed.subarray(0, length), `cut to ${length}`)
  }
})

test('swapped, doubled, dropped and appended chunks are refused', async () => {
  const sealed = Buffer.from(await sealBytes(randomBytes(3 * CHUNK_BYTES), keys, KIND))
  const header = sealed.subarray(0, HEADER)
  const chunks = [0, 1, 2].map((i) => sealed.subarray(HEADER + i * SEALED_CHUNK, HEADER + (i + 1) * SEALED_CHUNK)) as [
    Buffer,
    Buffer,
    Buffer,
  ]
  const [a, b, c] = chunks
  const orders: [string, Buffer[]][] = [
    ['swap', [b, a, c]],
    ['double', [a, a, b, c]],
    ['drop', [a, c]],
    ['drop first', [b, c]],
    ['last doubled', [a, b, c, c]],
    ['last only', [c]],
    ['bytes after the end', [a, b, c, Buffer.from('x')]],
  ]
  for (const [what, order] of orders) await refused(Buffer.concat([header, ...order]), what)
  const other = Buffer.from(await sealBytes(randomBytes(3 * CHUNK_BYTES), keys, KIND))
  await refused(Buffer.concat([header, a, other.subarray(HEADER + SEALED_CHUNK)]), 'chunks of another object')
  await refused(Buffer.concat([other.subarray(0, HEADER), a, b, c]), 'header of another object')
})

test('an object of another tenant, of another kind or under a destroyed key is refused', async () => {
  const sealed = await sealBytes(Buffer.from('x'), keys, KIND)
  await refused(sealed, 'foreign tenant', temporaryTenantKeys(randomUUID()))
  await refused(sealed, 'same tenant id, other key', temporaryTenantKeys(keys.tenantId))
  await assert.rejects(openBytes(sealed, keys, { kind: 'file:1' }), { code: 'ERR_SEAL_KIND' })
  const withoutKey: TenantKeys = { ...keys, sealKey: () => temporaryTenantKeys(keys.tenantId).sealKey(2) }
  await assert.rejects(openBytes(sealed, withoutKey, KIND), { code: 'ERR_KEY_DESTROYED' })
})

test('the canary stands in the plaintext and nowhere in the sealed object, and no two seals are alike', async () => {
  const canary = 'CANARY-of-acme'
  const plain = Buffer.from(`${'x'.repeat(70_000)}${canary}`)
  const sealed = Buffer.from(await sealBytes(plain, keys, KIND))
  assert.ok(plain.includes(canary) && !sealed.includes(canary))
  assert.notDeepEqual(await sealBytes(plain, keys, KIND), sealed)
})
