import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { emptyDatabase } from '../testing/index.ts'
import { id, join, literal, type Pool, Sql, sql, withTransaction } from './index.ts'

const hostile = [
  `'; DROP TABLE victim; --`,
  `x' OR '1'='1`,
  `\\'; DROP TABLE victim; --`,
  `$1`,
  `$$; DROP TABLE victim; $$`,
  `"; DROP TABLE victim; --`,
  `/* */ -- \n; DELETE FROM victim`,
  `E'\\047'`,
  `\u02BC\uFF07 OR 1=1`,
  `😀 ${'x'.repeat(5_000)}'`,
]

let pool: Pool
before(async () => {
  ;({ pool } = await emptyDatabase())
  await pool.query(sql`CREATE TABLE victim (id int4 PRIMARY KEY, name text)`)
  await pool.query(sql`INSERT INTO victim VALUES (1, 'there')`)
})

const isWhole = async () =>
  assert.deepEqual(await pool.query(sql`SELECT id, name FROM victim ORDER BY id`), [{ id: 1, name: 'there' }])

test('a value of any text comes back as it went in and is never read as SQL, bound or as a literal', async () => {
  for (const text of hostile) {
    assert.deepEqual(await pool.query(sql`SELECT ${text}::text AS t`, { prepared: false }), [{ t: text }])
    assert.deepEqual(await pool.query(sql`SELECT ${literal(text)}::text AS t`, { prepared: false }), [{ t: text }])
    assert.deepEqual(await pool.query(sql`SELECT id FROM victim WHERE name = ${text}`), [])
    const nested = join([sql`name = ${text}`, sql`name = ANY(${[text, 'x']}::text[])`], ' OR ')
    assert.deepEqual(await pool.query(sql`SELECT id FROM victim WHERE ${nested}`), [])
  }
  await isWhole()
})

test('a literal is one literal also on a connection where backslashes escape', async () => {
  await withTransaction(pool, async (tx) => {
    await tx.query(sql`SET LOCAL standard_conforming_strings = off`)
    for (const text of hostile)
      assert.deepEqual(await tx.query(sql`SELECT ${literal(text)}::text AS t`, { prepared: false }), [{ t: text }])
  })
  await isWhole()
})

test('a name that is not a plain identifier is refused before it is sent', async () => {
  for (const name of [...hostile, '', 'a b', 'a"b', 'ä', '1a', 'a'.repeat(64), 'a;b', 'a\0'])
    assert.throws(() => id(name), { code: 'ERR_SQL_NAME' }, name)
  assert.equal(id('res_partner', 'name').compile().text, '"res_partner"."name"')
  await isWhole()
})

test('text that PostgreSQL would change in silence is refused: NUL and half of a surrogate pair, in lists too', () => {
  for (const text of ['a\0b', '\ud800', 'x\udc00y']) {
    assert.throws(() => sql`SELECT ${text}`, { code: 'ERR_SQL_TEXT' })
    assert.throws(() => sql`SELECT ${['fine', text]}`, { code: 'ERR_SQL_TEXT' })
    assert.throws(() => literal(text), { code: 'ERR_SQL_TEXT' })
  }
})

test('what merely looks like a fragment is bound as a value or refused, never spliced in', async () => {
  const forged = { chunks: ['1; DROP TABLE victim'], values: [] } as unknown as string
  await assert.rejects(pool.query(sql`SELECT ${forged}::int4 AS n`))
  assert.throws(() => sql`SELECT ${undefined as unknown as string}`, TypeError)
  assert.ok(sql`SELECT 1` instanceof Sql)
  await isWhole()
})
