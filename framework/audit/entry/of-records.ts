/** Entries about records, sealed or still waiting, with what they say of each record: for histories and for undoing. */

import { join, type Queryable, type Sql, sql } from '../../sql/index.ts'
import { parseLeaf } from './leaf.ts'
import { openPart } from './personal.ts'
import { type KeyVault, readKeys } from './vault.ts'

/** An entry of the log about records. */
export interface RecordEntry {
  /** `2026-12-01T04:00:00.123456Z` */
  readonly at: string
  readonly kind: string
  readonly requestId: string
  readonly uid: number | null
  readonly model: string
  readonly ids: readonly number[]
  readonly what: Readonly<Record<string, unknown>>
  /** What it says of these of its records; `null`: sealed by a key that is gone or not at hand. */
  readonly data: ReadonlyMap<number, Readonly<Record<string, unknown>> | null>
}

export interface RecordFilter {
  readonly model?: string
  /** Only entries about these records, and of them only what is about these. */
  readonly ids?: readonly number[]
  readonly requestId?: string
}

interface EntryRow extends Record<string, unknown> {
  readonly at: string
  readonly kind: string
  readonly request: string | null
  readonly uid: number | null
  readonly model: string
  readonly ids: readonly number[]
  readonly what: Readonly<Record<string, unknown>> | null
  readonly personal: readonly { readonly subject: string; readonly data: unknown }[] | null
  readonly entry: string | null
}

/**
 * Entries about records, newest first. One statement, so that none is missed while it moves into the tree.
 * @param vault `null`: what is sealed stays sealed
 */
export async function entriesOfRecords(
  db: Queryable,
  vault: KeyVault | null,
  filter: RecordFilter,
  limit: number,
  offset = 0,
): Promise<RecordEntry[]> {
  const { model, ids, requestId } = filter
  const where = (request: Sql) => {
    const conditions = [sql`model IS NOT NULL`, sql`ids IS NOT NULL`]
    if (model !== undefined) conditions.push(sql`model = ${model}`)
    if (ids !== undefined) conditions.push(sql`ids && ${[...ids]}::int4[]`)
    if (requestId !== undefined) conditions.push(sql`${request} = ${requestId}`)
    return join(conditions, ' AND ')
  }
  const at = sql`to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at`
  const rows = await db.query<EntryRow>(sql`
    SELECT at, kind, request, uid, model, ids, what, personal, entry FROM (
      SELECT 1 AS later, id::int8, ${at}, kind, actor->>'requestId' AS request, (actor->>'uid')::int4 AS uid, model, ids, what, personal, NULL AS entry
      FROM hf_audit_pending WHERE ${where(sql`actor->>'requestId'`)}
      UNION ALL
      SELECT 0, id, ${at}, kind, request_id, uid, model, ids, NULL, NULL, entry FROM hf_audit_leaf WHERE ${where(sql`request_id`)}) e
    ORDER BY later DESC, id DESC LIMIT ${limit} OFFSET ${offset}`)
  return Promise.all(rows.map((row) => toEntry(db, vault, row, ids === undefined ? null : new Set(ids))))
}

async function toEntry(
  db: Queryable,
  vault: KeyVault | null,
  { at, kind, request, uid, model, ids, what, personal, entry }: EntryRow,
  wanted: ReadonlySet<number> | null,
): Promise<RecordEntry> {
  const common = { at, kind, requestId: request ?? '', uid, model, ids }
  const isWanted = (id: number) => wanted === null || wanted.has(id)
  if (entry === null) {
    const bySubject = new Map((personal ?? []).map(({ subject, data }) => [subject, data]))
    const data = ids.filter(isWanted).flatMap((id) => {
      const part = bySubject.get(`${model},${id}`)
      return isObject(part) ? [[id, part] as const] : []
    })
    return { ...common, what: what ?? {}, data: new Map(data) }
  }
  const leaf = parseLeaf(entry)
  // The parts about records stand in the order of the records.
  const parts = ids
    .map((id, part) => ({ id, part, sealed: leaf.personal?.[part] }))
    .filter(({ id, sealed }) => isWanted(id) && sealed?.about === 'event')
  const keyIds = new Set(parts.flatMap(({ sealed }) => (sealed ? [sealed.key] : [])))
  const keys = vault === null ? null : await readKeys(db, vault, leaf.log, keyIds)
  const data = parts.map(({ id, part, sealed }) => {
    const key = keys?.open.get(sealed?.key ?? '')
    const opened = key && sealed ? openPart(sealed.sealed, key, { log: leaf.log, index: leaf.index, part }) : null
    return [id, isObject(opened?.value) ? opened.value : null] as const
  })
  return { ...common, what: leaf.what, data: new Map(data) }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
