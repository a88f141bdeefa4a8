import assert from 'node:assert/strict'
import { test } from 'node:test'
import { originWithin, type RequestOrigin } from '../audit/index.ts'
import { scratchUsers, takeEntries } from '../testing/index.ts'
import { tellCounts } from './events.ts'
import { hashPassword } from './passwords/hash.ts'
import { changePassword, setPassword } from './passwords/set-password.ts'
import { closeSession, openSession } from './sessions/session.ts'
import { authenticate, authenticateCall, authenticateKey } from './sign-in/authenticate.ts'
import { createKey, revokeKey } from './tokens/api-key.ts'
import { createLink, redeemLink } from './tokens/one-time-link.ts'

const password = 'copper kettle on the stove'
const tenant = await scratchUsers(await hashPassword(password))
const request = (channel: RequestOrigin['channel'], source: string): RequestOrigin => ({
  ...originWithin('system'),
  channel,
  source,
})
const person = (source: string) => ({ source, interactive: true, request: request('page', source) })
const program = (source: string) => ({ source, interactive: false, request: request('JSON-RPC', source) })

const kinds = async () =>
  (await takeEntries(tenant)).map(({ kind, what }) => [kind, what['credential'] ?? what['purpose']])

test('every credential that works is told, with who, from where and in which request', async () => {
  const here = person('192.0.2.10')
  await openSession(tenant, 7, here)
  const [opened] = await takeEntries(tenant)
  assert.deepEqual(opened?.actor, {
    uid: 7,
    forUid: null,
    requestId: here.request.requestId,
    channel: 'page',
    source: '192.0.2.10',
  })
  assert.deepEqual([opened.kind, opened.what], ['signin.succeeded', { credential: 'session' }])
  await authenticate(tenant, 'marit@example.com', password, program('192.0.2.11'))
  await authenticateCall(tenant, 8, password, program('192.0.2.11'))
  const { id, key } = await createKey(tenant.pool, 7, { name: 'till' })
  await authenticateKey(tenant, key, program('192.0.2.12'))
  await authenticateKey(tenant, key, program('192.0.2.12'))
  await revokeKey(tenant.pool, 7, id)
  assert.deepEqual(await kinds(), [
    ['signin.succeeded', 'password'],
    ['signin.succeeded', 'password'],
    ['key.created', undefined],
    ['signin.succeeded', 'key'],
    ['key.revoked', undefined],
  ])
})

test('every credential that fails is told, and what was tried stands nowhere', async () => {
  const origin = program('192.0.2.20')
  const { key } = await createKey(tenant.pool, 8, { name: 'other' })
  await takeEntries(tenant)
  await authenticate(tenant, 'marit@example.com', 'a wrong guess', person('192.0.2.20'))
  await authenticate(tenant, 'nobody@example.com', 'a wrong guess', origin)
  await authenticateCall(tenant, 7, 'a wrong guess', program('192.0.2.21'))
  await authenticateCall(tenant, 7, key, { ...program('192.0.2.21'), keysOnly: true })
  await authenticateKey(tenant, 'f'.repeat(64), origin)
  await assert.rejects(redeemLink(tenant, 'A'.repeat(43), 'whatever it may be', 'reset', origin), {
    code: 'ERR_AUTH_LINK',
  })
  const entries = await takeEntries(tenant)
  assert.deepEqual(
    entries.map(({ kind, what, personal }) => [kind, what['credential'], what['known'], personal?.[0]?.data['login']]),
    [
      ['signin.failed', 'password', true, 'marit@example.com'],
      ['signin.failed', 'password', false, 'nobody@example.com'],
      ['signin.failed', 'password', true, 'marit@example.com'],
      ['signin.failed', 'password', true, '#7'],
      ['signin.failed', 'key', false, undefined],
      ['signin.failed', 'link', false, undefined],
    ],
  )
  const text = JSON.stringify(entries)
  for (const secret of ['a wrong guess', password, key, 'f'.repeat(64), 'A'.repeat(43), 'whatever it may be'])
    assert.ok(!text.includes(secret), secret)
})

test('what becomes of passwords, links and sessions is told, never what they are', async () => {
  const { token } = await openSession(tenant, 8, person('192.0.2.30'))
  await closeSession(tenant, token, person('192.0.2.30'))
  await closeSession(tenant, token)
  const link = await createLink(tenant, 8, 'reset')
  await redeemLink(tenant, link, 'an entirely new kettle', 'reset', person('192.0.2.30'))
  await openSession(tenant, 8, person('192.0.2.30'))
  await changePassword(tenant, 8, 'an entirely new kettle', 'yet another kettle here', person('192.0.2.30'))
  await setPassword(tenant, 8, 'set by somebody else', { temporary: true })
  const entries = await takeEntries(tenant)
  assert.deepEqual(
    entries.map(({ kind }) => kind),
    [
      'signin.succeeded',
      'session.ended',
      'link.created',
      'link.used',
      'password.changed',
      'signin.succeeded',
      'password.changed',
      'session.ended',
      'password.changed',
    ],
  )
  assert.equal(entries.at(-1)?.what['temporary'], true)
  for (const secret of [token, link, 'kettle', 'set by somebody else'])
    assert.ok(!JSON.stringify(entries).includes(secret), secret)
})

test('a flood of failed sign-ins is a few entries and a count, however many names and sources it comes under', async () => {
  const flood = await scratchUsers(null)
  const tries: Promise<unknown>[] = []
  for (let i = 0; i < 400; i++)
    tries.push(authenticateKey(flood, String(i % 10).repeat(64), program(`198.51.100.${i % 200}`)))
  await Promise.all(tries)
  const first = await takeEntries(flood)
  assert.ok(first.length > 0 && first.length <= 20, `${first.length} entries`)
  await tellCounts(flood.pool)
  const counts = await takeEntries(flood)
  assert.ok(counts.length <= 21, `${counts.length} entries`)
  const told = [...first, ...counts].reduce((sum, { what }) => sum + Number(what['count']), 0)
  assert.equal(told, 400, 'none is lost')
  assert.ok(counts.some(({ what, actor }) => what['others'] === true && actor.source === null))
})
