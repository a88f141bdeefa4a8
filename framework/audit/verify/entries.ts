/** Checks of one entry: its hash, its place, and the columns beside it. */

import { isDeepStrictEqual } from 'node:util'
import { AppError } from '../../errors.ts'
import { type Queryable, sql } from '../../sql/index.ts'
import { type Leaf, parseLeaf } from '../entry/leaf.ts'
import { leafHash } from '../tree/hash.ts'
import type { FindingKind } from './finding.ts'

export interface EntryRow extends Record<string, unknown> {
  readonly id: number
  readonly hash: Buffer
  readonly entry: string
  readonly at: string
  readonly kind: string
  readonly model: string | null
  readonly ids: readonly number[] | null
  readonly uid: number | null
  readonly channel: string | null
  readonly request_id: string | null
}

/** The entries from index `from` on, `count` places at most. */
export function readPage(db: Queryable, from: number, count: number): Promise<EntryRow[]> {
  return db.query<EntryRow>(sql`SELECT id, hash, entry, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at,
    kind, model, ids, uid, channel, request_id FROM hf_audit_leaf WHERE id > ${from} AND id <= ${from + count} ORDER BY id`)
}

/** @param seen the hash that the witness was shown for this place; `null` where it was shown none */
export function checkEntry(
  row: EntryRow,
  index: number,
  log: string,
  seen: Buffer | null,
): { readonly kind: FindingKind; readonly message: string } | null {
  const hash = leafHash(row.entry)
  const leaf = leafOrNull(row.entry)
  if (leaf !== null && hash.equals(row.hash) && (leaf.index !== index || leaf.log !== log))
    return {
      kind: 'moved',
      message: leaf.log === log ? `the entry that stands here was number ${leaf.index}` : 'the entry is of another log',
    }
  if (!hash.equals(row.hash)) return { kind: 'altered', message: 'the entry was changed after it was sealed' }
  if (seen !== null && !seen.equals(hash))
    return { kind: 'forged', message: 'the entry and its hash were rewritten: the witness has seen another one' }
  if (leaf === null) return { kind: 'altered', message: 'the entry is none that Holdfast has written' }
  if (!hasSameColumns(row, leaf))
    return { kind: 'columns', message: 'the columns to look the entry up by were changed; the entry itself was not' }
  return null
}

function hasSameColumns(row: EntryRow, leaf: Leaf): boolean {
  const { at, kind, model, ids, uid, channel, request_id } = row
  return isDeepStrictEqual(
    [at, kind, model, ids, uid, channel, request_id],
    [
      leaf.at,
      leaf.kind,
      leaf.model ?? null,
      leaf.ids ?? null,
      leaf.actor.uid,
      leaf.actor.channel,
      leaf.actor.requestId,
    ],
  )
}

function leafOrNull(text: string): Leaf | null {
  try {
    return parseLeaf(text)
  } catch (error) {
    if (error instanceof AppError) return null
    throw error
  }
}
