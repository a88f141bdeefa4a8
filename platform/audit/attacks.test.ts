import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { auditTables, makeSigner, readEntry, signCheckpoint } from '../../framework/audit/index.ts'
import { type DatabaseAddress, openPool, type Pool, sql } from '../../framework/sql/index.ts'
import { testHome } from '../../framework/testing/index.ts'
import type { DatabaseEndpoint } from '../tenants/index.ts'
import { openTenantLog, type TenantLog } from './tenant-log.ts'
import { bringBack, makeConsistent, save } from './testing/attacker.ts'
import { auditWorkshop } from './testing/workshop.ts'
import { openWitness } from './witness/client.ts'

const home = await testHome()
const folder = mkdtempSync(join(tmpdir(), 'holdfast-witness-'))
const witness = openWitness(folder)
const connection = await home.tenants.create({ name: 'audited' })
const root: Pool = openPool({ ...wayIn(await home.tenants.asSuperuser('audited', 'attack')), max: 1 })
const log: TenantLog = openTenantLog(connection, await home.tenants.auditSeed(connection.id), witness)
const shop = await auditWorkshop({ pool: log.pool })
after(async () => {
  await root.close()
  await log.close()
  await witness.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A log of 40 entries, with a copy from when it had 16; the witness has seen all. */
await shop.record(16)
await log.seal()
assert.equal((await log.checkpoint()).witness.state, 'cosigned')
await save(root, 'earlier')
await shop.record(24)
await log.seal()
assert.equal((await log.checkpoint()).witness.state, 'cosigned')
await save(root, 'now')

const found = async (): Promise<string[]> => {
  const { findings } = await log.verify()
  return findings.map(({ kind, index, to }) => (to === index + 1 ? `${kind} ${index}` : `${kind} ${index}-${to - 1}`))
}
const edit = (index: number) =>
  root.query(
    sql`UPDATE app.hf_audit_leaf SET entry = replace(entry, 'res.partner', 'res.company') WHERE id = ${index + 1}`,
  )

interface Attack {
  readonly name: string
  readonly run: () => Promise<unknown>
  readonly finds: readonly string[]
  /** What the witness says to the next checkpoint; none: the attack leaves the tree as it was. */
  readonly refused?: 'rollback' | 'fork'
}

const attacks: readonly Attack[] = [
  { name: 'edits an entry', run: () => edit(21), finds: ['altered 21'] },
  {
    name: 'edits an entry and its hash',
    run: async () => {
      await edit(21)
      await makeHash(21)
    },
    finds: ['forged 21'],
  },
  {
    name: 'edits the first entry and makes the whole tree anew',
    run: async () => {
      await edit(0)
      await makeConsistent(root, 40)
    },
    finds: ['forged 0'],
    refused: 'fork',
  },
  {
    name: 'deletes an entry',
    run: () => root.query(sql`DELETE FROM app.hf_audit_leaf WHERE id = 8`),
    finds: ['missing 7'],
  },
  {
    name: 'deletes an entry and lets the others move up',
    run: async () => {
      await root.query(sql`DELETE FROM app.hf_audit_leaf WHERE id = 38`)
      await root.query(sql`UPDATE app.hf_audit_leaf SET id = id - 1 WHERE id > 38`)
      await makeConsistent(root, 39)
    },
    finds: ['moved 37', 'moved 38', 'missing 39'],
    refused: 'rollback',
  },
  {
    name: 'swaps two entries',
    run: () =>
      root.query(sql`UPDATE app.hf_audit_leaf a SET (hash, entry, at, kind, model, ids, uid, channel, request_id) =
        (SELECT hash, entry, at, kind, model, ids, uid, channel, request_id FROM app.hf_audit_leaf b WHERE b.id = 46 - a.id)
        WHERE id IN (13, 33)`),
    finds: ['moved 12', 'moved 32'],
  },
  {
    name: 'swaps two entries and makes the whole tree anew',
    run: async () => {
      await root.query(sql`UPDATE app.hf_audit_leaf a SET (entry, at, kind, model, ids, uid, channel, request_id) =
        (SELECT entry, at, kind, model, ids, uid, channel, request_id FROM app.hf_audit_leaf b WHERE b.id = 46 - a.id)
        WHERE id IN (13, 33)`)
      await makeConsistent(root, 40)
    },
    finds: ['moved 12', 'moved 32'],
    refused: 'fork',
  },
  {
    name: 'cuts the end off, and everything that speaks of it',
    run: () => makeConsistent(root, 30),
    finds: ['missing 30-39'],
    refused: 'rollback',
  },
  {
    name: 'brings an earlier copy back',
    run: () => bringBack(root, 'earlier'),
    finds: ['missing 16-39'],
    refused: 'rollback',
  },
  {
    name: 'brings an earlier copy back and lets the log go on from there',
    run: async () => {
      await bringBack(root, 'earlier')
      await shop.record(26)
      await log.seal()
    },
    finds: ['forged 16-39'],
    refused: 'fork',
  },
  {
    name: 'changes what entries are looked up by',
    run: () => root.query(sql`UPDATE app.hf_audit_leaf SET uid = 7, ids = '{}' WHERE id IN (5, 6)`),
    finds: ['columns 4-5'],
  },
  {
    name: 'changes a stored hash of a subtree',
    run: () => root.query(sql`UPDATE app.hf_audit_node SET hash = sha256('x') WHERE level = 3 AND index = 2`),
    finds: ['node 16-23'],
  },
  {
    name: 'adds an entry behind the tree',
    run: () =>
      root.query(sql`INSERT INTO app.hf_audit_leaf (id, hash, entry, at, kind)
        SELECT 41, hash, entry, at, kind FROM app.hf_audit_leaf WHERE id = 40`),
    finds: ['beyond 40'],
  },
  {
    name: 'puts a checkpoint of a key of his own there',
    run: async () => {
      const own = signCheckpoint(makeSigner(log.origin, Buffer.alloc(32, 9)), 16, Buffer.alloc(32, 9))
      await root.query(sql`UPDATE app.hf_audit_checkpoint SET note = ${own} WHERE size = 16`)
    },
    finds: ['checkpoint 15'],
  },
  {
    name: 'gives one person the key of another',
    run: () =>
      root.query(sql`UPDATE app.hf_audit_subject s SET key = o.key FROM app.hf_audit_subject o
        WHERE s.subject = 'res.partner,5' AND o.subject = 'res.partner,6'`),
    finds: ['personal 4', 'personal 11', 'personal 18', 'personal 25', 'personal 32', 'personal 39'],
  },
]

async function makeHash(index: number): Promise<void> {
  await root.query(
    sql`UPDATE app.hf_audit_leaf SET hash = sha256('\\x00'::bytea || convert_to(entry, 'UTF8')) WHERE id = ${index + 1}`,
  )
}

describe('an attacker with the rights of the database’s superuser is found with the entry when he', () => {
  for (const { name, run, finds, refused } of attacks) {
    it(name, async () => {
      assert.deepEqual(await found(), [], 'a log that nobody touched is clean')
      try {
        await run()
        assert.deepEqual(await found(), finds)
        if (refused !== undefined) {
          const { witness: verdict } = await log.checkpoint()
          assert.deepEqual(verdict, { state: 'refused', reason: refused })
          assert.equal((await witness.held(log.origin))?.refused?.reason, refused)
        }
      } finally {
        await bringBack(root, 'now')
        await root.query(sql`DELETE FROM app.hf_audit_pending`)
        await log.checkpoint()
      }
    })
  }

  it('rewrites what no witness saw: the signed checkpoints alone tell between which entries', async () => {
    await edit(21)
    await root.query(sql`UPDATE app.hf_audit_leaf SET model = 'res.company' WHERE id = 22`)
    await makeConsistent(root, 40, { keepCheckpoints: true })
    const lonely = openTenantLog(connection, await home.tenants.auditSeed(connection.id), {
      ...witness,
      view: async () => ({ ...(await witness.view('nobody')) }),
    })
    const { findings } = await lonely.verify()
    assert.deepEqual(
      findings.map(({ kind, index, to }) => [kind, index, to]),
      [
        ['witness', 0, 40],
        ['checkpoint', 16, 40],
      ],
    )
    await lonely.close()
    await bringBack(root, 'now')
  })
})

describe('a witness that was replaced', () => {
  it('is found by what the one before has signed', async () => {
    const other = openWitness(mkdtempSync(join(folder, 'other-')))
    const log2 = openTenantLog(connection, await home.tenants.auditSeed(connection.id), other)
    const { findings } = await log2.verify()
    assert.deepEqual(
      findings.map(({ kind, index, to }) => [kind, index, to]),
      [['witness', 0, 40]],
    )
    await log2.close()
    await other.close()
  })
})

describe('the database itself', () => {
  it('never holds what would be needed to sign', async () => {
    const seed = Buffer.from(await home.tenants.auditSeed(connection.id))
    for (const encoded of [seed.toString('hex'), seed.toString('base64')]) {
      for (const table of auditTableNames()) {
        const rows = await root.query<{ has: boolean }>(
          sql`SELECT query_to_xml(${`SELECT * FROM app.${table}`}, true, false, '')::text LIKE ${`%${encoded}%`} AS has`,
        )
        assert.deepEqual(rows, [{ has: false }], table)
      }
    }
    assert.ok((await readEntry(log.pool, log.vault, 0)).personal.every(({ state }) => state === 'open'))
  })
})

function wayIn({ socketDir, port, database, user, password }: DatabaseEndpoint): DatabaseAddress {
  return { host: socketDir, port, database, user, password: () => password.reveal() }
}

function auditTableNames(): string[] {
  return auditTables.flatMap(({ chunks }) => /CREATE TABLE IF NOT EXISTS (\w+)/.exec(chunks.join(''))?.[1] ?? [])
}
