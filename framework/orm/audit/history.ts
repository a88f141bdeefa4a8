/** What happened to records, as far as the caller may read records and fields now. What is hidden leaves no trace. */

import { entriesOfRecords, type RecordEntry } from '../../audit/index.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'
import type { RecordSet } from '../model/record-set.ts'
import { Names } from './names.ts'
import { valueIn } from './value-in.ts'

/** One record changed in one request. */
export interface HistoryRow {
  readonly id: number
  /** `YYYY-MM-DD HH:MM:SS`, UTC. */
  readonly date: string
  readonly user_id: readonly [number, string] | false
  /** Names the request, for the server's log and for `undo_change`. */
  readonly request: string
  readonly event: 'created' | 'written'
  /** Whether nobody wrote it, but it followed from something else. */
  readonly computed: boolean
  readonly changes: readonly HistoryChange[]
}

export interface HistoryChange {
  readonly field: string
  readonly old: unknown
  readonly new: unknown
}

/** Entries that are looked at for one page: a history of which the caller may see next to nothing ends there. */
const mostEntries = 2_000
const batch = 100
const longestPage = 200

/** Changes of these records, newest first. Records that the caller may not read are absent, like those that are not there. */
export async function historyOf(records: RecordSet, limit: number, offset: number): Promise<HistoryRow[]> {
  const { env, info } = records
  const wanted = Math.min(Math.max(limit, 1), longestPage)
  const { ids } = await records.exists()
  if (ids.length === 0) return []
  const filter = { model: info.name, ids }
  const seen: HistoryRow[] = []
  for (let from = 0; from < mostEntries && seen.length < offset + wanted; from += batch) {
    const entries = await entriesOfRecords(env.db, env.vault, filter, batch, from)
    seen.push(...(await visible(records, entries)))
    if (entries.length < batch) break
  }
  return seen.slice(Math.max(offset, 0), Math.max(offset, 0) + wanted)
}

async function visible({ env, info }: RecordSet, entries: readonly RecordEntry[]): Promise<HistoryRow[]> {
  const names = new Names(env)
  const drafts = entries.flatMap((entry) => {
    const event = eventOf(entry)
    if (event === null) return []
    if (entry.uid !== null) names.want('res.users', [entry.uid])
    return [...entry.data].flatMap(([id, data]) => {
      const told = Object.entries(data ?? {}).flatMap(([name, value]) => {
        const field = readable(env, info, name)
        if (!field) return []
        const change = { field, ...valueIn(env, field, event, value) }
        names.wantOf(field, change.old, change.now)
        return [change]
      })
      return told.length === 0 ? [] : [{ entry, event, id, told }]
    })
  })
  await names.load()
  return drafts.flatMap(({ entry, event, id, told }) => {
    const changes = told
      .map(({ field, old, now }) => ({ field: field.name, old: names.shown(field, old), new: names.shown(field, now) }))
      .filter((change) => JSON.stringify(change.old) !== JSON.stringify(change.new))
    if (changes.length === 0) return []
    const user_id = entry.uid === null ? (false as const) : names.pair('res.users', entry.uid)
    const date = entry.at.slice(0, 19).replace('T', ' ')
    return [{ id, date, user_id, request: entry.requestId, event, computed: entry.what['computed'] === true, changes }]
  })
}

function eventOf({ kind, what }: RecordEntry): HistoryRow['event'] | null {
  const verb = kind.endsWith('.changed') ? what['operation'] : kind
  if (verb === 'record.created' || verb === 'create') return 'created'
  return verb === 'record.written' || verb === 'write' ? 'written' : null
}

/** A field that the caller may read now; `null` for any other, which does not exist for him. */
function readable(env: RecordSet['env'], info: ModelInfo, name: string): FieldInfo | null {
  const field = info.fields.get(name)
  return field && field.options.secret !== true && env.grant.field(info.name, name, 'read') ? field : null
}
