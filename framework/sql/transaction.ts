/** Transactions with retry on serialization failure and deadlock. */

import type pg from 'pg'
import type { Sql } from './fragment.ts'
import type { FilledStatement } from './template.ts'
import {
  type Cancellation,
  isBroken,
  type Pool,
  type Queryable,
  type QueryOptions,
  type Row,
  runStatement,
} from './pool.ts'
import { isRetryable, translate } from './translate.ts'

export interface TransactionOptions {
  /** Default `repeatable read`: one snapshot for the whole request, as in Odoo. */
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable'
  readonly readOnly?: boolean
  /** Tries in all; default 30, with growing pauses: a crowd on one record gets through. The function runs again from its beginning, so it keeps its effects inside the transaction. */
  readonly tries?: number
  readonly signal?: Cancellation
}

export class Transaction implements Queryable {
  readonly #client: pg.ClientBase
  readonly #pool: Pool
  readonly #signal: Cancellation | undefined
  readonly #afterCommit: (() => void | Promise<void>)[] = []
  #savepoints = 0

  constructor(client: pg.ClientBase, pool: Pool, signal: Cancellation | undefined) {
    this.#client = client
    this.#pool = pool
    this.#signal = signal
  }

  query<T extends Row = Row>(statement: Sql | FilledStatement, options: QueryOptions = {}): Promise<T[]> {
    const signal = options.signal ?? this.#signal
    return runStatement<T>(
      this.#client,
      statement,
      signal === undefined ? options : { ...options, signal },
      this.#pool.options,
    )
  }

  /** Runs `fn` in a savepoint: an error inside undoes only what `fn` did. */
  async savepoint<T>(fn: () => Promise<T>): Promise<T> {
    const name = `hf_${++this.#savepoints}`
    await this.#client.query(`SAVEPOINT ${name}`)
    try {
      const result = await fn()
      await this.#client.query(`RELEASE SAVEPOINT ${name}`)
      return result
    } catch (error) {
      await this.#client.query(`ROLLBACK TO SAVEPOINT ${name}`)
      throw error
    }
  }

  /** Registers work for after the commit; never runs when the transaction is rolled back. */
  afterCommit(work: () => void | Promise<void>): void {
    this.#afterCommit.push(work)
  }

  /** Runs what was registered; only `withTransaction` calls it. */
  async runAfterCommit(): Promise<void> {
    for (const work of this.#afterCommit) await work()
  }

  /** The raw connection, for COPY streams of `sql/copy.ts`. */
  get client(): pg.ClientBase {
    return this.#client
  }
}

/** Runs `fn` in one transaction; commits when it returns, rolls back when it throws, repeats when PostgreSQL says that it may succeed. */
export async function withTransaction<T>(
  pool: Pool,
  fn: (tx: Transaction) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const tries = options.tries ?? 30
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(pool, fn, options)
    } catch (error) {
      if (attempt >= tries || !isRetryable(error) || options.signal?.aborted) throw error
      // Full jitter, so that two losers do not meet again.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(250, 10 * 2 ** attempt)))
    }
  }
}

async function once<T>(pool: Pool, fn: (tx: Transaction) => Promise<T>, options: TransactionOptions): Promise<T> {
  const client = await pool.connect()
  let failure: unknown
  try {
    await client.query(
      `BEGIN ISOLATION LEVEL ${options.isolation ?? 'repeatable read'}${options.readOnly ? ' READ ONLY' : ''}`,
    )
    const tx = new Transaction(client, pool, options.signal)
    const result = await fn(tx)
    await client.query('COMMIT')
    await tx.runAfterCommit()
    return result
  } catch (error) {
    failure = translateDriver(error)
    await client.query('ROLLBACK').catch(() => {})
    throw failure
  } finally {
    client.release(isBroken(failure) ? true : undefined)
  }
}

// COMMIT itself can fail (deferred constraints, serialization): those errors come raw from the driver.
function translateDriver(error: unknown): unknown {
  return typeof (error as { code?: unknown } | null)?.code === 'string' && 'severity' in (error as object)
    ? translate(error)
    : error
}
