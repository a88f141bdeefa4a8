/** A small pool of connections to one tenant's database, opened late and closed when idle. */

import pg from 'pg'
import { UnavailableError } from '../errors.ts'
import type { BatchItem } from './wire/batch.ts'
import type { Sql } from './fragment.ts'
import { type KnownText, noteDuration, noteText } from './wire/known-texts.ts'
import { Lane } from './wire/lane.ts'
import { send } from './wire/send.ts'
import type { FilledStatement } from './template.ts'
import { translate } from './translate.ts'

/** Where and as whom to connect. A `password` function is asked at each connect, so that a rotated credential counts at once. */
export interface DatabaseAddress {
  /** Folder of the unix socket, or a host name. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string | (() => string | Promise<string>)
  /** TLS settings where the host is not a socket. */
  readonly ssl?: pg.ClientConfig['ssl']
}

export interface PoolOptions extends DatabaseAddress {
  /** Connections at most; default 7: four for anything, one that quick statements share (`wire/lane.ts`), two for searches by pattern. */
  readonly max?: number
  /** Milliseconds after which an unused connection closes; default 10 000. */
  readonly idleTimeoutMs?: number
  /** Milliseconds that one statement may take; default 30 000. 0 = no limit. */
  readonly statementTimeoutMs?: number
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string
  /** Called when a query begins, so that an owner can note use or wake an instance. */
  readonly beforeConnect?: () => Promise<void>
}

export type Row = Record<string, unknown>

/** Anything that runs SQL: a pool (each statement by itself) or a transaction. */
export interface Queryable {
  /** Runs one statement, returns its rows. `signal` cancels it in the server. */
  query<T extends Row = Row>(statement: Sql | FilledStatement, options?: QueryOptions): Promise<T[]>
}

/** Tells that nobody waits for the answer any more. An AbortSignal is one; a request has a lighter one of its own. */
export interface Cancellation {
  readonly aborted: boolean
  throwIfAborted(): void
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

export interface QueryOptions {
  readonly signal?: Cancellation
  /** Keep the server's plan under a name derived from the text (default true for texts below 20 kB). */
  readonly prepared?: boolean
}

/** Values come as PostgreSQL prints them where a JavaScript type would lose something: dates stay text (UTC), int8 and numeric become numbers. */
export const types = new pg.TypeOverrides()
for (const oid of [1082, 1114, 1184, 1083]) types.setTypeParser(oid, (v: string) => v)
types.setTypeParser(20, (v: string) => Number(v))
types.setTypeParser(1700, (v: string) => Number(v))

export class Pool implements Queryable {
  readonly #pool: pg.Pool
  readonly #lane: Lane | null
  /** For statements whose plan depends on their values. */
  readonly #byValue: pg.Pool | null
  readonly #options: PoolOptions
  #closed = false

  constructor(options: PoolOptions) {
    this.#options = options
    const max = options.max ?? 7
    const idleTimeoutMillis = options.idleTimeoutMs ?? 10_000
    this.#lane = max >= 3 ? new Lane(clientConfig(options), idleTimeoutMillis) : null
    const open = (size: number, settings = '') => {
      const config = clientConfig(options)
      const pool = new pg.Pool({
        ...config,
        options: `${config.options}${settings}`,
        max: size,
        idleTimeoutMillis,
        allowExitOnIdle: true,
      })
      // An idle connection that the server closes (sleep, restart) is no error of anybody's request.
      pool.on('error', () => {})
      // A server that dies while a statement runs: the statement gets the error; without a listener the same error would end our process.
      pool.on('connect', (client) => client.on('error', () => {}))
      return pool
    }
    const byValue = max >= 6 ? 2 : max >= 4 ? 1 : 0
    this.#byValue = byValue > 0 ? open(byValue, ' -c plan_cache_mode=force_custom_plan') : null
    this.#pool = open(max - byValue - (this.#lane === null ? 0 : 1))
  }

  get busy(): boolean {
    const inUse = (pool: pg.Pool) => pool.totalCount - pool.idleCount > 0 || pool.waitingCount > 0
    return inUse(this.#pool) || this.#lane?.busy === true || (this.#byValue !== null && inUse(this.#byValue))
  }

  async query<T extends Row = Row>(statement: Sql | FilledStatement, options: QueryOptions = {}): Promise<T[]> {
    const { text, values } = statement.compile()
    const known = options.prepared === false ? undefined : noteText(text)
    if (known !== undefined && this.#lane?.takes(known) === true) {
      options.signal?.throwIfAborted()
      await this.#begin()
      try {
        return await this.#lane.run<T>(text, values, known)
      } catch (error) {
        throw translate(error)
      }
    }
    const custom = known?.byValue === true && known.runs > 1 && hasRoom(this.#byValue) ? this.#byValue : null
    const client = await this.#connect(custom ?? this.#pool)
    let failed: unknown
    try {
      const name = custom !== null || known?.byValue !== true ? known?.name : undefined
      return await runText<T>(client, text, values, known, name, options.signal, this.#options)
    } catch (error) {
      failed = error
      throw error
    } finally {
      client.release(isBroken(failed) ? true : undefined)
    }
  }

  /** A connection of one's own; the caller releases it. Only `sql/` itself uses it. */
  connect(): Promise<pg.PoolClient> {
    return this.#connect(this.#pool)
  }

  async #connect(pool: pg.Pool): Promise<pg.PoolClient> {
    await this.#begin()
    try {
      return await pool.connect()
    } catch (error) {
      throw translate(error)
    }
  }

  #begin(): Promise<void> | undefined {
    if (this.#closed)
      throw new UnavailableError('ERR_SQL_CLOSED', 'The database is being closed; try again in a moment.')
    return this.#options.beforeConnect?.()
  }

  /** Waits for running statements, then closes every connection. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await Promise.all([this.#pool.end(), this.#lane?.close(), this.#byValue?.end()])
  }

  get options(): PoolOptions {
    return this.#options
  }
}

/** The configuration of the driver for one address. */
export function clientConfig(options: PoolOptions): pg.ClientConfig {
  return {
    host: options.host,
    port: options.port,
    database: options.database,
    user: options.user,
    password: options.password,
    ...(options.ssl === undefined ? {} : { ssl: options.ssl }),
    types,
    application_name: options.applicationName ?? 'holdfast',
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    connectionTimeoutMillis: 10_000,
    options: '-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=iso_8601',
  }
}

/** A statement as the driver takes it, under a name where its plan is worth keeping. */
export function toItem(statement: Sql | FilledStatement, options: QueryOptions): BatchItem {
  const { text, values } = statement.compile()
  const known = options.prepared === false ? undefined : noteText(text)
  return { text, values, name: known?.byValue === true ? undefined : known?.name, known }
}

function hasRoom(pool: pg.Pool | null): boolean {
  return pool !== null && (pool.idleCount > 0 || pool.totalCount < (pool.options.max ?? 0))
}

async function runText<T extends Row>(
  client: pg.ClientBase,
  text: string,
  values: readonly unknown[],
  known: KnownText | undefined,
  name: string | undefined,
  signal: Cancellation | undefined,
  address: PoolOptions,
): Promise<T[]> {
  return cancelling(client, address, signal, async () => {
    const sentAt = performance.now()
    try {
      const rows = await send<T>(client, text, values, name)
      if (known !== undefined) noteDuration(known, performance.now() - sentAt)
      return rows
    } catch (error) {
      throw translate(error)
    }
  })
}

/** Waits for an answer; a signal cancels in the server whatever the connection is running. */
export async function cancelling<T>(
  client: pg.ClientBase,
  address: PoolOptions,
  signal: Cancellation | undefined,
  run: () => Promise<T>,
): Promise<T> {
  if (!signal) return run()
  signal.throwIfAborted()
  const cancel = () => void cancelOnServer(client, address)
  signal.addEventListener('abort', cancel)
  try {
    return await run()
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

async function cancelOnServer(client: pg.ClientBase, address: PoolOptions): Promise<void> {
  const pid = (client as unknown as { processID?: number }).processID
  if (pid === undefined) return
  const other = new pg.Client(clientConfig(address))
  try {
    await other.connect()
    await other.query('SELECT pg_catalog.pg_cancel_backend($1)', [pid])
  } catch {
    // The statement's own time-out still bounds it.
  } finally {
    await other.end().catch(() => {})
  }
}

/** Whether a connection is unusable after this error. */
export function isBroken(error: unknown): boolean {
  if (error === undefined) return false
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = (cause as { code?: unknown }).code
  return typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code) || code.startsWith('57P') || code.startsWith('08')
}

export function openPool(options: PoolOptions): Pool {
  return new Pool(options)
}
