import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { serialize } from 'node:v8'
import {
  makeSigner,
  parseVerifierKey,
  readEntries,
  sealAll,
  sealBatch,
  type Verifier,
  verifyLog,
} from '../../framework/audit/index.ts'
import { testHome } from '../../framework/testing/index.ts'
import { openPool, sql } from '../../framework/sql/index.ts'
import { handOver, keyVault } from '../tenants/index.ts'
import { auditWorkshop } from './testing/workshop.ts'

it('loses, doubles and mixes up nothing when sealers are killed at any moment while others seal and write', async () => {
  const home = await testHome()
  const connection = await home.tenants.create({ name: 'killed' })
  const pool = openPool(connection.address)
  const shop = await auditWorkshop({ pool })
  const vault = keyVault(connection.keys)
  const program = join(import.meta.dirname, 'testing', 'seal-loop.ts')
  const handed = serialize(handOver(connection)).toString('base64')
  const sealers = await Promise.all(
    Array.from({ length: 6 }, async (_, i) => {
      const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] })
      child.stdin.end(handed)
      await once(child.stdout, 'data')
      return { child, afterMs: 60 + i * 70 + Math.random() * 60 }
    }),
  )
  const writing = shop.record(600)
  await Promise.all(
    sealers.map(async ({ child, afterMs }) => {
      await delay(afterMs)
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }),
  )
  await writing
  // What a killed sealer had begun is rolled back when its connection ends, at the latest when somebody waits for its lock.
  const { size } = await sealBatch(pool, vault, 1)
  assert.ok(size > 20, `the sealers came to do something before they were killed: ${size}`)
  await sealAll(pool, vault)
  const entries = await readEntries(pool, vault, { limit: 1_000 })
  assert.equal(entries.length, 600)
  assert.equal(new Set(entries.map(({ leaf }) => leaf.what['number'])).size, 600)
  assert.deepEqual(
    entries.map(({ index }) => index),
    Array.from({ length: 600 }, (_, i) => 599 - i),
  )
  assert.ok(entries.every(({ personal }) => personal.every(({ state }) => state === 'open')))
  const verifier = parseVerifierKey(makeSigner('log', Buffer.alloc(32, 1)).verifierKey) as Verifier
  assert.deepEqual((await verifyLog(pool, { origin: 'log', verifier, witness: null, vault })).findings, [])
  assert.deepEqual(await pool.query(sql`SELECT count(*)::int4 AS n FROM hf_audit_pending`), [{ n: 0 }])
  await pool.close()
})
