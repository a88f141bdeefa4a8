/** What the owner of a home and its witness say to each other: a JSON object a line, over the witness's pipes. */

import type { WitnessAccount } from './account.ts'

/** Why a checkpoint was not accepted. `stale` and `malformed` are the asker's slip; the others are what a witness is for. */
export type RefusalReason = 'malformed' | 'stale' | 'key' | 'signature' | 'rollback' | 'fork'

/** What the witness holds of a log. */
export interface HeldLog {
  readonly origin: string
  /** The log's public key, as it was shown first. */
  readonly verifierKey: string
  /** The newest accepted checkpoint, with the signatures of the log and of the witness. */
  readonly note: string
  readonly size: number
  /** The refusal that nothing accepted has followed. */
  readonly refused: Refusal | null
}

export interface Refusal {
  readonly reason: RefusalReason
  /** ISO 8601. */
  readonly at: string
  /** The checkpoint that was refused. */
  readonly note: string
}

/** A checkpoint with what proves that it continues the one that the witness holds. */
export interface Submission {
  readonly verifierKey: string
  readonly note: string
  /** The size that the proof starts from: that of the checkpoint which the witness holds; 0 for a log that it does not know. */
  readonly older: number
  /** RFC 6962 consistency proof, base64. */
  readonly proof: readonly string[]
  /** Hashes of the entries from `older` on, one behind the other, base64: with them a verification names the entry. */
  readonly hashes: string
}

export type Verdict =
  | { readonly accepted: true; readonly note: string }
  | { readonly accepted: false; readonly reason: RefusalReason; readonly held: HeldLog | null }

/** The witness itself. */
export interface WitnessIdentity {
  readonly verifierKey: string
  readonly pid: number
  /** Whom it runs as; `null`: as Holdfast itself. */
  readonly account: WitnessAccount | null
}

export type Question =
  | { readonly ask: 'who' }
  | { readonly ask: 'held'; readonly origin: string }
  | { readonly ask: 'all' }
  | { readonly ask: 'hashes'; readonly origin: string; readonly from: number; readonly count: number }
  | ({ readonly ask: 'add' } & Submission)

export interface Answers {
  readonly who: WitnessIdentity
  readonly held: HeldLog | null
  readonly all: readonly HeldLog[]
  /** Base64. */
  readonly hashes: string
  readonly add: Verdict
}

export type Answered<Q extends Question> = Answers[Q['ask']]
