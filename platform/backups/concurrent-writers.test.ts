import assert from 'node:assert/strict'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { before, describe, test } from 'node:test'
import { openPool, type Pool, sql, withTransaction } from '../../framework/sql/index.ts'
import { testHome } from '../../framework/testing/index.ts'
import type { Home, TenantConnection } from '../tenants/index.ts'
import { createBackup, restoreBackup, verifyBackup } from './index.ts'
import { using } from './testing/workshop.ts'

const WRITERS = 4

/** Moves money between accounts, and attaches a file, until told to stop; notes what the database has acknowledged. */
async function write(
  pool: Pool,
  tenant: TenantConnection,
  acknowledged: { id: string; atMs: number }[],
  isStopped: () => boolean,
): Promise<void> {
  for (let n = 0; !isStopped(); n++) {
    const id = randomUUID()
    const content = n % 5 === 0 ? randomBytes(2_000) : null
    const file = content === null ? null : await tenant.files.put(content)
    await withTransaction(pool, async (tx) => {
      await tx.query(sql`INSERT INTO entry (id, account, amount) VALUES (${id}, 1, ${n + 1})`)
      await tx.query(sql`INSERT INTO entry (id, account, amount) VALUES (${`${id}-back`}, 2, ${-(n + 1)})`)
      if (content === null) return
      const digest = createHash('sha256').update(content).digest('hex')
      await tx.query(sql`INSERT INTO ir_attachment (name, store_fname, sha256) VALUES (${id}, ${file}, ${digest})`)
    })
    acknowledged.push({ id, atMs: performance.now() })
  }
}

describe('a backup under concurrent writers', () => {
  let home: Home
  let acme: TenantConnection

  before(async () => {
    home = await testHome()
    acme = await home.tenants.create({ name: 'acme' })
    await using(acme, async (pool) => {
      await pool.query(
        sql`CREATE TABLE entry (id text PRIMARY KEY, account integer, amount bigint, xact xid8 DEFAULT pg_current_xact_id())`,
      )
      await pool.query(
        sql`CREATE TABLE ir_attachment (id serial PRIMARY KEY, name text, store_fname text, sha256 text)`,
      )
      // Enough that the copying itself takes a while.
      await pool.query(
        sql`CREATE TABLE ballast AS SELECT n, md5(n::text) AS noise FROM generate_series(1, 200000) AS n`,
      )
    })
  })

  test('holds exactly the transactions that its snapshot sees: every one acknowledged before it, none in half, attachments too', async () => {
    const acknowledged: { id: string; atMs: number }[] = []
    let isStopped = false
    const pool = openPool({ ...acme.address, max: WRITERS })
    const writers = Array.from({ length: WRITERS }, () => write(pool, acme, acknowledged, () => isStopped))
    await delay(300)
    const beganMs = performance.now()
    const backup = await createBackup(home, 'acme')
    const endedMs = performance.now()
    isStopped = true
    await Promise.all(writers)
    await pool.close()

    const { facts } = await verifyBackup(home, backup.id)
    const { tenant } = await restoreBackup(home, backup.id, { as: 'copy' })
    const live = await using(acme, (pool) =>
      pool.query<{ id: string }>(
        sql`SELECT id FROM entry WHERE pg_visible_in_snapshot(xact, ${facts.snapshot.transactions}::pg_snapshot) ORDER BY id`,
        { prepared: false },
      ),
    )
    const copy = await using(tenant, async (pool) => ({
      rows: await pool.query<{ id: string }>(sql`SELECT id FROM entry ORDER BY id`),
      sum: await pool.query(sql`SELECT sum(amount) AS sum FROM entry`),
      files: await pool.query<{ store_fname: string; sha256: string; paid: boolean }>(
        sql`SELECT store_fname, sha256, EXISTS (SELECT FROM entry e WHERE e.id = a.name) AS paid FROM ir_attachment a`,
      ),
    }))
    assert.deepEqual(copy.rows, live)
    const restored = new Set(copy.rows.map(({ id }) => id))
    const before = acknowledged.filter(({ atMs }) => atMs < beganMs)
    assert.deepEqual(
      before.filter(({ id }) => !restored.has(id)),
      [],
    )
    assert.deepEqual(copy.sum, [{ sum: 0 }])
    for (const { store_fname, sha256, paid } of copy.files) {
      assert.equal(
        createHash('sha256')
          .update((await tenant.files.get(store_fname)) ?? '')
          .digest('hex'),
        sha256,
      )
      assert.equal(paid, true)
    }
    // The proof is worth something only if people did write before, during and after.
    assert.ok(before.length > 20 && copy.files.length > 3, `${before.length} before, ${copy.files.length} files`)
    assert.ok(acknowledged.filter(({ atMs }) => atMs > beganMs && atMs < endedMs).length > 20)
    assert.ok(restored.size / 2 < acknowledged.length)
  })
})
