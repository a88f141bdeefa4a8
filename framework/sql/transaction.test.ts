import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { testTenant } from '../testing/index.ts'
import { type Guard, type Pool, type Sql, sql, type Transaction, withTransaction } from './index.ts'

let pool: Pool

before(async () => {
  pool = (await testTenant({ apps: ['base'] })).pool
  await pool.query(sql`CREATE TABLE probe (n int4 PRIMARY KEY)`)
})

const add = (n: number): Sql => sql`INSERT INTO probe VALUES (${n}::int4)`
const all = async () => (await pool.query<{ n: number }>(sql`SELECT n FROM probe ORDER BY n`)).map((row) => row.n)
const addIf = (n: number, holds: Sql) => (guard: Sql) =>
  sql`WITH made AS (INSERT INTO probe VALUES (${n}::int4) RETURNING n) SELECT n, 1 / (${holds} AND ${guard})::int4 AS ok FROM made`

async function afresh(run: () => Promise<void>): Promise<void> {
  await pool.query(sql`TRUNCATE probe`)
  await run()
}

test('statements asked for at once are answered each with its own rows, named and unnamed, again and again', () =>
  afresh(async () => {
    for (let round = 0; round < 4; round++) {
      const rows = await withTransaction(pool, (tx) =>
        Promise.all([1, 2, 3].map((n) => tx.query(sql`SELECT ${n}::int4 AS n, ${'é'.repeat(n)}::text AS t`))),
      )
      assert.deepEqual(rows, [[{ n: 1, t: 'é' }], [{ n: 2, t: 'éé' }], [{ n: 3, t: 'ééé' }]])
    }
  }))

test('a statement that fails takes those after it along, and its connection serves the next one', () =>
  afresh(async () => {
    for (let round = 0; round < 4; round++) {
      await assert.rejects(
        withTransaction(pool, (tx) =>
          Promise.all([tx.query(add(1)), tx.query(sql`SELECT 1 / ${0}::int4`), tx.query(add(2))]),
        ),
        { code: 'ERR_SQL_VALUE' },
      )
      assert.deepEqual(await all(), [])
    }
  }))

test('an error that was swallowed is not reported as success', () =>
  afresh(async () => {
    const swallowing = withTransaction(pool, async (tx) => {
      await tx.query(add(1))
      await tx.query(add(1)).catch(() => {})
      return 'done'
    })
    await assert.rejects(swallowing, { code: 'ERR_CONSTRAINT_UNIQUE' })
    assert.deepEqual(await all(), [])
  }))

test('an error inside a savepoint undoes what the savepoint holds, a change that was put off included', () =>
  afresh(async () => {
    await withTransaction(pool, async (tx) => {
      await tx.query(add(1))
      await tx
        .savepoint(async () => {
          tx.postpone(addIf(2, sql`TRUE`))
          throw new TypeError('no')
        })
        .catch(() => {})
      await tx.savepoint(async () => tx.postpone(addIf(3, sql`TRUE`)))
      await tx.savepoint(() => tx.query(add(1))).catch(() => {})
    })
    assert.deepEqual(await all(), [1, 3])
  }))

test('a change that was put off is there for the next statement and after the end', () =>
  afresh(async () => {
    const seen = await withTransaction(pool, async (tx) => {
      tx.postpone(addIf(1, sql`TRUE`))
      const rows = await tx.query(sql`SELECT n FROM probe`)
      tx.postpone(addIf(2, sql`TRUE`))
      return rows
    })
    assert.deepEqual(seen, [{ n: 1 }])
    assert.deepEqual(await all(), [1, 2])
  }))

test('a refused short cut leaves nothing and runs the long way, also when its error was swallowed', () =>
  afresh(async () => {
    const shortcuts: ((tx: Transaction) => Promise<unknown>)[] = [
      (tx) => tx.finish(addIf(1, sql`FALSE`)),
      async (tx) => tx.postpone(addIf(1, sql`FALSE`)),
      async (tx) => {
        await tx.query(add(5))
        tx.postpone(addIf(1, sql`FALSE`))
        await tx.query(add(6)).catch(() => {})
      },
      (tx) => tx.savepoint(() => tx.finish(addIf(1, sql`FALSE`))).catch(() => {}),
    ]
    for (const [i, shortcut] of shortcuts.entries()) {
      const ways: boolean[] = []
      await withTransaction(pool, async (tx) => {
        ways.push(tx.mayShorten)
        await (tx.mayShorten ? shortcut(tx) : tx.query(add(10 + i)))
      })
      assert.deepEqual(ways, [true, false])
    }
    assert.deepEqual(await all(), [10, 11, 12, 13])
  }))

test('the last statement ends the transaction: nothing can follow it', () =>
  afresh(async () => {
    await assert.rejects(
      withTransaction(pool, async (tx) => {
        await tx.finish(addIf(1, sql`TRUE`))
        await tx.query(add(2))
      }),
      TypeError,
    )
    assert.deepEqual(await all(), [1])
  }))

test('a guard that does not hold stops every way to change something, and one without any statement', () =>
  afresh(async () => {
    class Stale extends Error {}
    const guard: Guard = {
      statement: sql`SELECT count(*)::int4 AS n FROM probe`,
      check(row) {
        if (row?.['n'] !== 7) throw new Stale()
      },
      clause: sql`((SELECT count(*) FROM probe) = 7)`,
    }
    const ways: ((tx: Transaction) => Promise<unknown>)[] = [
      async () => 'nothing asked',
      (tx) => tx.query(add(1)),
      (tx) => tx.query(sql`SELECT 1 / ${0}::int4`),
      (tx) => tx.query(add(1)).catch(() => {}),
      (tx) => tx.savepoint(() => tx.query(add(1))),
      async (tx) => (tx.mayShorten ? tx.postpone(addIf(1, sql`TRUE`)) : tx.query(add(1))),
      (tx) => (tx.mayShorten ? tx.finish(addIf(1, sql`TRUE`)) : tx.query(add(1))),
    ]
    for (const way of ways) await assert.rejects(withTransaction(pool, way, { guard }), Stale)
    assert.deepEqual(await all(), [])
  }))

test('what was begun beside a failure keeps no connection, and writes nothing once the transaction is over', () =>
  afresh(async () => {
    const stragglers: Promise<unknown>[] = []
    for (let round = 0; round < 30; round++) {
      const failing = withTransaction(pool, (tx) => {
        const late = tx.query(sql`SELECT 1`).then(() => tx.query(add(round)))
        stragglers.push(late.catch((error: unknown) => error))
        return Promise.all([late, Promise.reject(new RangeError('beside it'))])
      })
      await assert.rejects(failing, RangeError)
    }
    for (const end of await Promise.all(stragglers)) assert.ok(end instanceof Error)
    // With a connection lost each time, none would be left for this.
    await Promise.all(Array.from({ length: 8 }, () => withTransaction(pool, (tx) => tx.query(sql`SELECT 1`))))
    assert.deepEqual(await all(), [])
  }))
