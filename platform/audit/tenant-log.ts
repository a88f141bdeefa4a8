/** The audit log of one tenant as the owner of the home keeps it: sealed, signed, shown to the witness, verified. */

import {
  consistencyProof,
  keepCheckpoint,
  keepPublicKeys,
  type KeyVault,
  leafHashes,
  makeSigner,
  newestCheckpoint,
  originOf,
  parseVerifierKey,
  readLog,
  rootOf,
  sealAll,
  type Sealed,
  signCheckpoint,
  type Signer,
  type Verification,
  type Verifier,
  verifyLog,
} from '../../framework/audit/index.ts'
import { AppError } from '../../framework/errors.ts'
import { openPool, type Pool } from '../../framework/sql/index.ts'
import { keyVault, type TenantConnection } from '../tenants/index.ts'
import type { Witness } from './witness/client.ts'
import type { RefusalReason } from './witness/messages.ts'

/** What became of a checkpoint. */
export interface CheckpointOutcome {
  readonly origin: string
  readonly size: number
  /** The signed note; with the witness's signature where it gave one. */
  readonly note: string
  readonly witness:
    | { readonly state: 'cosigned' }
    | { readonly state: 'refused'; readonly reason: RefusalReason }
    | { readonly state: 'absent'; readonly cause: unknown }
}

export interface TenantLog {
  readonly tenantId: string
  readonly name: string
  readonly origin: string
  /** The log's public key. */
  readonly verifierKey: string
  readonly pool: Pool
  readonly vault: KeyVault
  /** Puts what is committed into the tree. */
  seal(): Promise<Sealed>
  /** Signs the tree as it is and shows it to the witness. */
  checkpoint(): Promise<CheckpointOutcome>
  verify(progress?: (done: number, total: number) => void): Promise<TenantVerification>
  close(): Promise<void>
}

export interface TenantVerification extends Verification {
  readonly origin: string
  readonly verifierKey: string
  /** Key of the witness; `null`: it did not answer, and a log that was rolled back whole cannot be told from a true one. */
  readonly witnessKey: string | null
}

/** The witness takes so many new entries at a time. */
const ENTRIES_AT_ONCE = 20_000

/** @param seed from `home.tenants.auditSeed` */
export function openTenantLog(connection: TenantConnection, seed: Uint8Array, witness: Witness): TenantLog {
  const pool = openPool({
    ...connection.address,
    max: 1,
    applicationName: 'holdfast-audit',
    statementTimeoutMs: 120_000,
  })
  const origin = originOf(connection.id)
  const signer = makeSigner(origin, seed)
  const verifier = parseVerifierKey(signer.verifierKey) as Verifier
  const vault = keyVault(connection.keys)
  return {
    tenantId: connection.id,
    name: connection.name,
    origin,
    verifierKey: signer.verifierKey,
    pool,
    vault,
    seal: () => sealAll(pool, vault),
    checkpoint: () => showTree(pool, signer, witness),
    verify: async (progress) => {
      // The witness first: what it has seen by now, the database must have.
      const view = await witness.view(origin).catch(absent)
      const result = await verifyLog(pool, {
        origin,
        verifier,
        witness: view,
        vault,
        ...(progress === undefined ? {} : { progress }),
      })
      return {
        ...result,
        origin,
        verifierKey: signer.verifierKey,
        witnessKey: view?.verifier.verifierKey ?? null,
      }
    },
    close: () => pool.close(),
  }
}

function absent(error: unknown): null {
  if (error instanceof AppError && error.code === 'ERR_AUDIT_WITNESS') return null
  throw error
}

async function showTree(pool: Pool, signer: Signer, witness: Witness): Promise<CheckpointOutcome> {
  const { size } = await readLog(pool)
  for (;;) {
    const held = await witness.held(signer.name).catch((cause: unknown) => ({ cause }))
    if (held !== null && 'cause' in held) return unseen(pool, signer, size, held.cause)
    const older = held?.size ?? 0
    // A step that the witness takes at once; the last one is the tree as it is.
    const step = older < size ? Math.min(size, older + ENTRIES_AT_ONCE) : size
    const outcome = await show(pool, signer, witness, older, step)
    if (outcome.witness.state !== 'cosigned' || step === size) return outcome
  }
}

async function show(
  pool: Pool,
  signer: Signer,
  witness: Witness,
  older: number,
  size: number,
): Promise<CheckpointOutcome> {
  const note = signCheckpoint(signer, size, await rootOf(pool, size))
  // One that is longer than we are will refuse, and has to know what it refuses.
  const isGrown = older <= size
  const proof = isGrown ? await consistencyProof(pool, older, size) : []
  const hashes = isGrown ? await leafHashes(pool, older, size) : []
  const submission = {
    verifierKey: signer.verifierKey,
    note,
    older,
    proof: proof.map((hash) => hash.toString('base64')),
    hashes: Buffer.concat(hashes).toString('base64'),
  }
  const verdict = await witness.add(submission).catch((cause: unknown) => ({ cause }))
  if ('cause' in verdict) return unseen(pool, signer, size, verdict.cause)
  const of = { origin: signer.name, size }
  // What the witness refused is kept nowhere: nobody shall take it for the log's word.
  if (!verdict.accepted) return { ...of, note, witness: { state: 'refused', reason: verdict.reason } }
  await keepCheckpoint(pool, size, verdict.note)
  await keepPublicKeys(pool, signer.verifierKey, (await witness.who()).verifierKey)
  return { ...of, note: verdict.note, witness: { state: 'cosigned' } }
}

/** Signs without the witness, which is away for the moment; what it has signed already stays. */
async function unseen(pool: Pool, signer: Signer, size: number, cause: unknown): Promise<CheckpointOutcome> {
  const newest = await newestCheckpoint(pool)
  const note = newest?.size === size ? newest.note : signCheckpoint(signer, size, await rootOf(pool, size))
  if (newest?.size !== size) await keepCheckpoint(pool, size, note)
  return { origin: signer.name, size, note, witness: { state: 'absent', cause } }
}
