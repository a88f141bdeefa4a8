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

// What only repeats itself within a request (an elevation in a loop) is one entry with its count.
function together(notes: readonly NotedEvent[]): NotedEvent[] {
  const result: NotedEvent[] = []
  const places = new Map<string, number>()
  for (const noted of notes) {
    const { actor, event } = noted
    if (typeof event.what?.['count'] !== 'number' || event.ids !== undefined || event.personal !== undefined) {
      result.push(noted)
      continue
    }
    const { count, ...rest } = event.what
    const key = JSON.stringify([actor, event.kind, event.model, rest])
    const place = places.get(key)
    const earlier = place === undefined ? undefined : result[place]
    if (place === undefined || earlier === undefined) places.set(key, result.push(noted) - 1)
    else {
      const sum = Number(earlier.event.what?.['count']) + Number(count)
      result[place] = { actor, event: { ...earlier.event, what: { ...earlier.event.what, count: sum } } }
    }
  }
  return result
}
