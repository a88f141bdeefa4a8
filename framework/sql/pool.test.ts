import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { emptyDatabase } from '../testing/index.ts'
import { type Pool, sql, withTransaction } from './index.ts'

let pool: Pool

before(async () => {
  pool = (await emptyDatabase()).pool
})
after(() => pool.close())

const mode = sql`current_setting('plan_cache_mode') AS mode`

test('a search by pattern is planned for its pattern each time, everything else by its kept plan', async () => {
  const byPattern = async (pattern: string) =>
    (await pool.query(sql`SELECT ${mode} WHERE 'stone' LIKE ${pattern}`))[0]?.mode
  assert.deepEqual(
    [await byPattern('s%'), await byPattern('s%'), await byPattern('%e')],
    ['auto', 'force_custom_plan', 'force_custom_plan'],
  )
  const plain = async (n: number) => (await pool.query(sql`SELECT ${mode} WHERE 7 > ${n}::int4`))[0]?.mode
  for (let n = 0; n < 6; n++) assert.equal(await plain(n), 'auto')
})

test('searches by pattern beyond the connections that are set aside for them are served by the others', async () => {
  const slow = (seconds: number) => pool.query(sql`SELECT pg_sleep(${seconds}::float8) WHERE 'stone' LIKE ${'s%'}`)
  await slow(0)
  await slow(0)
  const started = performance.now()
  await Promise.all(Array.from({ length: 5 }, () => slow(0.4)))
  assert.ok(performance.now() - started < 1_500)
})

test('in a transaction a search by pattern sees what the transaction did', async () => {
  await pool.query(sql`CREATE TABLE seen (name text)`)
  const found = await withTransaction(pool, async (tx) => {
    await tx.query(sql`INSERT INTO seen VALUES ('stone')`)
    for (let i = 0; i < 3; i++) await tx.query(sql`SELECT 1 FROM seen WHERE name LIKE ${'s%'}`)
    return tx.query(sql`SELECT name FROM seen WHERE name LIKE ${'s%'}`)
  })
  assert.equal(found.length, 1)
})
