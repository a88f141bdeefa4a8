import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql, withTransaction } from '../../sql/index.ts'
import { scratchUsers } from '../../testing/index.ts'
import { changeOwnPassword } from '../passwords/change-own-password.ts'
import { changePassword, setPassword } from '../passwords/set-password.ts'
import { checkCsrf, maskCsrf } from './csrf.ts'
import { closeSession, closeSessionsOf, listSessions, openSession, readSession } from './session.ts'

const tenant = await scratchUsers(null)
const origin = { source: '192.0.2.1', userAgent: 'a browser\r\nX-Evil: 1', interactive: true }

test('a session is known by its token, and the database holds nothing that would open it', async () => {
  const { token, csrf } = await openSession(tenant, 7, origin)
  assert.deepEqual(await readSession(tenant, token), { uid: 7, csrf })
  const [row] = await tenant.pool.query<{ all: string }>(
    sql`SELECT hf_session::text AS all FROM hf_session WHERE uid = 7`,
  )
  assert.ok(
    row && !row.all.includes(token) && !row.all.includes(csrf) && !row.all.includes(Buffer.from(token).toString('hex')),
  )
  const hash = row?.all.match(/[0-9a-f]{64}/)?.[0] ?? ''
  assert.equal(await readSession(tenant, Buffer.from(hash, 'hex').toString('base64url')), null)
  assert.equal((await listSessions(tenant, 7))[0]?.userAgent, 'a browser  X-Evil: 1')
})

test('garbage in the cookie is no session', async () => {
  for (const token of ['', 'x', 'A'.repeat(43), `${'A'.repeat(42)}\0`, 'A'.repeat(100_000), '../../etc/passwd'])
    assert.equal(await readSession(tenant, token), null)
})

test('a sign-in ends the session that the browser had, and logging out ends one', async () => {
  const first = await openSession(tenant, 7, origin)
  const second = await openSession(tenant, 7, origin, first.token)
  assert.notEqual(first.token, second.token)
  assert.equal(await readSession(tenant, first.token), null)
  await closeSession(tenant, second.token)
  assert.equal(await readSession(tenant, second.token), null)
})

test('a session ends when idle, when old, when the user is archived, and when the administrator says so', async () => {
  const ends = [
    sql`UPDATE hf_session SET last_seen_at = now() - interval '12 hours 1 second'`,
    sql`UPDATE hf_session SET expires_at = now()`,
    sql`UPDATE res_users SET active = false WHERE id = 7`,
  ]
  for (const end of ends) {
    const { token } = await openSession(tenant, 7, origin)
    assert.ok(await readSession(tenant, token))
    await tenant.pool.query(end)
    assert.equal(await readSession(tenant, token), null)
    await tenant.pool.query(sql`UPDATE res_users SET active = true WHERE id = 7`)
  }
  const { token } = await openSession(tenant, 7, origin)
  await closeSessionsOf(tenant, 7)
  assert.equal(await readSession(tenant, token), null)
})

test('the idle clock is wound at most once a minute', async () => {
  const { token } = await openSession(tenant, 7, origin)
  const seen = async () =>
    (await tenant.pool.query<{ seen: string }>(sql`SELECT last_seen_at AS seen FROM hf_session WHERE uid = 7`))[0]?.seen
  const before = await seen()
  await readSession(tenant, token)
  assert.equal(await seen(), before)
  await tenant.pool.query(sql`UPDATE hf_session SET last_seen_at = now() - interval '61 seconds'`)
  await readSession(tenant, token)
  assert.ok(((await seen()) ?? '') > (before ?? ''))
})

test('a new password ends every session of the user, but for the one in which she changed it', async () => {
  await closeSessionsOf(tenant, 7)
  const old = await openSession(tenant, 7, origin)
  const others = await openSession(tenant, 8, origin)
  await setPassword(tenant, 7, 'copper kettle on the stove')
  assert.equal(await readSession(tenant, old.token), null)
  assert.ok(await readSession(tenant, others.token))
  const [mine, stolen] = [await openSession(tenant, 7, origin), await openSession(tenant, 7, origin)]
  await assert.rejects(changePassword(tenant, 7, 'not the old one', 'iron kettle on the stove', origin), {
    code: 'ERR_AUTH_OLD_PASSWORD',
  })
  await changePassword(tenant, 7, 'copper kettle on the stove', 'iron kettle on the stove', origin, {
    keepSession: mine.token,
  })
  assert.ok(await readSession(tenant, mine.token))
  assert.equal(await readSession(tenant, stolen.token), null)
})

test('whoever finds a session open has five guesses a minute at its password', async () => {
  await setPassword(tenant, 8, 'copper kettle on the stove')
  const guess = (password: string) =>
    withTransaction(tenant.pool, (tx) =>
      changeOwnPassword({ tenant: 'guessing', tx, uid: 8 }, password, 'iron kettle on the stove'),
    )
  for (let i = 0; i < 5; i++) await assert.rejects(guess(`guess ${i}`), { code: 'ERR_AUTH_OLD_PASSWORD' })
  await assert.rejects(guess('copper kettle on the stove'), { code: 'ERR_AUTH_COOLDOWN' })
})

test('a password below the minimum is refused on every path but the operator’s, who is told', async () => {
  await assert.rejects(setPassword(tenant, 7, 'admin'), { code: 'ERR_PASSWORD_SHORT' })
  assert.equal((await setPassword(tenant, 7, 'admin', { operatorOverride: true }))?.code, 'ERR_PASSWORD_SHORT')
  await assert.rejects(setPassword(tenant, 7, '', { operatorOverride: true }), { code: 'ERR_PASSWORD_SHORT' })
  await assert.rejects(setPassword(tenant, 1, 'copper kettle on the stove'), { code: 'ERR_AUTH_USER' })
  await tenant.pool.query(
    sql`INSERT INTO ir_config_parameter (key, value) VALUES ('auth.password_minimum_length', '8')`,
  )
  assert.equal(await setPassword(tenant, 7, 'zebra-kw'), null)
})

test('a CSRF token fits its own session only, and looks different in every page', async () => {
  const one = await openSession(tenant, 7, origin)
  const two = await openSession(tenant, 7, origin)
  const shown = maskCsrf(one.csrf)
  assert.notEqual(shown, maskCsrf(one.csrf))
  assert.equal(checkCsrf(one.csrf, shown), true)
  assert.equal(checkCsrf(two.csrf, shown), false)
  for (const attack of [
    null,
    undefined,
    '',
    'x',
    shown.slice(1),
    `${shown}A`,
    `${shown.slice(0, -2)}AA`,
    maskCsrf('00'.repeat(32)),
  ])
    assert.equal(checkCsrf(one.csrf, attack), false)
})
