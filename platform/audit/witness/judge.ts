/** Whether a witness may accept a checkpoint: the rules, and nothing that touches a disk. */

import {
  append,
  type Checkpoint,
  EMPTY_FRONTIER,
  fold,
  type Frontier,
  HASH_BYTES,
  isConsistent,
  parseCheckpoint,
  parseVerifierKey,
} from '../../../framework/audit/index.ts'
import type { RefusalReason, Submission } from './messages.ts'

/** What is known of the log so far; `null` for a log that is seen for the first time. */
export interface Known {
  readonly verifierKey: string
  readonly checkpoint: Checkpoint
  readonly tree: Frontier
}

export type Judgement =
  | { readonly accepted: true; readonly checkpoint: Checkpoint; readonly tree: Frontier; readonly hashes: Buffer }
  | { readonly accepted: false; readonly reason: RefusalReason }

/** A log is known by its origin, and by the key with which it came first. */
export function judge(known: Known | null, { verifierKey, note, older, proof, hashes }: Submission): Judgement {
  const offered = parseCheckpoint(note)
  const verifier = parseVerifierKey(verifierKey)
  if (offered === null || verifier === null) return refuse('malformed')
  if (verifier.name !== offered.origin) return refuse('key')
  if (known !== null && known.verifierKey !== verifierKey) return refuse('key')
  if (!verifier.hasSigned(offered.note)) return refuse('signature')
  const held = known?.checkpoint ?? { size: 0, root: fold([]) }
  if (offered.size < held.size) return refuse('rollback')
  // C2SP tlog-witness: a proof from another size says nothing; the log asks again.
  if (older !== held.size) return refuse('stale')
  const path = proof.map((part) => Buffer.from(part, 'base64'))
  if (!isConsistent(held.size, held.root, offered.size, offered.root, path)) return refuse('fork')
  const bytes = Buffer.from(hashes, 'base64')
  if (bytes.length !== (offered.size - held.size) * HASH_BYTES) return refuse('malformed')
  const { tree } = append(known?.tree ?? EMPTY_FRONTIER, inHashes(bytes))
  if (!fold(tree.hashes).equals(offered.root)) return refuse('fork')
  return { accepted: true, checkpoint: offered, tree, hashes: bytes }
}

/** Cuts hashes that stand one behind the other. */
export function inHashes(bytes: Buffer): Buffer[] {
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, i) =>
    bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  )
}

function refuse(reason: RefusalReason): Judgement {
  return { accepted: false, reason }
}
