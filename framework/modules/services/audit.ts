/** The audit log for those who administer the tenant: entries, proofs, checkpoints. Only reading. */

import {
  consistencyProof,
  type Entry,
  type EntryFilter,
  inclusionProof,
  newestCheckpoint,
  readEntries,
  readEntry,
  readPublicKeys,
} from '../../audit/index.ts'
import { AccessError, InvalidRequestError, MissingError } from '../../errors.ts'
import type { Env } from '../../orm/index.ts'
import { tenantOf } from '../tenant/open-tenants.ts'

/** What somebody needs to verify the log alone, without trusting us. */
export interface AuditHead {
  /** The newest signed checkpoint: a C2SP signed note. */
  readonly checkpoint: string
  readonly size: number
  /** Public keys of log and witness. Whoever wants to rely on them got them earlier, or elsewhere. */
  readonly key: string | null
  readonly witness_key: string | null
}

/** The newest checkpoint, at most a minute old. @throws AccessError; MissingError ERR_AUDIT_CHECKPOINT before the first one */
export async function auditCheckpoint(env: Env): Promise<AuditHead> {
  requireAll(env)
  const newest = await newestCheckpoint(env.db)
  if (newest === null)
    throw new MissingError('ERR_AUDIT_CHECKPOINT', 'The audit log was not signed yet; try again in a minute.')
  const { key, witnessKey } = await readPublicKeys(env.db)
  return { checkpoint: newest.note, size: newest.size, key, witness_key: witnessKey }
}

/** An entry with its audit path to the newest checkpoint. @throws as `auditCheckpoint`; MissingError ERR_AUDIT_INDEX */
export async function auditProof(
  env: Env,
  index: number,
): Promise<AuditHead & { readonly index: number; readonly entry: string; readonly proof: readonly string[] }> {
  const head = await auditCheckpoint(env)
  const { text } = await readEntry(env.db, null, requireIndex(index))
  if (index >= head.size)
    throw new MissingError('ERR_AUDIT_INDEX', 'The entry is not covered by a checkpoint yet; try again in a minute.')
  return { ...head, index, entry: text, proof: inBase64(await inclusionProof(env.db, index, head.size)) }
}

/** The proof that the newest checkpoint continues an earlier one of that size. @throws as `auditCheckpoint` */
export async function auditConsistency(
  env: Env,
  older: number,
): Promise<AuditHead & { readonly older: number; readonly proof: readonly string[] }> {
  const head = await auditCheckpoint(env)
  if (requireIndex(older) > head.size)
    throw new MissingError('ERR_AUDIT_INDEX', 'The audit log has not so many entries: an earlier checkpoint says more.')
  return { ...head, older, proof: inBase64(await consistencyProof(env.db, older, head.size)) }
}

/** Entries, newest first, personal parts opened. @throws AccessError, InvalidRequestError ERR_AUDIT_FILTER */
export async function auditEntries(env: Env, filter: unknown): Promise<readonly Entry[]> {
  requireAll(env)
  return readEntries(env.db, tenantOf(env).vault ?? null, parseFilter(filter))
}

// Proofs and counts tell of the whole log: whoever is limited to some entries gets none of them.
function requireAll(env: Env): void {
  const isAdministrator = env.user.groups.has('base.group_system')
  if (!isAdministrator || env.grant.records('audit.entry', 'read') !== true)
    throw new AccessError('ERR_ACCESS_READ', 'Only administrators who may read the whole audit log can do that.')
}

const names = { kind: 'string', model: 'string', since: 'string', until: 'string' } as const
const numbers = ['recordId', 'uid', 'before', 'limit'] as const

function parseFilter(filter: unknown): EntryFilter {
  if (typeof filter !== 'object' || filter === null || Array.isArray(filter)) throw badFilter()
  const { record_id: recordId, ...rest } = filter as Readonly<Record<string, unknown>>
  const given = { ...rest, ...(recordId === undefined ? {} : { recordId }) } as Readonly<Record<string, unknown>>
  for (const [name, value] of Object.entries(given)) {
    const isNumber = (numbers as readonly string[]).includes(name)
    if (isNumber ? !isCount(value) : !(name in names) || typeof value !== 'string') throw badFilter()
    if ((name === 'since' || name === 'until') && Number.isNaN(Date.parse(String(value)))) throw badFilter()
  }
  const times = ['since', 'until'].flatMap((name) =>
    given[name] === undefined ? [] : [[name, new Date(String(given[name])).toISOString()] as const],
  )
  return { ...given, ...Object.fromEntries(times) }
}

function badFilter(): InvalidRequestError {
  return new InvalidRequestError(
    'ERR_AUDIT_FILTER',
    'Filter by kind, model, record_id, uid, since, until, before and limit: texts, moments (ISO 8601) and numbers.',
  )
}

function requireIndex(index: number): number {
  if (!isCount(index)) throw new MissingError('ERR_AUDIT_INDEX', 'The audit log has no entry of that number.')
  return index
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2_147_483_647
}

function inBase64(hashes: readonly Buffer[]): string[] {
  return hashes.map((hash) => hash.toString('base64'))
}
