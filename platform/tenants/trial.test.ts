import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { testHome } from '../../framework/testing/index.ts'
import { openPool, sql } from '../../framework/sql/index.ts'
import { addressOf } from './lifecycle/context.ts'

describe('a copy of a database to try something on', () => {
  it('holds all that was committed, while the database goes on; what is done to it does not reach the database', async () => {
    const home = await testHome()
    const connection = await home.tenants.create({ name: 'original' })
    const pool = openPool(connection.address)
    await pool.query(sql`CREATE TABLE thing (id int4 PRIMARY KEY, text text)`)
    await pool.query(sql`INSERT INTO thing SELECT n, repeat('x', 500) FROM generate_series(1, 5000) AS n`)
    const file = await connection.files.put(Buffer.from('kept'))
    let isOver = false
    let written = 5000
    const writing = (async () => {
      while (!isOver) await pool.query(sql`INSERT INTO thing VALUES (${++written}, 'meanwhile')`)
    })()
    await home.tenants.withTrial('original', async ({ database, files }) => {
      const copy = openPool(addressOf(database))
      const [row] = await copy.query<{ n: number; last: number }>(
        sql`SELECT count(*)::int4 AS n, max(id) AS last FROM thing`,
      )
      assert.ok(row && row.n >= 5000 && row.n === row.last, JSON.stringify(row))
      await copy.query(sql`DELETE FROM thing`)
      assert.equal(Buffer.from((await files.get(file)) ?? []).toString(), 'kept')
      const own = await files.put(Buffer.from('of the copy'))
      assert.ok(await files.has(own))
      assert.equal(await connection.files.has(own), false)
      await copy.close()
    })
    isOver = true
    await writing
    assert.deepEqual(await pool.query(sql`SELECT count(*)::int4 AS n FROM thing`), [{ n: written }])
    assert.deepEqual(readdirSync(join(home.path, 'staging')), [])
    await pool.close()
  })

  it('is gone when what is tried fails', async () => {
    const home = await testHome()
    await assert.rejects(
      home.tenants.withTrial('original', () => Promise.reject(new Error('tried'))),
      /tried/,
    )
    assert.deepEqual(readdirSync(join(home.path, 'staging')), [])
  })
})
