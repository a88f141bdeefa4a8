/**
 * The audit log of a tenant: entries written in the transaction of what they tell of, sealed into a Merkle tree afterwards,
 * read, proven and verified. It decides nothing, knows neither models nor rights, and holds no key that outlives a call.
 */

export type { Leaf, OpenedPart } from './entry/leaf.ts'
export { entriesOfRecords, type RecordEntry, type RecordFilter } from './entry/of-records.ts'
export { eraseSubject, type KeyVault, rewrapSubjects } from './entry/vault.ts'
export { type Checkpoint, originOf, parseCheckpoint, signCheckpoint } from './signed/checkpoint.ts'
export {
  makeCosigner,
  makeSigner,
  type Note,
  parseVerifierKey,
  type Signer,
  type Verifier,
} from './signed/signed-note.ts'
export {
  hasLog,
  type Entry,
  type EntryFilter,
  keepCheckpoint,
  keepPublicKeys,
  newestCheckpoint,
  readEntries,
  readEntry,
  readLog,
  readPublicKeys,
} from './reading.ts'
export { hasPending, sealAll, sealBatch, type Sealed } from './sealer.ts'
export { noteInTransaction, type NotedEvent, writeNoted } from './events/gathered.ts'
export { actorOf, type Channel, newRequestId, originWithin, type RequestOrigin } from './events/origin.ts'
export { Tally } from './events/tally.ts'
export { type AuditActor, type AuditEvent, insertEvents, type PersonalPart, recordAudit } from './events/record.ts'
export { auditTables } from './tables.ts'
export { HASH_BYTES, leafHash } from './tree/hash.ts'
export { append, EMPTY_FRONTIER, fold, type Frontier } from './tree/ranges.ts'
export { consistencyProof, inclusionProof, leafHashes, rootOf } from './tree/stored.ts'
export { isConsistent, isIncluded } from './tree/verify-proofs.ts'
export type { Finding, FindingKind } from './verify/finding.ts'
export { type Verification, verifyLog, type VerifyOptions, type WitnessView } from './verify/verify-log.ts'
