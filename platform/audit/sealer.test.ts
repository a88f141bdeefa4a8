import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  eraseSubject,
  hasPending,
  inclusionProof,
  isIncluded,
  leafHash,
  makeSigner,
  parseVerifierKey,
  readEntries,
  readEntry,
  readLog,
  rootOf,
  sealAll,
  sealBatch,
  type Verifier,
  verifyLog,
} from '../../framework/audit/index.ts'
import { recordAudit } from '../../framework/audit/index.ts'
import { sql, withTransaction } from '../../framework/sql/index.ts'
import { emptyDatabase } from '../../framework/testing/index.ts'
import { keyVault, temporaryTenantKeys } from '../tenants/index.ts'
import { actor, auditWorkshop, type Workshop } from './testing/workshop.ts'

const verifier = parseVerifierKey(makeSigner('log', Buffer.alloc(32, 1)).verifierKey) as Verifier
const findings = async ({ pool, vault }: Workshop) =>
  (await verifyLog(pool, { origin: 'log', verifier, witness: null, vault })).findings

describe('the sealer', () => {
  it('takes committed entries into the tree, whatever the order of the commits, and leaves none of their plain text behind', async () => {
    const shop = await auditWorkshop(await emptyDatabase())
    const { pool, vault } = shop
    let commitFirst = (): void => {}
    const held = new Promise<void>((resolve) => {
      commitFirst = resolve
    })
    const first = withTransaction(pool, async (tx) => {
      await recordAudit(tx, actor, [{ kind: 'first', personal: [{ subject: 'res.partner,1', data: 'Canary Jones' }] }])
      await held
    })
    await new Promise((resolve) => setTimeout(resolve, 100))
    await shop.record(3)
    const template = await readLog(pool)
    assert.deepEqual(await sealAll(pool, vault), { sealed: 3, size: 3 })
    const { id } = await readLog(pool)
    assert.notEqual(id, template.id, 'databases that were copied from one template are not one log')
    commitFirst()
    await first
    assert.equal(await hasPending(pool), true)
    assert.deepEqual(await sealAll(pool, vault), { sealed: 1, size: 4 })
    assert.equal(await hasPending(pool), false)
    assert.equal((await readLog(pool)).id, id)
    assert.deepEqual(await findings(shop), [])
    const { text, personal, leaf } = await readEntry(pool, vault, 3)
    assert.equal(leaf.kind, 'first')
    assert.ok(!text.includes('Canary') && !text.includes('192.0.2.7'))
    assert.deepEqual(personal, [
      { about: 'event', state: 'open', value: 'Canary Jones' },
      { about: 'source', state: 'open', value: '192.0.2.7' },
    ])
  })

  it('proves each of 1 003 entries with what the database keeps', async () => {
    const shop = await auditWorkshop(await emptyDatabase())
    const { pool, vault } = shop
    await shop.record(1_003)
    await sealBatch(pool, vault, 1)
    await sealBatch(pool, vault, 700)
    await sealAll(pool, vault)
    const { size } = await readLog(pool)
    const root = await rootOf(pool, size)
    for (const index of [0, 1, 2, 511, 512, 700, 701, 1_000, 1_002]) {
      const { text } = await readEntry(pool, null, index)
      assert.ok(isIncluded(leafHash(text), index, size, root, await inclusionProof(pool, index, size)), `${index}`)
    }
    assert.deepEqual(await findings(shop), [])
  })

  it('makes one log of what four sealers take at once while entries keep coming', async () => {
    const shop = await auditWorkshop(await emptyDatabase())
    const { pool, vault } = shop
    const writing = Promise.all([shop.record(150), shop.record(150)])
    // Of different size, so that they do not wait for one another at the rows that they take.
    const seal = async (most: number) => {
      for (let i = 0; i < 12; i++) await sealBatch(pool, vault, most)
    }
    await Promise.all([writing, ...[5, 13, 21, 34].map(seal)])
    await sealAll(pool, vault)
    assert.equal((await readLog(pool)).size, 300)
    const entries = await readEntries(pool, vault, { limit: 1_000 })
    assert.equal(new Set(entries.map(({ leaf }) => leaf.what['number'])).size, 300)
    assert.deepEqual(await findings(shop), [])
  })

  it('finds entries by record, kind, user and time', async () => {
    const { pool, vault, record } = await auditWorkshop(await emptyDatabase())
    await record(5)
    await record(2, { kind: 'signin.failed', ids: [], personal: [] })
    await sealAll(pool, vault)
    const count = async (filter: Parameters<typeof readEntries>[2]) => (await readEntries(pool, vault, filter)).length
    assert.equal(await count({ model: 'res.partner', recordId: 3 }), 2)
    assert.equal(await count({ kind: 'signin.*' }), 2)
    assert.equal(await count({ kind: 'signin' }), 0)
    assert.equal(await count({ uid: 2, before: 4 }), 4)
    assert.equal(await count({ since: '2001-01-01', until: '2002-01-01' }), 0)
  })
})

describe('personal parts', () => {
  it('are gone once their subject is erased, for that subject only, and the tree still verifies', async () => {
    const shop = await auditWorkshop(await emptyDatabase())
    const { pool, vault } = shop
    await shop.record(14)
    await sealAll(pool, vault)
    assert.equal(await eraseSubject(pool, 'res.partner,3'), 1)
    const states = (await readEntries(pool, vault)).map(({ leaf, personal }) => [
      Number(leaf.what['number']) % 7,
      personal[0]?.state,
    ])
    for (const [subject, state] of states) assert.equal(state, subject === 3 ? 'erased' : 'open')
    assert.deepEqual(await findings(shop), [])
    // What is told of the same subject afterwards has a key of its own.
    await shop.record(7)
    await sealAll(pool, vault)
    const again = (await readEntries(pool, vault, { limit: 7 })).map(({ personal }) => personal[0]?.state)
    assert.deepEqual(again, Array(7).fill('open'))
    assert.deepEqual(await findings(shop), [])
  })

  it('open for no other key, in no other place and under no other tenant', async () => {
    const shop = await auditWorkshop(await emptyDatabase())
    const { pool, vault } = shop
    await shop.record(8)
    await sealAll(pool, vault)
    await pool.query(sql`UPDATE hf_audit_subject s SET key = o.key FROM hf_audit_subject o
      WHERE s.subject = 'res.partner,1' AND o.subject = 'res.partner,2'`)
    await pool.query(sql`DELETE FROM hf_audit_subject WHERE subject = 'res.partner,4'`)
    // Entry 0 is of subject 1, entry 7 as well; entry 3 of subject 4.
    assert.deepEqual(
      (await findings(shop)).map(({ kind, index }) => [kind, index]),
      [
        ['personal', 0],
        ['personal', 3],
        ['personal', 7],
      ],
    )
    const strange = await readEntries(pool, keyVault(temporaryTenantKeys('other')))
    assert.ok(strange.every(({ personal }) => personal.every(({ state }) => state === 'refused')))
  })
})
