import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { AppError } from '../../errors.ts'
import { emptyDatabase } from '../../testing/index.ts'
import { openPool, type Pool, sql, type SqlValue } from '../index.ts'
import { clientConfig } from '../pool.ts'
import { Lane } from './lane.ts'

let pool: Pool

before(async () => {
  pool = (await emptyDatabase()).pool
})
after(() => pool.close())

const echo = async (value: SqlValue) => {
  const rows = await pool.query<{ v: number; pid: number }>(sql`SELECT ${value}::int4 AS v, pg_backend_pid() AS pid`)
  return rows[0] as { v: number; pid: number }
}

test('what has shown to be quick is taken until one would wait for it, and each gets its own answer', async () => {
  const lane = new Lane(clientConfig(pool.options), 1_000)
  const text = { name: 'echo', byValue: false, runs: 7, averageMs: 0.5 }
  assert.equal(lane.takes({ ...text, runs: 6 }) || lane.takes({ ...text, averageMs: 4 }), false)
  const run = (v: number) =>
    lane.run<{ v: number; pid: number }>('SELECT $1::int4 AS v, pg_backend_pid() AS pid', [v], text)
  const asked: ReturnType<typeof run>[] = []
  while (lane.takes({ ...text })) asked.push(run(asked.length))
  assert.equal(asked.length, 8)
  for (let i = 8; i < 60; i++) asked.push(run(i))
  const rows = (await Promise.all(asked)).map(([row]) => row)
  assert.deepEqual(
    rows.map((row) => row?.v),
    rows.map((_, i) => i),
  )
  assert.equal(new Set(rows.map((row) => row?.pid)).size, 1)
  await lane.close()
})

test('an error in the shared connection is that of its statement alone', async () => {
  const divide = (by: number) => pool.query<{ v: number }>(sql`SELECT 12 / ${by}::int4 AS v`)
  for (let i = 1; i < 12; i++) await divide(i)
  const results = await Promise.allSettled([1, 0, 2, 0, 3].map(divide))
  assert.deepEqual(
    results.map((one) => (one.status === 'fulfilled' ? one.value[0]?.v : (one.reason as AppError).code)),
    [12, 'ERR_SQL_VALUE', 6, 'ERR_SQL_VALUE', 4],
  )
})

test('who has become slow goes back to a connection of its own, so that others do not wait for it twice', async () => {
  const rest = (seconds: number) => pool.query(sql`SELECT pg_sleep(${seconds}::float8)`)
  for (let i = 0; i < 10; i++) await rest(0)
  await rest(0.2)
  for (let i = 0; i < 10; i++) await echo(i)
  const started = performance.now()
  const slow = rest(0.8)
  await echo(1)
  assert.ok(performance.now() - started < 600)
  await slow
})

test('a shared connection that breaks fails what is under way and is opened anew', async () => {
  for (let i = 0; i < 10; i++) await echo(i)
  const { pid } = await echo(1)
  const admin = openPool({ ...pool.options, max: 1 })
  await admin.query(sql`SELECT pg_terminate_backend(${pid}::int4)`)
  await admin.close()
  const first = await Promise.allSettled([echo(1), echo(2)])
  for (const one of first) if (one.status === 'rejected') assert.equal((one.reason as AppError).status, 503)
  assert.equal((await echo(3)).v, 3)
  assert.notEqual((await echo(4)).pid, pid)
})

test('a caller who went away before does not send anything', async () => {
  for (let i = 0; i < 10; i++) await echo(i)
  const statement = sql`SELECT ${1}::int4 AS v, pg_backend_pid() AS pid`
  await assert.rejects(pool.query(statement, { signal: AbortSignal.abort() }), { name: 'AbortError' })
})
