/** An entry as the tree has it: one spelling (RFC 8785), a salt against guessing, personal parts sealed. docs/audit-log.md. */

import { randomBytes } from 'node:crypto'
import canonicalize from 'canonicalize'
import { ServerError } from '../../errors.ts'
import type { AuditActor, PersonalPart } from '../events/record.ts'
import { openPart, sealPart } from './personal.ts'
import type { SubjectKey, SubjectKeys } from './vault.ts'

/** A row of `hf_audit_pending`. */
export interface PendingEntry {
  readonly id: number
  /** `2026-12-01T04:00:00.123456Z` */
  readonly at: string
  readonly kind: string
  readonly actor: AuditActor
  readonly model: string | null
  readonly ids: readonly number[] | null
  readonly what: Readonly<Record<string, unknown>>
  readonly personal: readonly PersonalPart[] | null
}

/** What stands in a leaf. Members that do not apply are left out. */
export interface Leaf {
  readonly version: 1
  /** Id of the log. */
  readonly log: string
  readonly index: number
  readonly at: string
  readonly kind: string
  readonly actor: Omit<AuditActor, 'source'>
  readonly model?: string
  readonly ids?: readonly number[]
  readonly what: Readonly<Record<string, unknown>>
  readonly personal?: readonly SealedPart[]
  /** Base64 of 16 random bytes: without it, short entries could be guessed from their hashes. */
  readonly salt: string
}

export interface SealedPart {
  /** `source`: the actor's network address; `event`: a personal part of the event. */
  readonly about: 'source' | 'event'
  /** Id of the subject's key. */
  readonly key: string
  readonly sealed: string
}

const SALT_BYTES = 16

interface PlainPart extends PersonalPart {
  readonly about: SealedPart['about']
}

/** The personal parts of an entry, its actor's address among them. */
export function partsOf({ actor, at, personal }: PendingEntry): PlainPart[] {
  const parts: PlainPart[] = (personal ?? []).map((part) => ({ ...part, about: 'event' }))
  if (typeof actor.source !== 'string') return parts
  // An address of nobody known belongs to its month, so that it can be erased, too.
  const subject = actor.uid === null ? `anonymous,${at.slice(0, 7)}` : `res.users,${actor.uid}`
  return [...parts, { about: 'source', subject, data: actor.source }]
}

/** Makes the leaf of an entry at its place. @param keys of all subjects that `partsOf` names */
export function makeLeaf(
  entry: PendingEntry,
  place: { readonly log: string; readonly index: number },
  keys: ReadonlyMap<string, SubjectKey>,
): { readonly leaf: Leaf; readonly text: string } {
  const personal = partsOf(entry).map(({ about, subject, data }, part) => {
    const key = keys.get(subject)
    if (key === undefined) throw new TypeError('A personal part has no key.')
    return { about, key: key.id, sealed: sealPart(data ?? null, key, { ...place, part }) }
  })
  const { uid, forUid, requestId, channel } = entry.actor
  const leaf: Leaf = {
    version: 1,
    ...place,
    at: entry.at,
    kind: entry.kind,
    actor: { uid: uid ?? null, forUid: forUid ?? null, requestId: requestId ?? '', channel: channel ?? '' },
    ...(entry.model === null ? {} : { model: entry.model }),
    ...(entry.ids === null ? {} : { ids: entry.ids }),
    what: entry.what,
    ...(personal.length === 0 ? {} : { personal }),
    salt: randomBytes(SALT_BYTES).toString('base64'),
  }
  const text = canonicalize(leaf)
  if (text === undefined) throw new TypeError('An entry is an object.')
  return { leaf, text }
}

/** Reads a leaf. @throws ServerError ERR_AUDIT_ENTRY for a text that our sealer never wrote */
export function parseLeaf(text: string): Leaf {
  let leaf: Partial<Leaf> | null
  try {
    leaf = JSON.parse(text) as Partial<Leaf> | null
  } catch (cause) {
    throw new ServerError('ERR_AUDIT_ENTRY', 'An entry of the audit log is damaged.', { cause })
  }
  const isWhole =
    typeof leaf === 'object' &&
    leaf?.version === 1 &&
    typeof leaf.index === 'number' &&
    typeof leaf.log === 'string' &&
    typeof leaf.at === 'string' &&
    typeof leaf.kind === 'string' &&
    typeof leaf.actor === 'object' &&
    typeof leaf.what === 'object' &&
    (leaf.personal === undefined || Array.isArray(leaf.personal))
  if (!isWhole) throw new ServerError('ERR_AUDIT_ENTRY', 'An entry of the audit log is damaged.')
  return leaf as Leaf
}

/** A personal part as it is read back. */
export type OpenedPart =
  | { readonly about: SealedPart['about']; readonly state: 'open'; readonly value: unknown }
  /** `erased`: its key was destroyed; `refused`: its key is lost or does not open it; `sealed`: nobody tried. */
  | { readonly about: SealedPart['about']; readonly state: 'erased' | 'refused' | 'sealed' }

/** The keys that the personal parts of leaves need, by id. */
export function keysIn(leaves: readonly Leaf[]): ReadonlySet<string> {
  return new Set(leaves.flatMap(({ personal }) => (personal ?? []).map(({ key }) => key)))
}

/** The personal parts of a leaf, opened where the key is still there. @param keys `null`: none is opened */
export function openParts(leaf: Leaf, keys: SubjectKeys | null): OpenedPart[] {
  return (leaf.personal ?? []).map(({ about, key, sealed }, part) => {
    if (keys === null) return { about, state: 'sealed' }
    const found = keys.open.get(key)
    if (found === undefined) return { about, state: keys.erased.has(key) ? 'erased' : 'refused' }
    const opened = openPart(sealed, found, { log: leaf.log, index: leaf.index, part })
    return opened === null ? { about, state: 'refused' } : { about, state: 'open', value: opened.value }
  })
}
