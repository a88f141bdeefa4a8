/** Reads the log: entries with what of them can be opened, its size, its newest checkpoint. */

import { MissingError } from '../errors.ts'
import { join, type Queryable, type Sql, sql } from '../sql/index.ts'
import { keysIn, type Leaf, type OpenedPart, openParts, parseLeaf } from './entry/leaf.ts'
import { type KeyVault, readKeys } from './entry/vault.ts'

export interface EntryFilter {
  /** `signin.failed`; with `*` at its end, all that begin so. */
  readonly kind?: string
  readonly model?: string
  /** A record of the model. */
  readonly recordId?: number
  readonly uid?: number
  /** ISO 8601; from it on. */
  readonly since?: string
  /** ISO 8601; before it. */
  readonly until?: string
  /** Only entries before this one, for the next page. */
  readonly before?: number
  /** Default 80, at most 1 000. */
  readonly limit?: number
}

export interface Entry {
  readonly index: number
  readonly leaf: Leaf
  /** Personal parts; all `sealed` when read without the vault. */
  readonly personal: readonly OpenedPart[]
}

const USUAL_ENTRIES = 80
const MOST_ENTRIES = 1_000

/** Entries of the tree, newest first. What was committed in the last second may not be in it yet. @param vault `null`: nothing personal */
export async function readEntries(db: Queryable, vault: KeyVault | null, filter: EntryFilter = {}): Promise<Entry[]> {
  const where = conditionsOf(filter)
  const limit = Math.min(Math.max(filter.limit ?? USUAL_ENTRIES, 1), MOST_ENTRIES)
  const rows = await db.query<{ index: number; entry: string }>(sql`SELECT index, entry FROM hf_audit_leaf
    WHERE ${join([sql`TRUE`, ...where], ' AND ')} ORDER BY id DESC LIMIT ${limit}`)
  return openAll(
    db,
    vault,
    rows.map(({ entry }) => parseLeaf(entry)),
  )
}

/** One entry, and the text that was hashed. @throws MissingError ERR_AUDIT_INDEX */
export async function readEntry(
  db: Queryable,
  vault: KeyVault | null,
  index: number,
): Promise<Entry & { readonly text: string }> {
  const rows = await db.query<{ entry: string }>(sql`SELECT entry FROM hf_audit_leaf WHERE id = ${index + 1}`)
  const text = rows[0]?.entry
  if (text === undefined) throw new MissingError('ERR_AUDIT_INDEX', 'The audit log has no entry of that number.')
  const [entry] = await openAll(db, vault, [parseLeaf(text)])
  return { ...(entry as Entry), text }
}

/** Whether the database has the tables of a log. */
export async function hasLog(db: Queryable): Promise<boolean> {
  const [row] = await db.query<{ has: boolean }>(sql`SELECT to_regclass('hf_audit_log') IS NOT NULL AS has`)
  return row?.has === true
}

/** The log's own id and how many entries its tree has. */
export async function readLog(db: Queryable): Promise<{ readonly id: string; readonly size: number }> {
  const [log] = await db.query<{ id: string; size: number }>(sql`SELECT id, size FROM hf_audit_log`)
  if (log === undefined) throw new MissingError('ERR_AUDIT_NONE', 'This database has no audit log.')
  return log
}

/** The public keys of log and witness as the owner of the home noted them; `null` before the first checkpoint. */
export async function readPublicKeys(
  db: Queryable,
): Promise<{ readonly key: string | null; readonly witnessKey: string | null }> {
  const [row] = await db.query<{ key: string | null; witness_key: string | null }>(
    sql`SELECT key, witness_key FROM hf_audit_log`,
  )
  return { key: row?.key ?? null, witnessKey: row?.witness_key ?? null }
}

/** Notes them; writes only where they differ. */
export async function keepPublicKeys(db: Queryable, key: string, witnessKey: string): Promise<void> {
  await db.query(sql`UPDATE hf_audit_log SET key = ${key}, witness_key = ${witnessKey}
    WHERE key IS DISTINCT FROM ${key} OR witness_key IS DISTINCT FROM ${witnessKey}`)
}

/** The newest signed checkpoint; `null` before the first one. */
export async function newestCheckpoint(
  db: Queryable,
): Promise<{ readonly size: number; readonly note: string } | null> {
  const [row] = await db.query<{ size: number; note: string }>(
    sql`SELECT size, note FROM hf_audit_checkpoint ORDER BY size DESC LIMIT 1`,
  )
  return row ?? null
}

/** Keeps a checkpoint beside the log. One of the same size is replaced: the newer one may carry the witness's signature. */
export async function keepCheckpoint(db: Queryable, size: number, note: string): Promise<void> {
  await db.query(sql`INSERT INTO hf_audit_checkpoint (size, note) VALUES (${size}, ${note})
    ON CONFLICT (size) DO UPDATE SET note = excluded.note, at = excluded.at`)
}

async function openAll(db: Queryable, vault: KeyVault | null, leaves: readonly Leaf[]): Promise<Entry[]> {
  const log = leaves[0]?.log
  const keys = vault === null || log === undefined ? null : await readKeys(db, vault, log, keysIn(leaves))
  return leaves.map((leaf) => ({ index: leaf.index, leaf, personal: openParts(leaf, keys) }))
}

function conditionsOf({ kind, model, recordId, uid, since, until, before }: EntryFilter): Sql[] {
  const where: Sql[] = []
  if (kind !== undefined)
    where.push(kind.endsWith('*') ? sql`starts_with(kind, ${kind.slice(0, -1)})` : sql`kind = ${kind}`)
  if (model !== undefined) where.push(sql`model = ${model}`)
  if (recordId !== undefined) where.push(sql`ids @> ARRAY[${recordId}]::int4[]`)
  if (uid !== undefined) where.push(sql`uid = ${uid}`)
  if (since !== undefined) where.push(sql`at >= ${since}::timestamptz`)
  if (until !== undefined) where.push(sql`at < ${until}::timestamptz`)
  if (before !== undefined) where.push(sql`id <= ${before}`)
  return where
}
