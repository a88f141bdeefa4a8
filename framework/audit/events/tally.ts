/**
 * Events that come in floods (failed sign-ins, keys in use): the first of a sort is written at once, those that follow are
 * counted and told now and then. Bounded in memory and in the log, per tenant and process.
 */

import type { Queryable } from '../../sql/index.ts'
import { type NotedEvent, writeNoted } from './gathered.ts'

/** Entries of a sort that a tenant writes at once per minute; more are only counted, together. */
const freshPerMinute = 20
/** Sorts that are counted apart; more are counted together. */
const mostSorts = 1_000
const firstWindowMs = 60_000
const longestWindowMs = 3_600_000
/** Times in a row that a database takes no counts before they are given up. */
const mostFailures = 5

interface Sort {
  readonly noted: NotedEvent
  count: number
  sinceMs: number
  windowMs: number
  dueMs: number
}

interface Page {
  readonly sorts: Map<string, Sort>
  fresh: number
  minute: number
  failures: number
  timer: NodeJS.Timeout | undefined
}

export class Tally {
  readonly #pages = new WeakMap<Queryable, Page>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /**
   * Notes that it happened once more. Resolves when the entry is in the log, where it is the first of its sort.
   * @param sort what is counted together: names source and account, say
   */
  async note(db: Queryable, sort: string, noted: NotedEvent): Promise<void> {
    const page = this.#pageOf(db)
    const now = this.#now()
    const known = page.sorts.get(sort)
    if (known) {
      known.count++
      return
    }
    const minute = Math.floor(now / 60_000)
    if (page.minute !== minute) Object.assign(page, { minute, fresh: 0 })
    if (page.fresh >= freshPerMinute || page.sorts.size >= mostSorts) {
      this.#count(db, page, `* ${noted.event.kind}`, others(noted), 1)
      return
    }
    page.fresh++
    this.#count(db, page, sort, noted, 0)
    await writeNoted(db, [{ actor: noted.actor, event: withCount(noted, 1) }])
  }

  #pageOf(db: Queryable): Page {
    const page = this.#pages.get(db) ?? { sorts: new Map(), fresh: 0, minute: 0, failures: 0, timer: undefined }
    this.#pages.set(db, page)
    return page
  }

  #count(db: Queryable, page: Page, sort: string, noted: NotedEvent, count: number): void {
    const known = page.sorts.get(sort)
    if (known) {
      known.count += count
      return
    }
    const now = this.#now()
    page.sorts.set(sort, { noted, count, sinceMs: now, windowMs: firstWindowMs, dueMs: now + firstWindowMs })
    page.timer ??= setInterval(() => void this.#tellInTime(db, page), firstWindowMs).unref()
  }

  // What cannot be written waits for the next time; a database that is closed has none.
  async #tellInTime(db: Queryable, page: Page): Promise<void> {
    try {
      await this.tell(db)
      page.failures = 0
    } catch {
      if (++page.failures < mostFailures) return
      clearInterval(page.timer)
      this.#pages.delete(db)
    }
  }

  /** Writes the counts whose time has come. A failure leaves them for the next time. @param all those that could wait, too */
  async tell(db: Queryable, all = false): Promise<void> {
    const page = this.#pages.get(db)
    if (!page) return
    const now = this.#now()
    const told: NotedEvent[] = []
    const done: { sort: Sort; count: number }[] = []
    for (const [key, sort] of page.sorts) {
      if (!all && sort.dueMs > now) continue
      if (sort.count === 0) page.sorts.delete(key)
      else {
        const since = new Date(sort.sinceMs).toISOString()
        told.push({ actor: sort.noted.actor, event: withCount(sort.noted, sort.count, { since }) })
        done.push({ sort, count: sort.count })
      }
    }
    if (page.sorts.size === 0) {
      clearInterval(page.timer)
      page.timer = undefined
    }
    await writeNoted(db, told)
    for (const { sort, count } of done) {
      sort.count -= count
      sort.sinceMs = now
      sort.windowMs = Math.min(longestWindowMs, sort.windowMs * 2)
      sort.dueMs = now + sort.windowMs
    }
  }
}

function withCount({ event }: NotedEvent, count: number, more: object = {}): NotedEvent['event'] {
  return { ...event, what: { ...event.what, ...more, count } }
}

// Of those that are counted together nothing is kept that tells one from the other.
function others({ actor, event }: NotedEvent): NotedEvent {
  return {
    actor: { ...actor, uid: null, source: null, requestId: 'several' },
    event: { kind: event.kind, what: { others: true } },
  }
}
