/** Puts committed entries into the tree: personal parts sealed, a place, hashes; all of a batch in one transaction. */

import { type Pool, type Queryable, sql, withTransaction } from '../sql/index.ts'
import { makeLeaf, partsOf, type PendingEntry } from './entry/leaf.ts'
import { type KeyVault, keysOfSubjects } from './entry/vault.ts'
import { leafHash } from './tree/hash.ts'
import { append, type Frontier } from './tree/ranges.ts'
import { frontierOf } from './tree/stored.ts'

export interface Sealed {
  readonly sealed: number
  /** Entries of the tree afterwards. */
  readonly size: number
}

/** Sealing them keeps a process of everybody busy for some 30 ms at a time. */
const BATCH = 250

/**
 * Seals a batch. The lock on the log's row makes it one at a time, whoever else tries; killed anywhere, nothing has happened.
 * @param most how many entries at once; default 250
 */
export function sealBatch(pool: Pool, vault: KeyVault, most = BATCH): Promise<Sealed> {
  return withTransaction(
    pool,
    async (tx) => {
      const [log] = await tx.query<{ id: string; size: number }>(sql`SELECT id, size FROM hf_audit_log FOR UPDATE`)
      if (log === undefined) throw new TypeError('The database has no audit log.')
      const pending = await takePending(tx, most)
      if (pending.length === 0) return { sealed: 0, size: log.size }
      // Databases are copied from templates: a log has an identity of its own from its first entry on.
      const id = log.size > 0 ? log.id : await newIdentity(tx)
      const tree = await frontierOf(tx, log.size)
      const subjects = new Set(pending.flatMap((entry) => partsOf(entry).map(({ subject }) => subject)))
      const keys = await keysOfSubjects(tx, vault, id, [...subjects])
      const leaves = pending.map((entry, i) => {
        const { leaf, text } = makeLeaf(entry, { log: id, index: log.size + i }, keys)
        return { leaf, text, hash: leafHash(text) }
      })
      await insertLeaves(tx, leaves)
      const size = await grow(
        tx,
        tree,
        leaves.map(({ hash }) => hash),
      )
      return { sealed: pending.length, size }
    },
    { isolation: 'read committed' },
  )
}

/** Seals whatever is there. */
export async function sealAll(pool: Pool, vault: KeyVault): Promise<Sealed> {
  let sealed = 0
  for (;;) {
    const batch = await sealBatch(pool, vault)
    sealed += batch.sealed
    if (batch.sealed < BATCH) return { sealed, size: batch.size }
  }
}

/** Whether there is anything to seal. */
export async function hasPending(db: Queryable): Promise<boolean> {
  const [row] = await db.query<{ has: boolean }>(sql`SELECT EXISTS (SELECT FROM hf_audit_pending) AS has`)
  return row?.has === true
}

async function newIdentity(tx: Queryable): Promise<string> {
  const [log] = await tx.query<{ id: string }>(sql`UPDATE hf_audit_log SET id = gen_random_uuid() RETURNING id`)
  if (log === undefined) throw new TypeError('The database has no audit log.')
  return log.id
}

async function takePending(tx: Queryable, most: number): Promise<PendingEntry[]> {
  // The order of ids is that of the statements; which of two transactions committed first, nobody can tell afterwards.
  const rows = await tx.query<PendingEntry & Record<string, unknown>>(sql`WITH taken AS (
      DELETE FROM hf_audit_pending WHERE id IN (SELECT id FROM hf_audit_pending ORDER BY id LIMIT ${most}) RETURNING *)
    SELECT id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, kind, actor, model, ids, what, personal
    FROM taken ORDER BY id`)
  return rows
}

async function insertLeaves(
  tx: Queryable,
  leaves: readonly { leaf: ReturnType<typeof makeLeaf>['leaf']; text: string; hash: Buffer }[],
): Promise<void> {
  const rows = leaves.map(({ leaf: { index, at, kind, model, ids, actor }, text, hash }) => ({
    id: index + 1,
    hash: hash.toString('hex'),
    entry: text,
    at,
    kind,
    model,
    ids,
    uid: actor.uid,
    channel: actor.channel,
    request_id: actor.requestId,
  }))
  await tx.query(sql`INSERT INTO hf_audit_leaf (id, hash, entry, at, kind, model, ids, uid, channel, request_id)
    SELECT id, decode(hash, 'hex'), entry, at, kind, model, ids, uid, channel, request_id
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r (id int4, hash text, entry text, at timestamptz, kind text,
      model text, ids int4[], uid int4, channel text, request_id text)`)
}

async function grow(tx: Queryable, tree: Frontier, hashes: readonly Buffer[]): Promise<number> {
  const { tree: grown, nodes } = append(tree, hashes)
  if (nodes.length > 0) {
    const rows = nodes.map(({ level, index, hash }) => ({ level, index, hash: hash.toString('hex') }))
    await tx.query(sql`INSERT INTO hf_audit_node (level, index, hash) SELECT level, index, decode(hash, 'hex')
      FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r (level int2, index int4, hash text)`)
  }
  await tx.query(sql`UPDATE hf_audit_log SET size = ${grown.size}`)
  return grown.size
}
