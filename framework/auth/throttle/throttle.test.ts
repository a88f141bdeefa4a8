import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test } from 'node:test'
import { RateLimitError } from '../../errors.ts'
import { sql } from '../../sql/index.ts'
import { addressOf, scratchUsers } from '../../testing/index.ts'
import { accountKey, sourceKey } from './account.ts'
import { beginTry, strangeFailuresPerHour } from './throttle.ts'

const tenant = await scratchUsers(null)
const { pool } = tenant

async function tryOnce(login: string, source: string): Promise<number> {
  try {
    await beginTry(pool, login, source)
    return 0
  } catch (error) {
    assert(error instanceof RateLimitError && error.code === 'ERR_AUTH_COOLDOWN')
    return error.retryAfterSeconds
  }
}

async function failTimes(times: number, login: string, source: string): Promise<void> {
  for (let i = 0; i < times; i++) assert.equal(await tryOnce(login, source), 0)
}

// As if this much time had gone by.
async function passTime(login: string, seconds: number): Promise<void> {
  await pool.query(sql`UPDATE hf_login_failure SET blocked_until = blocked_until - make_interval(secs => ${seconds}),
    last_failure_at = last_failure_at - make_interval(secs => ${seconds}), window_start = window_start - make_interval(secs => ${seconds})
    WHERE account = ${accountKey(login)}`)
}

test('five failures bring a cool-down of 60 s for this source, and for this account only', async () => {
  await failTimes(5, 'a', '192.0.2.1')
  const wait = await tryOnce('a', '192.0.2.1')
  assert.ok(wait > 55 && wait <= 60, String(wait))
  assert.equal(await tryOnce('b', '192.0.2.1'), 0)
  assert.equal(await tryOnce('a', '192.0.2.2'), 0)
})

test('each failure after a cool-down doubles the next one, up to 15 minutes', async () => {
  await failTimes(5, 'c', '192.0.2.1')
  for (const expected of [60, 120, 240, 480, 900, 900]) {
    const wait = await tryOnce('c', '192.0.2.1')
    assert.ok(wait > expected - 5 && wait <= expected, `${wait} of ${expected}`)
    await passTime('c', expected + 1)
    await failTimes(1, 'c', '192.0.2.1')
  }
})

test('knocking during a cool-down does not lengthen it', async () => {
  await failTimes(5, 'd', '192.0.2.1')
  for (let i = 0; i < 10; i++) assert.ok((await tryOnce('d', '192.0.2.1')) <= 60)
  await passTime('d', 61)
  assert.equal(await tryOnce('d', '192.0.2.1'), 0)
})

test('a success forgets the failures of its source', async () => {
  await failTimes(4, 'e', '192.0.2.1')
  await (await beginTry(pool, 'e', '192.0.2.1')).succeeded()
  await failTimes(5, 'e', '192.0.2.1')
  assert.ok((await tryOnce('e', '192.0.2.1')) > 0)
})

test('strangers share 50 failures an hour, and cannot lock out a source that has signed in before', async () => {
  await (await beginTry(pool, 'f', '198.51.100.7')).succeeded()
  for (let i = 0; i < strangeFailuresPerHour; i++) assert.equal(await tryOnce('f', `203.0.113.${i}`), 0)
  const wait = await tryOnce('f', '203.0.113.99')
  assert.ok(wait > 3500 && wait <= 3600, String(wait))
  assert.equal(await tryOnce('f', '198.51.100.7'), 0)
  await passTime('f', 3601)
  assert.equal(await tryOnce('f', '203.0.113.100'), 0)
})

test('the administrator sets how many failures and how long; nonsense and extremes are bounded', async () => {
  await pool.query(
    sql`INSERT INTO ir_config_parameter (key, value) VALUES ('base.login_cooldown_after', '2'), ('base.login_cooldown_duration', '10')`,
  )
  await failTimes(2, 'g', '192.0.2.1')
  assert.ok((await tryOnce('g', '192.0.2.1')) <= 10)
  // In Odoo 0 switches the throttle off; here it means the strictest.
  await pool.query(sql`UPDATE ir_config_parameter SET value = '0' WHERE key = 'base.login_cooldown_after'`)
  await failTimes(1, 'h', '192.0.2.1')
  assert.ok((await tryOnce('h', '192.0.2.1')) > 0)
  await pool.query(sql`DELETE FROM ir_config_parameter`)
})

test('two processes with ten tries each at once get five tries together', async () => {
  const script = `
    import { openPool } from ${JSON.stringify(new URL('../../sql/index.ts', import.meta.url).href)}
    import { beginTry } from ${JSON.stringify(new URL('./throttle.ts', import.meta.url).href)}
    const pool = openPool(JSON.parse(process.env.HF_TEST_ADDRESS))
    const tries = await Promise.allSettled(Array.from({ length: 10 }, () => beginTry(pool, 'i', '192.0.2.1')))
    console.log(tries.filter((t) => t.status === 'fulfilled').length)
    await pool.close()`
  const address = JSON.stringify(await addressOf(tenant.pool))
  const run = () =>
    new Promise<number>((resolve, reject) => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        env: { ...process.env, HF_TEST_ADDRESS: address },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let out = ''
      child.stdout.on('data', (chunk) => (out += chunk))
      child.on('error', reject)
      child.on('close', () => resolve(Number(out.trim())))
    })
  const [one, two] = await Promise.all([run(), run()])
  assert.equal((one ?? 0) + (two ?? 0), 5)
})

test('an IPv6 customer is one source, whichever of his addresses he takes', () => {
  assert.equal(sourceKey('2001:db8:1:2:aaaa::1'), sourceKey('2001:db8:1:2:bbbb::9'))
  assert.notEqual(sourceKey('2001:db8:1:2::1'), sourceKey('2001:db8:1:3::1'))
  assert.equal(sourceKey('::ffff:192.0.2.1'), '192.0.2.1')
  assert.equal(sourceKey('::1'), '0:0:0:0::/64')
})
