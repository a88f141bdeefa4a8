/** A log in memory with its own key, for tests of those who watch logs; word by word after RFC 6962 §2.1. Only tests import it. */

import { hash } from 'node:crypto'
import { makeSigner, signCheckpoint } from '../../../framework/audit/index.ts'
import type { Submission } from '../witness/messages.ts'

export interface ToyLog {
  note(size: number): string
  /** What an honest log sends to a witness that holds `older` entries. */
  submission(older: number, size: number): Submission
}

export function toyLog(origin: string, seedByte: number, entries: readonly string[]): ToyLog {
  const signer = makeSigner(origin, Buffer.alloc(32, seedByte))
  const note = (size: number) => signCheckpoint(signer, size, treeHash(entries.slice(0, size)))
  return {
    note,
    submission: (older, size) => ({
      verifierKey: signer.verifierKey,
      note: note(size),
      older,
      proof: older === 0 ? [] : proofOf(older, entries.slice(0, size), true).map((one) => one.toString('base64')),
      hashes: Buffer.concat(entries.slice(older, size).map((entry) => treeHash([entry]))).toString('base64'),
    }),
  }
}

function treeHash(entries: readonly string[]): Buffer {
  if (entries.length === 0) return hash('sha256', '', 'buffer')
  if (entries.length === 1) return hash('sha256', `\0${entries[0]}`, 'buffer')
  const k = splitOf(entries.length)
  const both = [treeHash(entries.slice(0, k)), treeHash(entries.slice(k))]
  return hash('sha256', Buffer.concat([Buffer.of(1), ...both]), 'buffer')
}

function proofOf(m: number, entries: readonly string[], isWhole: boolean): Buffer[] {
  const n = entries.length
  if (m === n) return isWhole ? [] : [treeHash(entries)]
  const k = splitOf(n)
  return m <= k
    ? [...proofOf(m, entries.slice(0, k), isWhole), treeHash(entries.slice(k))]
    : [...proofOf(m - k, entries.slice(k), false), treeHash(entries.slice(0, k))]
}

/** The largest power of two below n. */
function splitOf(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}
