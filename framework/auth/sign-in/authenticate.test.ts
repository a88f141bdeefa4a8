import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RateLimitError } from '../../errors.ts'
import { sql } from '../../sql/index.ts'
import { scratchUsers } from '../../testing/index.ts'
import { hashPassword, passwordRounds, roundsSpent } from '../passwords/hash.ts'
import { setPassword } from '../passwords/set-password.ts'
import { createKey, findKeyUser, listKeys, revokeKey } from '../tokens/api-key.ts'
import { authenticate, authenticateCall, authenticateKey } from './authenticate.ts'

const password = 'copper kettle on the stove'
const hash = await hashPassword(password)
const tenant = await scratchUsers(hash)

const person = { source: '192.0.2.1', interactive: true }
const program = { source: '192.0.2.1', interactive: false }

async function costOf<T>(work: () => Promise<T>): Promise<{ rounds: number; result: T }> {
  const before = roundsSpent()
  const result = await work()
  return { rounds: roundsSpent() - before, result }
}

test('the right password signs in; a wrong one, an unknown, archived, system or unspeakable login does not, at the same cost', async () => {
  assert.equal(await authenticate(tenant, 'marit@example.com', password, person), 7)
  const attacks = [
    ['marit@example.com', 'wrong'],
    ['nobody@example.com', password],
    ['gone@example.com', password],
    ['__system__', password],
    ['marit@example.com\0', password],
    ['\ud800', password],
  ] as const
  for (const [login, guess] of attacks) {
    const { rounds, result } = await costOf(() =>
      authenticate(tenant, login, guess, { ...person, source: '192.0.2.9' }),
    )
    assert.deepEqual([login, result, rounds], [login, null, passwordRounds])
  }
})

test('an old hash is strengthened at sign-in, and a wrong try against it costs as much as any', async () => {
  const { pbkdf2Sync } = await import('node:crypto')
  const ab64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('+', '.').replace(/=+$/, '')
  const weak = `$pbkdf2-sha512$25000$${ab64(Buffer.from('0123456789abcdef'))}$${ab64(pbkdf2Sync(password, '0123456789abcdef', 25_000, 64, 'sha512'))}`
  await tenant.pool.query(sql`UPDATE res_users SET password = ${weak} WHERE id = 8`)
  assert.equal((await costOf(() => authenticate(tenant, 'tomas@example.com', 'wrong', person))).rounds, passwordRounds)
  assert.equal(await authenticate(tenant, 'tomas@example.com', password, person), 8)
  const [row] = await tenant.pool.query<{ password: string }>(sql`SELECT password FROM res_users WHERE id = 8`)
  assert.match(row?.password ?? '', /^\$pbkdf2-sha512\$650000\$/)
})

test('a call with a verified password costs no hashing again, until the password changes or the user is archived', async () => {
  assert.equal(await authenticateCall(tenant, 7, password, program), true)
  assert.deepEqual(await costOf(() => authenticateCall(tenant, 7, password, program)), { rounds: 0, result: true })
  assert.deepEqual(await costOf(() => authenticateCall(tenant, 8, password, { ...program, source: '192.0.2.77' })), {
    rounds: passwordRounds,
    result: true,
  })
  await setPassword(tenant, 7, 'another kettle entirely')
  assert.equal(await authenticateCall(tenant, 7, password, program), false)
  assert.equal(await authenticateCall(tenant, 7, 'another kettle entirely', program), true)
  await tenant.pool.query(sql`UPDATE res_users SET active = false WHERE id = 7`)
  assert.equal(await authenticateCall(tenant, 7, 'another kettle entirely', program), false)
  await tenant.pool.query(sql`UPDATE res_users SET active = true, password = ${hash} WHERE id = 7`)
})

test('a program that signs in again costs no hashing; a person, another source and a wrong guess pay in full', async () => {
  const origin = { source: '192.0.2.70', interactive: false }
  const signIn = (secret: string, from: typeof origin = origin) =>
    costOf(() => authenticate(tenant, 'marit@example.com', secret, from))
  assert.deepEqual(await signIn(password), { rounds: passwordRounds, result: 7 })
  assert.deepEqual(await signIn(password), { rounds: 0, result: 7 })
  assert.deepEqual(await signIn('wrong'), { rounds: passwordRounds, result: null })
  assert.deepEqual(await signIn(password), { rounds: passwordRounds, result: 7 }, 'after a guess nothing is remembered')
  assert.deepEqual(await signIn(password, { ...origin, interactive: true }), { rounds: passwordRounds, result: 7 })
  assert.deepEqual(await signIn(password, { ...origin, source: '192.0.2.71' }), { rounds: passwordRounds, result: 7 })
  await setPassword(tenant, 7, 'another kettle entirely')
  assert.deepEqual(await signIn(password), { rounds: passwordRounds, result: null })
  await tenant.pool.query(sql`UPDATE res_users SET password = ${hash}, active = false WHERE id = 7`)
  assert.deepEqual(await signIn(password), { rounds: passwordRounds, result: null })
  await tenant.pool.query(sql`UPDATE res_users SET active = true WHERE id = 7`)
})

test('the memory of verified calls is no way past the throttle: a guess from elsewhere, or during a cool-down, is not looked up', async () => {
  const victim = { source: '192.0.2.50', interactive: false }
  assert.equal(await authenticateCall(tenant, 7, password, victim), true)
  assert.equal(
    (await costOf(() => authenticateCall(tenant, 7, password, { ...victim, source: '203.0.113.5' }))).rounds,
    passwordRounds,
  )
  for (let i = 0; i < 5; i++) assert.equal(await authenticateCall(tenant, 7, `guess ${i}`, victim), false)
  await assert.rejects(authenticateCall(tenant, 7, 'guess 6', victim), RateLimitError)
  await assert.rejects(authenticateCall(tenant, 7, password, victim), RateLimitError)
})

test('many equal calls at once are verified once and do not use up the tries', async () => {
  const origin = { source: '192.0.2.60', interactive: false }
  const { rounds, result } = await costOf(() =>
    Promise.all(Array.from({ length: 16 }, () => authenticateCall(tenant, 7, password, origin))),
  )
  assert.equal(rounds, passwordRounds)
  assert.ok(result.every(Boolean))
})

test('user ids that are none of a user are refused', async () => {
  for (const uid of [0, -1, 1, 1.5, Number.NaN, 2 ** 40, 424_242])
    assert.equal(await authenticateCall(tenant, uid, password, { ...program, source: '192.0.2.61' }), false)
})

test('an API key serves as bearer and as password of its own user, and of nobody else', async () => {
  const { id, key } = await createKey(tenant.pool, 7, { name: 'nightly export' })
  assert.equal(await authenticateKey(tenant, key, program), 7)
  assert.equal(await authenticate(tenant, 'marit@example.com', key, program), 7)
  assert.equal(await authenticateCall(tenant, 7, key, program), true)
  const elsewhere = { ...program, source: '192.0.2.62' }
  assert.equal(await authenticate(tenant, 'tomas@example.com', key, elsewhere), null)
  assert.equal(await authenticateCall(tenant, 8, key, elsewhere), false)
  assert.equal(await authenticate(tenant, 'marit@example.com', key, { ...elsewhere, interactive: true }), null)
  const [stored] = await listKeys(tenant.pool, 7)
  assert.equal(stored?.begins, key.slice(0, 8))
  const [row] = await tenant.pool.query<{ all: string }>(
    sql`SELECT hf_api_key::text AS all FROM hf_api_key WHERE id = ${id}`,
  )
  assert.ok(!row?.all.includes(key.slice(8)))
})

test('a revoked key, an expired key and a key of an archived user end at once; nobody revokes another’s key', async () => {
  const { id, key } = await createKey(tenant.pool, 8, { name: 'till', expiresAt: new Date(Date.now() + 60_000) })
  assert.equal(await revokeKey(tenant.pool, 7, id), false)
  await tenant.pool.query(sql`UPDATE res_users SET active = false WHERE id = 8`)
  assert.equal(await findKeyUser(tenant, key), null)
  await tenant.pool.query(sql`UPDATE res_users SET active = true WHERE id = 8`)
  assert.equal(await findKeyUser(tenant, key), 8)
  await tenant.pool.query(sql`UPDATE hf_api_key SET expires_at = now() WHERE id = ${id}`)
  assert.equal(await findKeyUser(tenant, key), null)
  await tenant.pool.query(sql`UPDATE hf_api_key SET expires_at = NULL WHERE id = ${id}`)
  assert.equal(await revokeKey(tenant.pool, 8, id), true)
  assert.equal(await findKeyUser(tenant, key), null)
  await assert.rejects(createKey(tenant.pool, 8, { name: 'late', expiresAt: new Date(0) }), {
    code: 'ERR_AUTH_KEY_EXPIRED',
  })
})

test('a password that a person with a second factor showed in a browser lets no program in from there', async () => {
  await tenant.pool.query(sql`INSERT INTO hf_second_factor (uid) VALUES (7)`)
  const here = { source: '192.0.2.90', interactive: true }
  assert.equal(await authenticate(tenant, 'marit@example.com', password, here), 7)
  assert.equal(await authenticateCall(tenant, 7, password, { ...here, interactive: false }), false)
  assert.equal(await authenticate(tenant, 'marit@example.com', password, { ...here, interactive: false }), null)
  await tenant.pool.query(sql`DELETE FROM hf_second_factor`)
  assert.equal(await authenticateCall(tenant, 7, password, { ...here, interactive: false }), true)
})
