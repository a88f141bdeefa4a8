/** A small pool of connections to one tenant's database, opened late and closed when idle. */

import pg from 'pg'
import { UnavailableError } from '../errors.ts'
import type { Sql } from './fragment.ts'
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
  /** Connections at most; default 4. */
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

export interface QueryOptions {
  readonly signal?: AbortSignal
  /** Keep the server's plan under a name derived from the text (default true for texts below 20 kB). */
  readonly prepared?: boolean
}

// Values come as PostgreSQL prints them where a JavaScript type would lose something: dates stay text (UTC), int8 and numeric become numbers.
const types = new pg.TypeOverrides()
for (const oid of [1082, 1114, 1184, 1083]) types.setTypeParser(oid, (v: string) => v)
types.setTypeParser(20, (v: string) => Number(v))
types.setTypeParser(1700, (v: string) => Number(v))

export class Pool implements Queryable {
  readonly #pool: pg.Pool
  readonly #options: PoolOptions
  #closed = false

  constructor(options: PoolOptions) {
    this.#options = options
    this.#pool = new pg.Pool({
      ...clientConfig(options),
      max: options.max ?? 4,
      idleTimeoutMillis: options.idleTimeoutMs ?? 10_000,
      allowExitOnIdle: true,
    })
    // An idle connection that the server closes (sleep, restart) is no error of anybody's request.
    this.#pool.on('error', () => {})
    // A server that dies while a statement runs: the statement gets the error; without a listener the same error would end our process.
    this.#pool.on('connect', (client) => client.on('error', () => {}))
  }

  get busy(): boolean {
    return this.#pool.totalCount - this.#pool.idleCount > 0 || this.#pool.waitingCount > 0
  }

  async query<T extends Row = Row>(statement: Sql | FilledStatement, options: QueryOptions = {}): Promise<T[]> {
    const client = await this.connect()
    let failed: unknown
    try {
      return await runStatement<T>(client, statement, options, this.#options)
    } catch (error) {
      failed = error
      throw error
    } finally {
      client.release(isBroken(failed) ? true : undefined)
    }
  }

  /** A connection of one's own; the caller releases it. Only `sql/` itself uses it. */
  async connect(): Promise<pg.PoolClient> {
    if (this.#closed)
      throw new UnavailableError('ERR_SQL_CLOSED', 'The database is being closed; try again in a moment.')
    await this.#options.beforeConnect?.()
    try {
      return await this.#pool.connect()
    } catch (error) {
      throw translate(error)
    }
  }

  /** Waits for running statements, then closes every connection. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#pool.end()
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

/** Sends one statement on a connection; named statements keep their plan. */
export async function runStatement<T extends Row>(
  client: pg.ClientBase,
  statement: Sql | FilledStatement,
  options: QueryOptions,
  address: PoolOptions,
): Promise<T[]> {
  const { text, values } = statement.compile()
  const name = options.prepared !== false && text.length < 20_000 ? statementName(text) : undefined
  const config: pg.QueryConfig = { text, values: values as unknown[], ...(name === undefined ? {} : { name }) }
  const signal = options.signal
  signal?.throwIfAborted()
  const cancel = () => void cancelOnServer(client, address)
  signal?.addEventListener('abort', cancel, { once: true })
  try {
    return (await client.query(config)).rows as T[]
  } catch (error) {
    throw translate(error)
  } finally {
    signal?.removeEventListener('abort', cancel)
  }
}

interface Known {
  /** Under which the server keeps the plan; `undefined`: it plans anew each time. */
  readonly name: string | undefined
}

const seen = new Map<string, Known | null>()
let counter = 0

// How many rows a pattern matches only the pattern tells: a plan made without it sorts ten thousand rows to show eighty.
const needsItsValues = /LIKE \$\d/

// A plan is kept from the second time on that a text comes by: shapes that callers make up once leave nothing behind in
// the server. Names are per connection; a counter keeps them short. The memory of texts is bounded.
function statementName(text: string): string | undefined {
  const known = seen.get(text)
  if (known === undefined) {
    if (seen.size > 5_000) seen.clear()
    seen.set(text, null)
    return undefined
  }
  if (known !== null) return known.name
  const name = needsItsValues.test(text) ? undefined : `s${(counter++).toString(36)}`
  seen.set(text, { name })
  return name
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
