import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from '../../sql/index.ts'
import { scratchUsers } from '../../testing/index.ts'
import { setPassword } from '../passwords/set-password.ts'
import { openSession, readSession } from '../sessions/session.ts'
import { authenticate } from '../sign-in/authenticate.ts'
import { createLink, readLink, redeemLink } from './one-time-link.ts'

const tenant = await scratchUsers(null)
const password = 'copper kettle on the stove'
const origin = { source: '192.0.2.1', interactive: true }

test('a link sets the password of its user once; the second use changes nothing', async () => {
  const token = await createLink(tenant, 7, 'first-login')
  assert.deepEqual(await readLink(tenant.pool, token, 'first-login'), { uid: 7, login: 'marit@example.com' })
  assert.deepEqual(await redeemLink(tenant, token, password, 'first-login'), { uid: 7 })
  await assert.rejects(redeemLink(tenant, token, 'the attacker chose this one', 'first-login'), {
    code: 'ERR_AUTH_LINK',
  })
  assert.equal(await authenticate(tenant, 'marit@example.com', password, origin), 7)
  const [other] = await tenant.pool.query<{ password: string | null }>(sql`SELECT password FROM res_users WHERE id = 8`)
  assert.equal(other?.password, null)
})

test('of two who use a link at the same moment one wins', async () => {
  const token = await createLink(tenant, 8, 'reset')
  const both = await Promise.allSettled([
    redeemLink(tenant, token, password, 'reset'),
    redeemLink(tenant, token, `${password} 2`, 'reset'),
  ])
  assert.deepEqual(both.map((one) => one.status).sort(), ['fulfilled', 'rejected'])
})

test('a link is dead for another purpose, after its time, for an archived user, when a newer one is made, and when the password changes', async () => {
  const reset = await createLink(tenant, 8, 'reset')
  await assert.rejects(redeemLink(tenant, reset, password, 'first-login'), { code: 'ERR_AUTH_LINK' })
  await tenant.pool.query(sql`UPDATE hf_one_time_link SET expires_at = now() WHERE uid = 8`)
  await assert.rejects(redeemLink(tenant, reset, password, 'reset'), { code: 'ERR_AUTH_LINK' })
  const older = await createLink(tenant, 8, 'reset')
  const newer = await createLink(tenant, 8, 'reset')
  await assert.rejects(redeemLink(tenant, older, password, 'reset'), { code: 'ERR_AUTH_LINK' })
  await tenant.pool.query(sql`UPDATE res_users SET active = false WHERE id = 8`)
  await assert.rejects(redeemLink(tenant, newer, password, 'reset'), { code: 'ERR_AUTH_LINK' })
  await tenant.pool.query(sql`UPDATE res_users SET active = true WHERE id = 8`)
  await setPassword(tenant, 8, password)
  await assert.rejects(redeemLink(tenant, newer, password, 'reset'), { code: 'ERR_AUTH_LINK' })
  await assert.rejects(createLink(tenant, 9, 'reset'), { code: 'ERR_AUTH_USER' })
  await assert.rejects(createLink(tenant, 1, 'reset'), { code: 'ERR_AUTH_USER' })
})

test('a refused password leaves the link usable, an accepted one ends the user’s sessions', async () => {
  const { token: session } = await openSession(tenant, 7, origin)
  const token = await createLink(tenant, 7, 'reset')
  await assert.rejects(redeemLink(tenant, token, 'short', 'reset'), { code: 'ERR_PASSWORD_SHORT' })
  await assert.rejects(redeemLink(tenant, token, 'Koperwerk Bindery', 'reset'), { code: 'ERR_PASSWORD_CONTEXT' })
  assert.ok(await readSession(tenant, session))
  await redeemLink(tenant, token, password, 'reset')
  assert.equal(await readSession(tenant, session), null)
})

test('the database holds no token, and a reset lasts 30 minutes, a first login 24 hours', async () => {
  for (const [purpose, minutes] of [
    ['reset', 30],
    ['first-login', 1440],
  ] as const) {
    const token = await createLink(tenant, 7, purpose)
    const [row] = await tenant.pool.query<{ all: string; minutes: number }>(sql`
      SELECT l::text AS all, extract(epoch FROM expires_at - now())::float8 / 60 AS minutes FROM hf_one_time_link l WHERE uid = 7 AND purpose = ${purpose} AND used_at IS NULL`)
    assert.ok(row && Math.abs(row.minutes - minutes) < 0.1 && !row.all.includes(token))
  }
})
