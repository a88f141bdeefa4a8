import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { auditTables, eraseSubject, readEntries, recordAudit } from '../../framework/audit/index.ts'
import { openPool, sql } from '../../framework/sql/index.ts'
import { testHome } from '../../framework/testing/index.ts'
import { keepAudit } from '../audit/index.ts'
import { createBackup, exportBackup, importArchive, restoreBackup, undoRestore } from './index.ts'
import { fillWorkshop, using } from './testing/workshop.ts'

const folder = await mkdtemp(join(tmpdir(), 'holdfast-log-'))
const home = await testHome()
const keeper = keepAudit(home, () => {})
after(async () => {
  await keeper.close()
  await rm(folder, { recursive: true, force: true })
})
const acme = await home.tenants.create({ name: 'acme' })
await fillWorkshop(acme)
await using(acme, async (pool) => {
  for (const table of auditTables) await pool.query(table, { prepared: false })
})

const record = async (name: string, kind: string, count: number): Promise<void> => {
  const pool = openPool({ ...(await home.tenants.wake(name)).address, max: 1 })
  const actor = { uid: 2, forUid: null, requestId: 'r', channel: 'JSON-2', source: '192.0.2.1' }
  for (let i = 0; i < count; i++)
    await recordAudit(pool, actor, [{ kind, personal: [{ subject: `res.partner,${i}`, data: `Person ${i}` }] }])
  await pool.close()
}
/** What `audit verify` says, and the entries from the newest one on. */
const look = async (name: string) => {
  const checkpoint = await keeper.checkpoint(name)
  const log = await keeper.open(name)
  const { findings, size, witnessed } = await log.verify()
  const entries = await readEntries(log.pool, log.vault, { limit: 1_000 })
  return {
    findings,
    size,
    witnessed,
    witness: checkpoint.witness.state,
    kinds: entries.map(({ leaf }) => leaf.kind),
    states: new Set(entries.flatMap(({ personal }) => personal.map(({ state }) => state))),
    entries,
  }
}
const clean = { findings: [], witness: 'cosigned' } as const

describe('the audit log in backups', () => {
  it('is in the backup and goes along with a copy, where it is proven anew under an origin of its own', async () => {
    await record('acme', 'before', 12)
    const first = await look('acme')
    assert.deepEqual({ ...first, entries: 0 }, { ...first, ...clean, size: 12, witnessed: 12, entries: 0 })
    const { id } = await createBackup(home, 'acme')
    await restoreBackup(home, id, { as: 'copy' })
    const copy = await look('copy')
    assert.deepEqual(copy.findings, [])
    assert.deepEqual([copy.witness, copy.size, copy.kinds[0]], ['cosigned', 13, 'log.continued'])
    assert.deepEqual(copy.states, new Set(['open']))
    assert.match(String(copy.entries[0]?.leaf.what['checkpoint']), new RegExp(`^holdfast/audit/${acme.id}\n12\n`))
    const file = join(folder, 'acme.tar.zst')
    await exportBackup(home, id, file)
    await importArchive(home, file, 'stranger')
    const stranger = await look('stranger')
    assert.deepEqual(stranger.findings, [])
    assert.deepEqual([stranger.size, stranger.kinds[0]], [13, 'log.continued'])
    assert.deepEqual(stranger.states, new Set(['erased']), 'an exported archive opens nobody’s personal data')
  })

  it('goes on when an older state is brought back over the live one, and when that is undone', async () => {
    const { id } = await createBackup(home, 'acme')
    await record('acme', 'after', 5)
    await keeper.checkpoint('acme')
    await using(await home.tenants.wake('acme'), (pool) => eraseSubject(pool, 'res.partner,3'))
    await record('acme', 'unsealed', 2)
    await restoreBackup(home, id, { over: 'acme' })
    const restored = await look('acme')
    assert.deepEqual(restored.findings, [])
    assert.deepEqual([restored.witness, restored.size], ['cosigned', 20])
    assert.deepEqual(restored.kinds.slice(0, 4), ['database.restored', 'unsealed', 'unsealed', 'after'])
    const erased = restored.entries.filter(({ personal }) => personal[0]?.state === 'erased')
    assert.equal(erased.length, 2, 'who was erased stays erased: one entry of before, one of after')
    await record('acme', 'restored', 3)
    await undoRestore(home, 'acme')
    const undone = await look('acme')
    assert.deepEqual(undone.findings, [])
    assert.deepEqual([undone.witness, undone.size], ['cosigned', 24])
    assert.deepEqual(undone.kinds.slice(0, 4), ['database.restore-undone', 'restored', 'restored', 'restored'])
  })

  it('is refused by the witness when an older state is brought back behind its back', async () => {
    const pool = openPool({ ...(await home.tenants.wake('acme')).address, max: 1 })
    await pool.query(sql`DELETE FROM hf_audit_leaf WHERE id > 9`)
    await pool.query(sql`DELETE FROM hf_audit_node WHERE (index + 1) * 2 ^ level > 9`)
    await pool.query(sql`DELETE FROM hf_audit_checkpoint`)
    await pool.query(sql`UPDATE hf_audit_log SET size = 9`)
    await pool.close()
    const back = await look('acme')
    assert.equal(back.witness, 'refused')
    assert.deepEqual(
      back.findings.map(({ kind, index, to }) => [kind, index, to]),
      [['missing', 9, 24]],
    )
  })
})
