/** Verifies a whole log: every entry, every stored hash, every checkpoint, and what the witness holds against it. */

import { type Pool, type Queryable, sql, withTransaction } from '../../sql/index.ts'
import type { KeyVault } from '../entry/vault.ts'
import { parseCheckpoint } from '../signed/checkpoint.ts'
import type { Verifier } from '../signed/signed-note.ts'
import { readLog } from '../reading.ts'
import { HASH_BYTES } from '../tree/hash.ts'
import { append, EMPTY_FRONTIER, fold, type Frontier, type NodeId } from '../tree/ranges.ts'
import { checkEntry, type EntryRow, readPage } from './entries.ts'
import { type Finding, Findings } from './finding.ts'
import { checkPersonal } from './personal.ts'

/** What somebody outside the database holds of the log. It has to be asked before the database is read. */
export interface WitnessView {
  /** The newest checkpoint that it accepted; `null`: it knows nothing of this log. */
  readonly checkpoint: string | null
  readonly verifier: Verifier
  /** The hashes of the entries up to it, one behind the other. */
  readonly hashes: Buffer
}

export interface VerifyOptions {
  readonly origin: string
  /** The log's public key, from outside the database. */
  readonly verifier: Verifier
  /** `null`: there is none, and a roll-back of everything cannot be seen. */
  readonly witness: WitnessView | null
  /** Opens personal parts to see whether they are what they were; `null`: not tried. */
  readonly vault: KeyVault | null
  readonly progress?: (done: number, total: number) => void
}

export interface Verification {
  readonly size: number
  readonly root: Buffer
  readonly findings: readonly Finding[]
  /** Findings beyond the thousand that are listed. */
  readonly more: number
  readonly checkpoints: number
  /** Entries that the witness has seen. */
  readonly witnessed: number
}

/** Bounds how long a process that serves others, too, is kept busy at a time. */
const PAGE = 200

/** Reads the log in one snapshot. @throws MissingError ERR_AUDIT_NONE */
export function verifyLog(pool: Pool, options: VerifyOptions): Promise<Verification> {
  return withTransaction(pool, (tx) => verifyIn(tx, options), { readOnly: true })
}

interface Head {
  readonly size: number
  readonly root: Buffer
  readonly kind: 'checkpoint' | 'witness'
  /** Whether a witness has signed it, too. */
  readonly isCosigned: boolean
}

async function verifyIn(tx: Queryable, options: VerifyOptions): Promise<Verification> {
  const found = new Findings()
  const log = await readLog(tx)
  const known = options.witness?.hashes ?? Buffer.alloc(0)
  const checkpoints = await readCheckpoints(tx, options, found)
  const witnessed = witnessHead(options, found)
  checkMemory(options, checkpoints, witnessed, found)
  const heads = [...checkpoints, ...witnessed].sort((a, b) => a.size - b.size)
  const [last] = await tx.query<{ id: number }>(sql`SELECT coalesce(max(id), 0)::int4 AS id FROM hf_audit_leaf`)
  const stored = last?.id ?? 0
  const total = Math.max(log.size, known.length / HASH_BYTES, ...heads.map(({ size }) => size))

  let tree: Frontier = EMPTY_FRONTIER
  for (let from = 0; from < Math.max(total, stored); from += PAGE) {
    options.progress?.(from, total)
    const rows = new Map((await readPage(tx, from, PAGE)).map((row) => [row.id - 1, row]))
    const to = Math.min(from + PAGE, Math.max(total, stored))
    const hashes: Buffer[] = []
    for (let index = from; index < to; index++) {
      const seen = hashAt(known, index)
      const row = rows.get(index)
      checkOne(found, row, { index, log, total, seen })
      // What the witness saw counts more than what stands here, so that one wrong entry is one finding.
      if (index < total) hashes.push(seen ?? row?.hash ?? Buffer.alloc(HASH_BYTES))
    }
    if (options.vault !== null) await checkPersonal(tx, options.vault, log.id, [...rows.values()], found)
    tree = await grow(tx, tree, hashes, heads, found)
  }
  await checkNodeCount(tx, log.size, found)
  options.progress?.(total, total)
  return {
    size: log.size,
    root: fold(tree.hashes),
    findings: [...found.list].sort((a, b) => a.index - b.index),
    more: found.more,
    checkpoints: checkpoints.length,
    witnessed: known.length / HASH_BYTES,
  }
}

function checkOne(
  found: Findings,
  row: EntryRow | undefined,
  at: { index: number; log: { id: string; size: number }; total: number; seen: Buffer | null },
): void {
  const { index, log, total, seen } = at
  if (row === undefined) {
    const isTail = index >= log.size
    if (index < total)
      found.add(
        'missing',
        index,
        index + 1,
        isTail ? 'the log was cut off here, or rolled back: it was longer' : 'the entry was deleted',
      )
    return
  }
  if (index >= log.size) {
    found.add('beyond', index, index + 1, 'an entry stands behind the end of the tree')
    return
  }
  const fault = checkEntry(row, index, log.id, seen)
  if (fault !== null) found.add(fault.kind, index, index + 1, fault.message)
}

/** Appends page by page; stops at each head to compare its root. */
async function grow(
  tx: Queryable,
  tree: Frontier,
  hashes: readonly Buffer[],
  heads: readonly Head[],
  found: Findings,
): Promise<Frontier> {
  const end = tree.size + hashes.length
  const nodes: (NodeId & { readonly hash: Buffer })[] = []
  let grown = tree
  let before = heads.findLast(({ size }) => size <= tree.size)?.size ?? 0
  const stops = heads.filter(({ size }) => size > tree.size && size <= end)
  for (const head of [...stops, null]) {
    const to = head?.size ?? end
    const step = append(grown, hashes.slice(grown.size - tree.size, to - tree.size))
    nodes.push(...step.nodes)
    grown = step.tree
    if (head === null) continue
    if (!fold(grown.hashes).equals(head.root) && !found.touch(before, head.size))
      found.add(
        head.kind,
        before,
        head.size,
        head.kind === 'witness'
          ? 'the witness holds another history of these entries'
          : 'a signed checkpoint has another root than these entries',
      )
    before = head.size
  }
  await checkNodes(tx, nodes, found)
  return grown
}

async function checkNodes(
  tx: Queryable,
  nodes: readonly (NodeId & { readonly hash: Buffer })[],
  found: Findings,
): Promise<void> {
  const rows = await tx.query<{ level: number; index: number; hash: Buffer }>(sql`SELECT n.level, n.index, n.hash
    FROM unnest(${nodes.map(({ level }) => level)}::int2[], ${nodes.map(({ index }) => index)}::int4[]) AS w (level, index)
    JOIN hf_audit_node n ON n.level = w.level AND n.index = w.index`)
  const stored = new Map(rows.map(({ level, index, hash }) => [`${level} ${index}`, hash]))
  for (const { level, index, hash } of nodes) {
    const [from, to] = [index * 2 ** level, (index + 1) * 2 ** level]
    if (stored.get(`${level} ${index}`)?.equals(hash) === true || found.touch(from, to)) continue
    found.add('node', from, to, 'the stored hash of these entries together is wrong or missing')
  }
}

async function checkNodeCount(tx: Queryable, size: number, found: Findings): Promise<void> {
  // A tree of n entries has n minus (ones of n in binary) whole subtrees above the entries.
  const ones = [...size.toString(2)].filter((digit) => digit === '1').length
  const [row] = await tx.query<{ n: number }>(sql`SELECT count(*)::int4 AS n FROM hf_audit_node`)
  if ((row?.n ?? 0) > size - ones && found.list.length === 0)
    found.add('node', size, size + 1, 'hashes are stored of entries that are not there')
}

async function readCheckpoints(tx: Queryable, options: VerifyOptions, found: Findings): Promise<Head[]> {
  const rows = await tx.query<{ size: number; note: string }>(
    sql`SELECT size, note FROM hf_audit_checkpoint ORDER BY size`,
  )
  const heads: Head[] = []
  for (const { size, note } of rows) {
    const parsed = parseCheckpoint(note)
    const isOurs =
      parsed !== null &&
      parsed.size === size &&
      parsed.origin === options.origin &&
      options.verifier.hasSigned(parsed.note)
    if (isOurs)
      heads.push({ size, root: parsed.root, kind: 'checkpoint', isCosigned: parsed.note.signatures.length > 1 })
    else found.add('checkpoint', Math.max(size - 1, 0), size, 'a checkpoint was not signed by this log')
  }
  return heads
}

function witnessHead({ witness, origin, verifier }: VerifyOptions, found: Findings): Head[] {
  if (witness === null || witness.checkpoint === null) return []
  const parsed = parseCheckpoint(witness.checkpoint)
  const isRight =
    parsed !== null &&
    parsed.origin === origin &&
    verifier.hasSigned(parsed.note) &&
    witness.verifier.hasSigned(parsed.note) &&
    witness.hashes.length === parsed.size * HASH_BYTES
  if (isRight) return [{ size: parsed.size, root: parsed.root, kind: 'witness', isCosigned: true }]
  found.add('witness', 0, parsed?.size ?? 0, 'what the witness holds is damaged, or of another log')
  return []
}

// A checkpoint is kept with the witness's signature after it was accepted: the witness holds it, or a later one.
function checkMemory(
  { witness }: VerifyOptions,
  checkpoints: readonly Head[],
  held: readonly Head[],
  found: Findings,
): void {
  if (witness === null) return
  const size = held[0]?.size ?? 0
  const newest = checkpoints.findLast(({ isCosigned }) => isCosigned)?.size ?? 0
  if (newest > size)
    found.add(
      'witness',
      size,
      newest,
      'a witness has signed these entries, and the one that is here does not know them',
    )
}

function hashAt(hashes: Buffer, index: number): Buffer | null {
  const at = index * HASH_BYTES
  return at + HASH_BYTES <= hashes.length ? hashes.subarray(at, at + HASH_BYTES) : null
}
