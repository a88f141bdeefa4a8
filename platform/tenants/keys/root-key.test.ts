import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openRootKey } from './root-key.ts'
import { scramVerifier } from './scram.ts'
import { Secret } from './secret.ts'
import { makeTenantKey, openTenantKeys, rewrapTenantKey } from './tenant-keys.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-keys-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const A = '11111111-1111-4111-8111-111111111111'
const B = '22222222-2222-4222-8222-222222222222'

test('the root key is made once, for its owner only, and opens again what it wrapped', async () => {
  const kms = await openRootKey(folder)
  const wrapped = await kms.wrap(Buffer.from('a secret'), 'for acme')
  assert.equal(statSync(join(folder, 'root.key')).mode & 0o777, 0o600)
  assert.ok(!Buffer.from(wrapped).includes('a secret'))
  const again = await openRootKey(folder)
  assert.equal(again.currentKeyId, kms.currentKeyId)
  assert.equal(Buffer.from(await again.unwrap(wrapped, 'for acme')).toString(), 'a secret')
})

test('a wrapped secret is refused in another context, when a bit is flipped, and by another root key', async () => {
  const kms = await openRootKey(folder)
  const wrapped = await kms.wrap(Buffer.from('a secret'), 'for acme')
  await assert.rejects(kms.unwrap(wrapped, 'for bolt'), { code: 'ERR_KEY_REFUSED' })
  for (let i = 0; i < wrapped.length; i++) {
    const changed = Uint8Array.from(wrapped, (byte, at) => (at === i ? byte ^ 1 : byte))
    await assert.rejects(kms.unwrap(changed, 'for acme'), { code: 'ERR_KEY_REFUSED' })
  }
  const other = await openRootKey(mkdtempSync(join(folder, 'other-')))
  await assert.rejects(other.unwrap(wrapped, 'for acme'), { code: 'ERR_KEY_REFUSED' })
})

test('a tenant key is refused for another tenant, and survives the rotation of the root key', async () => {
  const kms = await openRootKey(folder)
  const keys = [await makeTenantKey(kms, A, 'seal', 1), await makeTenantKey(kms, A, 'names', 1)]
  await assert.rejects(openTenantKeys(kms, B, keys), { code: 'ERR_KEY_REFUSED' })
  const before = await openTenantKeys(kms, A, keys)
  await kms.rotate()
  const rewrapped = await Promise.all(keys.map((key) => rewrapTenantKey(kms, key, A)))
  const after = await openTenantKeys(kms, A, rewrapped)
  assert.deepEqual(after.sealKey(1), before.sealKey(1))
  assert.equal(after.nameOf(Buffer.from('f')), before.nameOf(Buffer.from('f')))
  assert.notDeepEqual(rewrapped[0]?.wrapped, keys[0]?.wrapped)
})

test('a damaged root key file is reported and never replaced by a new key', async () => {
  const damaged = mkdtempSync(join(folder, 'damaged-'))
  writeFileSync(join(damaged, 'root.key'), '{}')
  await assert.rejects(openRootKey(damaged), { code: 'ERR_KEY_FILE' })
  assert.equal(readFileSync(join(damaged, 'root.key'), 'utf8'), '{}')
})

test('the SCRAM verifier is the one of RFC 7677', () => {
  // RFC 7677 §3: user "user", password "pencil", this salt, 4096 rounds; server signature key derived from it.
  const verifier = scramVerifier(new Secret('pencil'), Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'))
  assert.equal(
    verifier,
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  )
})

test('a lost or damaged root key of a used home is told, and no new one takes its place', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-lost-key-'))
  try {
    await assert.rejects(openRootKey(folder, false), { code: 'ERR_KEY_FILE' })
    assert.deepEqual(readdirSync(folder), [])
    writeFileSync(join(folder, 'root.key'), '{')
    await assert.rejects(openRootKey(folder), { code: 'ERR_KEY_FILE' })
    assert.equal(readFileSync(join(folder, 'root.key'), 'utf8'), '{')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
