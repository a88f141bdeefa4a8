/**
 * What a witness holds, in its own folder: per log the newest accepted checkpoint with its own signature, and the hashes of
 * the entries below it. The current folder of the process is that folder, so that it may lie where only root passes.
 */

import { hash, randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import {
  append,
  EMPTY_FRONTIER,
  fold,
  HASH_BYTES,
  makeCosigner,
  parseCheckpoint,
  type Signer,
} from '../../../framework/audit/index.ts'
import { inHashes, judge, type Known } from './judge.ts'
import type { HeldLog, Submission, Verdict } from './messages.ts'

export interface Ledger {
  readonly verifierKey: string
  held(origin: string): HeldLog | null
  all(): HeldLog[]
  /** Hashes of entries, base64. */
  hashes(origin: string, from: number, count: number): string
  add(submission: Submission): Verdict
}

const PRIVATE = 0o600

/** Opens the ledger in the current folder, making the witness's key when there is none. @param now milliseconds */
export function openLedger(now: () => number): Ledger {
  const cosigner = openKey(now)
  /** Trees of logs that were used, as they are on the disk. */
  const trees = new Map<string, Known['tree']>()

  const knownOf = (held: HeldLog | null): Known | null => {
    if (held === null) return null
    const checkpoint = parseCheckpoint(held.note)
    if (checkpoint === null) throw damaged(held.origin)
    const tree = trees.get(held.origin) ?? readTree(held)
    if (!fold(tree.hashes).equals(checkpoint.root)) throw damaged(held.origin)
    trees.set(held.origin, tree)
    return { verifierKey: held.verifierKey, checkpoint, tree }
  }

  return {
    verifierKey: cosigner.verifierKey,
    held: readHeld,
    all: () =>
      readdirSync('.')
        .filter((name) => name.endsWith('.json'))
        .flatMap((name) => readJson(name) ?? []),
    hashes: (origin, from, count) => readHashes(origin, from, count).toString('base64'),
    add: (submission) => {
      const origin = parseCheckpoint(submission.note)?.origin
      const held = origin === undefined ? null : readHeld(origin)
      const judgement = judge(knownOf(held), submission)
      if (!judgement.accepted) {
        const { reason } = judgement
        // The first refusal stays until something is accepted again: it tells when it began.
        if (held !== null && held.refused === null && reason !== 'stale' && reason !== 'malformed')
          writeHeld({ ...held, refused: { reason, at: new Date(now()).toISOString(), note: submission.note } })
        return { accepted: false, reason, held }
      }
      const { checkpoint, tree, hashes } = judgement
      // First the hashes, then what vouches for them: what a crash leaves too much is cut off when it is written again.
      writeHashes(checkpoint.origin, checkpoint.size - hashes.length / HASH_BYTES, hashes)
      const note = submission.note + cosigner.sign(textOf(submission.note))
      writeHeld({
        origin: checkpoint.origin,
        verifierKey: submission.verifierKey,
        note,
        size: checkpoint.size,
        refused: null,
      })
      trees.set(checkpoint.origin, tree)
      return { accepted: true, note }
    },
  }
}

function textOf(note: string): string {
  return note.slice(0, note.lastIndexOf('\n\n') + 1)
}

function openKey(now: () => number): Signer {
  const path = 'witness.key'
  if (!existsSync(path)) {
    // Its name has to be known before its key: it stands in the key's hash.
    writeDurably(path, JSON.stringify({ id: randomBytes(4).toString('hex'), seed: randomBytes(32).toString('base64') }))
  }
  const { id, seed } = JSON.parse(readFileSync(path, 'utf8')) as { id: string; seed: string }
  return makeCosigner(`holdfast/witness/${id}`, Buffer.from(seed, 'base64'), () => now() / 1000)
}

// An origin is text of others; its hash is a name that leads nowhere.
function nameOf(origin: string): string {
  return hash('sha256', origin, 'hex').slice(0, 40)
}

function readHeld(origin: string): HeldLog | null {
  return readJson(`${nameOf(origin)}.json`)
}

function readJson(name: string): HeldLog | null {
  return existsSync(name) ? (JSON.parse(readFileSync(name, 'utf8')) as HeldLog) : null
}

function writeHeld(held: HeldLog): void {
  writeDurably(`${nameOf(held.origin)}.json`, JSON.stringify(held))
}

function readTree({ origin, size }: HeldLog): Known['tree'] {
  return append(EMPTY_FRONTIER, inHashes(readHashes(origin, 0, size))).tree
}

function readHashes(origin: string, from: number, count: number): Buffer {
  const path = `${nameOf(origin)}.hashes`
  if (!existsSync(path)) return Buffer.alloc(0)
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(count * HASH_BYTES)
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, from * HASH_BYTES))
  } finally {
    closeSync(file)
  }
}

function writeHashes(origin: string, at: number, hashes: Buffer): void {
  const path = `${nameOf(origin)}.hashes`
  const file = openSync(path, existsSync(path) ? 'r+' : 'wx', PRIVATE)
  try {
    ftruncateSync(file, at * HASH_BYTES)
    writeSync(file, hashes, 0, hashes.length, at * HASH_BYTES)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function writeDurably(path: string, text: string): void {
  const next = `${path}.next`
  writeFileSync(next, text, { mode: PRIVATE, flush: true })
  renameSync(next, path)
  const folder = openSync('.', 'r')
  fsyncSync(folder)
  closeSync(folder)
}

function damaged(origin: string): TypeError {
  return new TypeError(`What is kept of ${origin} is damaged.`)
}
