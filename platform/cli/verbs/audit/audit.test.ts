import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { isIncluded, leafHash, parseCheckpoint, parseVerifierKey } from '../../../../framework/audit/index.ts'
import { openHome } from '../../../tenants/index.ts'
import { type DatabaseAddress, openPool, sql } from '../../../../framework/sql/index.ts'
import { TestHome } from '../../testing/holdfast.ts'

interface Verified {
  readonly size: number
  readonly witnessed: number
  readonly isClean: boolean
  readonly findings: readonly { readonly kind: string; readonly index: number; readonly to: number }[]
}

const home = new TestHome()
after(() => home.remove())

/** Does something in the tenant's database while nothing runs: with the runtime role's rights, which own the tables. */
async function meddle(statement: ReturnType<typeof sql>): Promise<void> {
  const opened = await openHome({ path: home.path, idleTimeoutMs: 0 })
  const { address } = await opened.tenants.wake('acme')
  const pool = openPool(address satisfies DatabaseAddress)
  await pool.query(statement)
  await pool.close()
  await opened.close()
}

const record = (count: number) =>
  sql`INSERT INTO hf_audit_pending (kind, actor, what) SELECT 'test.event',
    '{"uid":2,"forUid":null,"requestId":"r","channel":"system","source":"192.0.2.9"}', jsonb_build_object('n', n)
    FROM generate_series(1, ${count}) AS n`

describe('holdfast audit', () => {
  it('seals, signs and shows what happened, and proves it to whoever has the keys', async () => {
    assert.equal((await home.run('tenant', 'create', 'acme', '--apps', 'base')).code, 0)
    await meddle(record(30))
    const [verified] = (await home.run('audit', 'verify', 'acme', '--json')).json<Verified[]>()
    assert.equal(verified?.isClean, true)
    assert.ok((verified?.size ?? 0) >= 30)
    const { entries } = (await home.run('audit', 'list', 'acme', '--kind', 'test.*', '--limit', '5', '--json')).json<{
      entries: { index: number; leaf: { what: { n: number } }; personal: { state: string }[] }[]
    }>()
    assert.deepEqual(
      entries.map(({ leaf, personal }) => [leaf.what.n, personal[0]?.state]),
      [30, 29, 28, 27, 26].map((n) => [n, 'sealed']),
    )
    const people = await home.run('audit', 'list', 'acme', '--user', '2', '--personal')
    assert.match(people.stdout, /test\.event.*192\.0\.2\.9/)
    assert.equal((await home.run('audit', 'erase', 'acme', 'res.users,2')).code, 5)
    assert.equal(
      (await home.run('audit', 'erase', 'acme', 'res.users,2', '--yes', '--json')).json<{ keys: number }>().keys,
      1,
    )
    const erased = await home.run('audit', 'list', 'acme', '--user', '2', '--personal')
    assert.match(erased.stdout, /test\.event.*\(erased\)/)
    assert.doesNotMatch(erased.stdout, /192\.0\.2\.9/)
    const index = entries[2]?.index ?? -1
    const proof = (await home.run('audit', 'proof', 'acme', String(index), '--json')).json<{
      entry: string
      proof: string[]
      checkpoint: string
      key: string
      witnessKey: string
    }>()
    const checkpoint = parseCheckpoint(proof.checkpoint)
    assert.ok(checkpoint !== null)
    const path = proof.proof.map((hash) => Buffer.from(hash, 'base64'))
    assert.ok(isIncluded(leafHash(proof.entry), index, checkpoint.size, checkpoint.root, path))
    for (const key of [proof.key, proof.witnessKey])
      assert.equal(parseVerifierKey(key)?.hasSigned(checkpoint.note), true)
    assert.equal((await home.run('audit', 'proof', 'acme', '999999')).code, 3)
    assert.equal((await home.run('audit', 'proof', 'acme', 'x')).code, 2)
  })

  it('is loud about a log that was rolled back', async () => {
    const up = await home.up()
    const before = (await home.run('audit', 'verify', 'acme', '--json')).json<Verified[]>()[0]
    assert.equal(before?.witnessed, before?.size)
    assert.equal(await up.stop('SIGTERM'), 0)
    // With everything that the database holds made to fit.
    await meddle(sql`DELETE FROM hf_audit_leaf WHERE id > 20`)
    await meddle(sql`DELETE FROM hf_audit_node WHERE (index + 1) * 2 ^ level > 20`)
    await meddle(sql`DELETE FROM hf_audit_checkpoint`)
    await meddle(sql`UPDATE hf_audit_log SET size = 20`)
    const again = await home.up()
    const verified = await home.run('audit', 'verify', 'acme', '--json')
    assert.equal(verified.code, 1)
    const size = before?.size ?? 0
    assert.deepEqual(
      verified.json<Verified[]>()[0]?.findings.map(({ kind, index, to }) => [kind, index, to]),
      [['missing', 20, size]],
    )
    let log = ''
    for (let tries = 0; tries < 50 && !log.includes('IS NOT WHAT IT WAS'); tries++) {
      await delay(100)
      log = readFileSync(join(home.path, 'log', 'holdfast.log'), 'utf8')
    }
    assert.match(log, /"level":"error","event":"THE AUDIT LOG OF acme IS NOT WHAT IT WAS.*rollback/)
    const doctor = await home.run('doctor', '--json')
    const { findings } = doctor.json<{ findings: { check: string; verdict: string; found: string }[] }>()
    const witness = findings.find(({ check }) => check === 'audit-witness')
    assert.equal(witness?.verdict, 'fail')
    assert.match(witness?.found ?? '', /refuses acme \(rollback/)
    assert.equal(doctor.code, 1)
    const checkpoint = await home.run('audit', 'checkpoint', 'acme')
    assert.equal(checkpoint.code, 1)
    assert.match(checkpoint.stdout, /The witness refuses it \(rollback\)/)
    assert.equal(await again.stop('SIGTERM'), 0)
    rmSync(join(home.path, 'log', 'holdfast.log'))
  })
})
