import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Tenant } from '../access/index.ts'
import { AccessError, UnavailableError } from '../errors.ts'
import { sql, withTransaction } from '../sql/index.ts'
import { addressOf, atEnd, emptyDatabase } from '../testing/index.ts'
import { enqueueAfterCommit, type JobCall, type Jobs, openAlarms, startJobs } from './index.ts'

const control = await emptyDatabase()
const database = await addressOf(control.pool)
const known = new Set(['alpha', 'beta'])
const suspended = new Set<string>()
const alarms = openAlarms(control.pool)
const ran: { tenant: string; uid: number; method: string; args: unknown; kwargs: unknown }[] = []
const failures = new Map<string, Error>()
const logged: string[] = []

const options = {
  database,
  pollSeconds: 0.5,
  clockSeconds: 1,
  retrySeconds: 1,
  waitSeconds: 1,
  alarms,
  awake: () => [],
  directory: {
    byKey: async (key: string) => {
      if (suspended.has(key)) throw new UnavailableError('ERR_TENANT_SUSPENDED', 'suspended')
      return known.has(key) ? ({ name: key } as unknown as Tenant) : null
    },
  },
  call: async (tenant: Tenant, uid: number, _model: unknown, method: unknown, args: unknown, kwargs: unknown) => {
    ran.push({ tenant: tenant.name, uid, method: String(method), args, kwargs })
    const failure = failures.get(String(method))
    if (failure !== undefined) throw failure
  },
  log: (entry: { event: string }) => void logged.push(entry.event),
}
const jobs = await startJobs(options)
atEnd(() => jobs.close(2_000))

function callOf(method: string, tenant = 'alpha', more: Partial<JobCall> = {}): JobCall {
  return { tenant, uid: 7, model: 'res.partner', method, args: [], ...more }
}

function runsOf(method: string) {
  return ran.filter((run) => run.method === method)
}

async function until(what: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const end = Date.now() + timeoutMs
  while (!(await what())) {
    assert.ok(Date.now() < end, `not within ${timeoutMs} ms: ${what}`)
    await delay(50)
  }
}

test('a job runs once, in its tenant, as its user, with its arguments and context', async () => {
  await jobs.enqueue(
    callOf('greet', 'alpha', { args: [[1, 2], 'hello'], kwargs: { loud: true }, context: { lang: 'nl_NL' } }),
  )
  await until(() => runsOf('greet').length > 0)
  assert.deepEqual(runsOf('greet'), [
    {
      tenant: 'alpha',
      uid: 7,
      method: 'greet',
      args: [[1, 2], 'hello'],
      kwargs: { loud: true, context: { lang: 'nl_NL' } },
    },
  ])
})

test('a job that fails for a passing reason is tried again', async () => {
  failures.set('flaky', new UnavailableError('ERR_SQL_UNAVAILABLE', 'asleep'))
  await jobs.enqueue(callOf('flaky'))
  await until(() => runsOf('flaky').length === 1)
  failures.delete('flaky')
  await until(() => runsOf('flaky').length === 2)
})

test('a job that is refused is not tried again, and lies with its reason where its own tenant sees it', async () => {
  failures.set('forbidden', new AccessError('ERR_ACCESS_WRITE', 'You may not do this.'))
  await jobs.enqueue(callOf('forbidden'))
  await until(async () => (await jobs.deadLetters('alpha')).length === 1)
  const [letter] = await jobs.deadLetters('alpha')
  assert.equal(runsOf('forbidden').length, 1)
  assert.deepEqual(letter?.failure, { code: 'ERR_ACCESS_WRITE', message: 'You may not do this.', reference: null })
  assert.deepEqual(await jobs.deadLetters('beta'), [])
  assert.equal(await jobs.discardDeadLetter('beta', letter.id), false)
  failures.delete('forbidden')
  assert.equal(await jobs.retryDeadLetter('alpha', letter.id), true)
  await until(() => runsOf('forbidden').length === 2)
  assert.deepEqual(await jobs.deadLetters('alpha'), [])
})

test('an unexpected error reaches the log with a reference, and the queue without its words', async () => {
  failures.set('buggy', new Error('secret detail of the inside'))
  const id = await jobs.enqueue(callOf('buggy'))
  await until(() => logged.includes('request failed'))
  const everything = await control.pool.query<{ text: string }>(
    sql`SELECT job::text AS text FROM job WHERE id::text = ${id}`,
  )
  assert.ok(everything.length === 1 && !JSON.stringify(everything).includes('secret detail'))
  failures.delete('buggy')
})

test('a job is enqueued when its transaction commits, and not when it is rolled back', async () => {
  await withTransaction(control.pool, async (tx) => enqueueAfterCommit(tx, jobs, callOf('kept')))
  await assert.rejects(
    withTransaction(control.pool, async (tx) => {
      enqueueAfterCommit(tx, jobs, callOf('undone'))
      throw new Error('roll back')
    }),
  )
  await until(() => runsOf('kept').length === 1)
  assert.equal(runsOf('undone').length, 0)
})

test('jobs that no process was there to run are run by the next one', async () => {
  const other: Jobs = await startJobs({ ...options, atOnce: 0, schema: 'app' })
  suspended.add('beta')
  await other.enqueue(callOf('waiting', 'beta'))
  await other.close()
  await delay(600)
  assert.equal(runsOf('waiting').length, 0)
  suspended.delete('beta')
  await until(() => runsOf('waiting').length === 1)
})

test('jobs of a suspended tenant wait, using up no try, and run once it is back; those of one that is gone go', async () => {
  suspended.add('beta')
  await jobs.enqueue(callOf('patient', 'beta'))
  await jobs.enqueue(callOf('orphan', 'gone'))
  await delay(2_500)
  assert.equal(runsOf('patient').length, 0)
  const [row] = await control.pool.query<{ tries: number; waiting: number }>(
    sql`SELECT max(retry_count)::int4 AS tries, count(*)::int4 AS waiting FROM job
      WHERE data ->> 'method' = 'patient' AND state < 'active'`,
  )
  assert.deepEqual(row, { tries: 0, waiting: 1 })
  suspended.delete('beta')
  await until(() => runsOf('patient').length === 1)
  assert.deepEqual([runsOf('orphan').length, await jobs.deadLetters('gone')], [0, []])
})

test('calls that make no sense are refused', async () => {
  for (const bad of [
    { uid: 0 },
    { method: '' },
    { args: 'x' as never },
    { args: ['\0'] },
    { args: ['\ud800'] },
    { args: ['x'.repeat(70_000)] },
  ]) {
    await assert.rejects(
      jobs.enqueue(callOf('x', 'alpha', bad)),
      { code: 'ERR_JOB_CALL' },
      JSON.stringify(bad).slice(0, 80),
    )
  }
})

test('what a deleted tenant had in queue, alarms and dead letters goes with it', async () => {
  failures.set('doomed', new AccessError('ERR_ACCESS', 'no'))
  await jobs.enqueue(callOf('doomed', 'beta'))
  await jobs.enqueue(callOf('later', 'beta'), { startAfter: new Date(Date.now() + 3_600_000) })
  await alarms.set('beta', new Date(Date.now() + 3_600_000))
  await until(async () => (await jobs.deadLetters('beta')).length === 1)
  await jobs.forgetTenant('beta')
  assert.deepEqual(await jobs.deadLetters('beta'), [])
  const rest = await control.pool.query(
    sql`SELECT tenant FROM tenant_alarm WHERE tenant = 'beta' UNION ALL
      SELECT name FROM job WHERE data ->> 'tenant' = 'beta' AND state < 'active' AND name = 'calls'`,
  )
  assert.deepEqual(rest, [])
})
