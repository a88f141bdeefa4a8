/** Transactions with retry on serialization failure and deadlock. They begin with their first statement. */

import type pg from 'pg'
import { type BatchItem, sendBatch } from './wire/batch.ts'
import { type Sql, sql } from './fragment.ts'
import type { FilledStatement } from './template.ts'
import {
  type Cancellation,
  cancelling,
  isBroken,
  type Pool,
  type Queryable,
  type QueryOptions,
  type Row,
  toItem,
  types,
} from './pool.ts'
import { isRetryable, Refused, translate } from './translate.ts'
import { noteDuration } from './wire/known-texts.ts'

export interface TransactionOptions {
  /** Default `repeatable read`: one snapshot for the whole request, as in Odoo. */
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable'
  readonly readOnly?: boolean
  /** Tries in all; default 30, with growing pauses: a crowd on one record gets through. The function runs again from its beginning, so it keeps its effects inside the transaction. */
  readonly tries?: number
  readonly signal?: Cancellation
  /** What must hold for the transaction to mean anything; looked at in the snapshot of its first statement. */
  readonly guard?: Guard
}

/** A condition that travels with the first statement, so that it costs no round trip of its own. */
export interface Guard {
  /** Gives one row. */
  readonly statement: Sql
  /** @throws what the transaction shall fail with */
  check(row: Row | undefined): void
  /** The same as a predicate, for a statement that is a whole transaction. */
  readonly clause: Sql
  /**
   * Goes with the COMMIT of a transaction of several round trips: fails where what the guard looks at has changed since the snapshot.
   */
  readonly last?: Sql
}

/**
 * Makes a statement that refuses itself: where something does not hold, it divides by zero, and the transaction runs
 * again without short cuts. `guard` is a predicate that has to hold as well; `isLast`: nobody gets its rows any more.
 */
export type MakeStatement = (guard: Sql, isLast: boolean) => Sql

/** Gets the rows of a statement that was put off, where it did not go with the COMMIT. */
export type TakeRows = (rows: Row[]) => void

/** Something that is written once for a whole transaction, with its COMMIT, of all that was noted on the way. */
export interface AtCommit<T> {
  /** The statement for all notes, in their order; never called without any. */
  statement(notes: readonly T[]): Sql
}

/** From so many on, statements whose rows are wanted take a round trip before the COMMIT. */
const manyStatements = 8

interface Asked {
  readonly statement: Sql | FilledStatement
  readonly options: QueryOptions
  readonly resolve: (rows: Row[]) => void
  readonly reject: (error: unknown) => void
}

export class Transaction implements Queryable {
  /** Whether statements that refuse themselves may be sent; not in the run after one was refused. */
  readonly mayShorten: boolean
  readonly #pool: Pool
  readonly #options: TransactionOptions
  readonly #afterCommit: (() => void | Promise<void>)[] = []
  #client: pg.PoolClient | undefined
  #isOpen = false
  #isEnded = false
  #savepoints = 0
  /** The error after which PostgreSQL takes nothing more. */
  #failure: unknown
  #put: { readonly make: MakeStatement; readonly take?: TakeRows }[] = []
  readonly #notes = new Map<AtCommit<unknown>, unknown[]>()
  #asked: Asked[] = []
  #isSending = false

  constructor(pool: Pool, options: TransactionOptions, mayShorten: boolean) {
    this.#pool = pool
    this.#options = options
    this.mayShorten = mayShorten
  }

  /** Statements asked for at the same moment go out together. */
  query<T extends Row = Row>(statement: Sql | FilledStatement, options: QueryOptions = {}): Promise<T[]> {
    return new Promise<Row[]>((resolve, reject) => {
      this.#asked.push({ statement, options, resolve, reject })
      if (!this.#isSending) void this.#sendAsked()
    }) as Promise<T[]>
  }

  async #sendAsked(): Promise<void> {
    this.#isSending = true
    // Calls that were made together come to their statement by ways of different length.
    for (let turn = 0; turn < 12; turn++) await null
    while (this.#asked.length > 0) {
      const asked = this.#asked.splice(0)
      try {
        const { results, error } = await this.#send(
          asked.map(({ statement }) => statement),
          asked,
        )
        for (const [i, one] of asked.entries()) {
          const rows = results[i]
          if (rows) one.resolve(rows)
          else one.reject(error)
        }
      } catch (error) {
        for (const one of asked) one.reject(error)
      }
    }
    this.#isSending = false
  }

  /** Keeps a change or check until the next statement or the end, whichever comes first; there it goes with the COMMIT. */
  postpone(make: MakeStatement, take?: TakeRows): void {
    this.#put.push(take === undefined ? { make } : { make, take })
  }

  /** Runs a change as the last statement, together with the COMMIT. */
  async finish<T extends Row = Row>(make: MakeStatement): Promise<T[]> {
    this.#put.push({ make })
    return (await this.#commit()) as T[]
  }

  /** Notes something to be written when the transaction commits, in the same round trip, and only then. */
  note<T>(kind: AtCommit<T>, entry: T): void {
    if (this.#isEnded) throw new TypeError('The transaction is over; nothing can be noted after its last statement.')
    const key = kind as AtCommit<unknown>
    const notes = this.#notes.get(key)
    if (notes) notes.push(entry)
    else this.#notes.set(key, [entry])
  }

  #noted(): Sql[] {
    const all = [...this.#notes].filter(([, notes]) => notes.length > 0)
    this.#notes.clear()
    return all.map(([kind, notes]) => kind.statement(notes))
  }

  /** What `finish` or the end of `withTransaction` does. Gives the rows of the last change that was put off. */
  async #commit(): Promise<Row[]> {
    const { guard } = this.#options
    await this.#sendMany()
    const noted = this.#noted()
    // Where there is nothing but notes, the guard is asked by itself.
    if (!this.#isOpen && this.#put.length === 0 && noted.length > 0) await this.#send([])
    if (!this.#isOpen && this.#put.length === 0) {
      // Nothing was asked of the database; whether what memory said still holds, was not either.
      if (guard) guard.check((await this.#pool.query(guard.statement))[0])
      this.#isEnded = true
      return []
    }
    const items: BatchItem[] = this.#isOpen ? [] : [this.#begin()]
    const lasted = this.#isOpen
    const from = items.length
    this.#takePut(items, lasted || !guard ? sql`TRUE` : guard.clause, true)
    const to = items.length
    for (const statement of noted) items.push(toItem(statement, {}))
    if (lasted && guard?.last) items.push(toItem(guard.last, {}))
    const last = items.length
    items.push(control('COMMIT'))
    this.#isOpen = true
    const { results, error } = await this.#talk(items, this.#options.signal)
    if (error !== undefined) throw this.#fail(explain(error, results.length >= from && results.length < to))
    // An error that somebody swallowed makes PostgreSQL roll back where it was asked to commit.
    if (results[last]?.command !== 'COMMIT')
      throw this.#fail(translate(new TypeError('The transaction had failed before.')))
    this.#isEnded = true
    return to > from ? (results[to - 1]?.rows ?? []) : []
  }

  // Many whose rows somebody wants go ahead of the last: what is noted of them is then written at once.
  async #sendMany(): Promise<void> {
    if (this.#put.filter(({ take }) => take !== undefined).length < manyStatements) return
    const last = this.#put.splice(-1)
    await this.#send([])
    this.#put.push(...last)
  }

  /** Sends statements behind what has to go before them: BEGIN, the guard, what was put off. */
  async #send(
    statements: readonly (Sql | FilledStatement)[],
    asked: readonly Asked[] = [],
  ): Promise<{ results: Row[][]; error?: unknown }> {
    if (this.#isEnded) throw new TypeError('The transaction is over; nothing can follow its last statement.')
    if (this.#failure !== undefined) throw this.#failure
    const { guard } = this.#options
    const items: BatchItem[] = []
    const isFirst = !this.#isOpen
    if (isFirst) {
      items.push(this.#begin())
      if (guard) items.push(toItem(guard.statement, {}))
      this.#isOpen = true
    }
    const putAt = items.length
    const takers = this.#takePut(items, sql`TRUE`, false)
    const from = items.length
    for (const [i, statement] of statements.entries()) items.push(toItem(statement, asked[i]?.options ?? {}))
    const signal = asked.find(({ options }) => options.signal)?.options.signal ?? this.#options.signal
    const { results, error } = await this.#talk(items, signal)
    if (isFirst && guard && results.length > 1) {
      try {
        guard.check(results[1]?.rows[0])
      } catch (stale) {
        throw this.#fail(stale)
      }
    }
    const isShortcut = results.length >= putAt && results.length < from
    const failure = error === undefined ? undefined : this.#fail(explain(error, isShortcut))
    if (failure !== undefined && results.length < from) throw failure
    for (const [i, take] of takers.entries()) take?.(results[putAt + i]?.rows ?? [])
    return {
      results: results.slice(from).map(({ rows }) => rows),
      ...(failure === undefined ? {} : { error: failure }),
    }
  }

  #takePut(items: BatchItem[], guard: Sql, isLast: boolean): (TakeRows | undefined)[] {
    const put = this.#put.splice(0)
    for (const [i, { make }] of put.entries()) items.push(toItem(make(i === 0 ? guard : sql`TRUE`, isLast), {}))
    return put.map(({ take }) => take)
  }

  async #talk(items: readonly BatchItem[], signal: Cancellation | undefined): ReturnType<typeof sendBatch> {
    const client = await this.#connected()
    const sentAt = performance.now()
    const outcome = await cancelling(client, this.#pool.options, signal, () => sendBatch(client, items, types))
    // Of each it is known only how long all took together.
    const ms = performance.now() - sentAt
    for (const { known } of items) if (known !== undefined) noteDuration(known, ms)
    return outcome
  }

  // What was begun together may have failed while this waited for a connection: then nobody would give it back.
  async #connected(): Promise<pg.PoolClient> {
    if (this.#client) return this.#client
    const client = await this.#pool.connect()
    if (this.#isEnded) {
      client.release()
      throw new TypeError('The transaction was over before its statement was sent.')
    }
    this.#client = client
    return client
  }

  #begin(): BatchItem {
    const { isolation, readOnly } = this.#options
    return control(`BEGIN ISOLATION LEVEL ${isolation ?? 'repeatable read'}${readOnly ? ' READ ONLY' : ''}`)
  }

  #fail(error: unknown): unknown {
    this.#failure = error
    return error
  }

  /** Runs `fn` in a savepoint: an error inside undoes only what `fn` did. */
  async savepoint<T>(fn: () => Promise<T>): Promise<T> {
    const name = `hf_${++this.#savepoints}`
    const client = await this.connection()
    const before = [...this.#notes].map(([kind, notes]) => [kind, notes.length] as const)
    await client.query(`SAVEPOINT ${name}`)
    try {
      const result = await fn()
      await this.connection()
      await client.query(`RELEASE SAVEPOINT ${name}`)
      return result
    } catch (error) {
      if (this.#failure instanceof Refused) throw this.#failure
      this.#put = []
      const kept = new Map(before)
      for (const [kind, notes] of this.#notes) notes.length = kept.get(kind) ?? 0
      await client.query(`ROLLBACK TO SAVEPOINT ${name}`)
      this.#failure = undefined
      throw error
    }
  }

  /** Registers work for after the commit; never runs when the transaction is rolled back. */
  afterCommit(work: () => void | Promise<void>): void {
    this.#afterCommit.push(work)
  }

  /** The raw connection with everything done that was asked for so far; for COPY streams of `sql/copy.ts`. */
  async connection(): Promise<pg.ClientBase> {
    if (!this.#isOpen || this.#put.length > 0) await this.#send([])
    return this.#client as pg.ClientBase
  }

  /** Commits, and runs what was registered; only `withTransaction` calls it. */
  async end(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    if (!this.#isEnded) await this.#commit()
    this.#release(undefined)
    for (const work of this.#afterCommit) await work()
  }

  /** Rolls back; only `withTransaction` calls it. */
  async abandon(error: unknown): Promise<void> {
    const isPending = this.#isOpen && !this.#isEnded
    this.#isEnded = true
    if (isPending) await this.#client?.query('ROLLBACK').catch(() => {})
    this.#release(error)
  }

  #release(error: unknown): void {
    this.#client?.release(isBroken(error) ? true : undefined)
    this.#client = undefined
  }
}

const controls = new Map<string, BatchItem>()

function control(text: string): BatchItem {
  const known = controls.get(text)
  if (known) return known
  const item: BatchItem = { text, values: [], name: `hf_${text.replaceAll(' ', '_').toLowerCase()}`, known: undefined }
  controls.set(text, item)
  return item
}

// Whatever a shortened statement fails with, the long way says it in the right words and at the right moment.
function explain(error: unknown, isShortcut: boolean): unknown {
  const known = translate(error)
  if (!isShortcut || known.status === 503 || isRetryable(known)) return known
  return new Refused('A short cut would not do.', { cause: known })
}

/** Runs `fn` in one transaction; commits when it returns, rolls back when it throws, repeats when PostgreSQL says that it may succeed. */
export async function withTransaction<T>(
  pool: Pool,
  fn: (tx: Transaction) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const tries = options.tries ?? 30
  let mayShorten = true
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(new Transaction(pool, options, mayShorten), fn)
    } catch (error) {
      if (error instanceof Refused && mayShorten) {
        mayShorten = false
        attempt--
        continue
      }
      if (attempt >= tries || !isRetryable(error) || options.signal?.aborted) throw error
      // Full jitter, so that two losers do not meet again.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(250, 10 * 2 ** attempt)))
    }
  }
}

async function once<T>(tx: Transaction, fn: (tx: Transaction) => Promise<T>): Promise<T> {
  try {
    const result = await fn(tx)
    await tx.end()
    return result
  } catch (error) {
    const failure = translateDriver(error)
    await tx.abandon(failure)
    throw failure
  }
}

// Errors of savepoints and COPY come raw from the driver.
function translateDriver(error: unknown): unknown {
  return typeof (error as { code?: unknown } | null)?.code === 'string' && 'severity' in (error as object)
    ? translate(error)
    : error
}
