/** Events that are gathered while a transaction runs and written with its COMMIT, in one statement. */

import type { AtCommit, Queryable, Transaction } from '../../sql/index.ts'
import { type AuditActor, type AuditEvent, insertEvents } from './record.ts'

/** An event and whose it is. */
export interface NotedEvent {
  readonly actor: AuditActor
  readonly event: AuditEvent
}

const atCommit: AtCommit<NotedEvent> = { statement: (notes) => insertEvents(together(notes)) }

/** Notes an event of a transaction: it is in the log when that commits, and only then. */
export function noteInTransaction(tx: Transaction, noted: NotedEvent): void {
  tx.note(atCommit, noted)
}

/** Writes events that no transaction carries. */
export async function writeNoted(db: Queryable, notes: readonly NotedEvent[]): Promise<void> {
  if (notes.length > 0) await db.query(insertEvents(together(notes)))
}

// What repeats itself within a request is one entry: an elevation in a loop, records that are read or written one after the other.
function together(notes: readonly NotedEvent[]): NotedEvent[] {
  const result: NotedEvent[] = []
  const places = new Map<string, number>()
  for (const noted of notes) {
    const key = keyOf(noted)
    const place = key === null ? undefined : places.get(key)
    const earlier = place === undefined ? undefined : result[place]
    const merged = earlier === undefined ? null : merge(earlier, noted)
    if (merged !== null && place !== undefined) result[place] = merged
    else {
      const at = result.push(noted) - 1
      if (key !== null) places.set(key, at)
    }
  }
  return result
}

/** Those with the same key may become one; `null`: it stands by itself. */
function keyOf({ actor, event: { kind, model, what, ids } }: NotedEvent): string | null {
  const isSteps = typeof what?.['step'] === 'number' && ids?.length === 1
  const isCount = typeof what?.['count'] === 'number' && ids === undefined
  if (!isCount && kind !== 'record.read' && !isSteps) return null
  const { count: _, step: __, fields, ...rest } = what ?? {}
  return JSON.stringify([actor, kind, model, rest, kind === 'record.read' ? null : fields])
}

function merge({ actor, event: a }: NotedEvent, { event: b }: NotedEvent): NotedEvent | null {
  if (a.kind === 'record.read') {
    const union = (one: unknown, two: unknown) => [...new Set([...((one ?? []) as []), ...((two ?? []) as [])])]
    const what = { ...a.what, fields: union(a.what?.['fields'], b.what?.['fields']) }
    return { actor, event: { ...a, ids: union(a.ids, b.ids), what } }
  }
  if (typeof a.what?.['step'] === 'number') return nextStep(actor, a, b)
  const count = Number(a.what?.['count']) + Number(b.what?.['count'])
  return { actor, event: { ...a, what: { ...a.what, count } } }
}

// Only where nothing else was done in between, so that what happened to a record keeps its order.
function nextStep(actor: NotedEvent['actor'], a: NotedEvent['event'], b: NotedEvent['event']): NotedEvent | null {
  const ids = a.ids ?? []
  const [added = 0] = b.ids ?? []
  // Records come in the order of their ids, so one look tells whether it is a new one.
  const isNext = Number(a.what?.['step']) + ids.length === b.what?.['step'] && added > (ids.at(-1) ?? 0)
  if (!isNext)
    return null
    // Grown in place: copying lists of a thousand a thousand times would cost more than writing them.
  ;(ids as number[]).push(added)
  ;(a.personal as unknown[] | undefined)?.push(...(b.personal ?? []))
  return { actor, event: a }
}
