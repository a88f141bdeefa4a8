import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { hashPassword, isPasswordHash, passwordRounds, roundsSpent, verifyPassword } from './hash.ts'
import vectors from './pbkdf2-sha512-vectors.json' with { type: 'json' }

const password = 'copper kettle on the stove'
const hash = await hashPassword(password)

async function costOf(work: () => Promise<unknown>): Promise<number> {
  const before = roundsSpent()
  await work()
  return roundsSpent() - before
}

function stored(rounds: number, salt: string, keyHex: string): string {
  const ab64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('+', '.').replace(/=+$/, '')
  return `$pbkdf2-sha512$${rounds}$${ab64(Buffer.from(salt))}$${ab64(Buffer.from(keyHex, 'hex'))}`
}

test('the published vectors of PBKDF2-HMAC-SHA-512 verify, and one changed bit does not', async () => {
  for (const vector of vectors) {
    assert.equal((await verifyPassword(vector.password, stored(vector.rounds, vector.salt, vector.key))).ok, true)
  }
  const first = vectors[0]
  assert(first)
  const wrong = Buffer.from(first.key, 'hex')
  wrong[63] = (wrong[63] ?? 0) ^ 1
  assert.equal((await verifyPassword(first.password, stored(1, first.salt, wrong.toString('hex')))).ok, false)
})

test('a new hash has 650 000 rounds, a salt of its own, and needs no rehash', async () => {
  assert.match(hash, /^\$pbkdf2-sha512\$650000\$[A-Za-z0-9./]{22}\$[A-Za-z0-9./]{86}$/)
  assert.deepEqual(await verifyPassword(password, hash), { ok: true, rehash: false })
})

const passlib = hasPasslib() ? {} : { skip: "Debian's python3-passlib is not on this machine" }

test('passlib accepts our hash and we accept passlib’s, with its rounds and alphabet', passlib, async () => {
  const script = `import sys, json
from passlib.hash import pbkdf2_sha512 as h
ours, password = json.load(sys.stdin)
print(json.dumps([h.verify(password, ours), h.verify(password + 'x', ours), h.using(rounds=25000).hash(password), h.using(rounds=1, salt_size=8).hash(password)]))`
  const answer: unknown = JSON.parse(
    execFileSync('/usr/bin/python3', ['-c', script], { input: JSON.stringify([hash, password]), encoding: 'utf8' }),
  )
  assert(Array.isArray(answer))
  const [accepts, acceptsWrong, theirs, weakest] = answer
  assert.deepEqual([accepts, acceptsWrong], [true, false])
  assert.deepEqual(await verifyPassword(password, theirs), { ok: true, rehash: true })
  assert.deepEqual(await verifyPassword(password, weakest), { ok: true, rehash: true })
})

test('a wrong password costs the same rounds for an unknown user, a strong hash, a weak hash and an unreadable one', async () => {
  const weak = stored(1000, 'saltsalt', 'ab'.repeat(64))
  for (const kept of [null, hash, weak, 'plain text', '$pbkdf2-sha512$9999999$c2FsdA$x']) {
    assert.equal(await costOf(() => verifyPassword('some other guess', kept)), passwordRounds)
  }
})

test('a hash that asks for millions of rounds is not a hash', () => {
  assert.equal(isPasswordHash(stored(2_000_001, 'saltsalt', 'ab'.repeat(64))), false)
  assert.equal(isPasswordHash(stored(600_000, 'saltsalt', 'ab'.repeat(64))), true)
  assert.equal(isPasswordHash('$pbkdf2-sha256$29000$c2FsdA$c2FsdA'), false)
})

test('a password is the same however its letters were composed, and a raw-form hash of another program still fits', async () => {
  const composed = 'ﬁets caf\u00e9 naast de brug'
  const decomposed = 'ﬁets cafe\u0301 naast de brug'
  const normal = await hashPassword(composed)
  assert.deepEqual(await verifyPassword(decomposed, normal), { ok: true, rehash: false })
  const { pbkdf2Sync } = await import('node:crypto')
  const raw = stored(1000, 'saltsalt', pbkdf2Sync(composed, 'saltsalt', 1000, 64, 'sha512').toString('hex'))
  assert.deepEqual(await verifyPassword(composed, raw), { ok: true, rehash: true })
})

test('a NUL does not shorten a password, half a surrogate pair and over-long text cost nothing and never fit', async () => {
  // HMAC pads keys with zeros: without the refusal `abc` and `abc\0` are one password.
  const { pbkdf2Sync } = await import('node:crypto')
  const kept = stored(1, 'saltsalt', pbkdf2Sync('abc', 'saltsalt', 1, 64, 'sha512').toString('hex'))
  assert.equal((await verifyPassword('abc', kept)).ok, true)
  for (const attack of ['abc\0', 'abc\0def', '\ud800', '', 'x'.repeat(1025), 'x'.repeat(50_000_000)]) {
    assert.equal(await costOf(async () => assert.equal((await verifyPassword(attack, kept)).ok, false)), 0)
  }
})

function hasPasslib(): boolean {
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import passlib'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
