/** Several statements in one message to the server: one round trip, and after a failure none of the rest runs. */

import pg from 'pg'
import type { Row } from '../pool.ts'
import type { KnownText } from './known-texts.ts'

/** One statement with its values; a name makes the server keep its plan. */
export interface BatchItem {
  readonly text: string
  readonly values: readonly unknown[]
  readonly name: string | undefined
  /** What is remembered of the text. */
  readonly known: KnownText | undefined
}

/** What came back: results of the statements that ran, and the driver's error of the one that failed. */
export interface BatchOutcome {
  readonly results: readonly { readonly command: string; readonly rows: Row[] }[]
  readonly error?: unknown
}

/** Sends all items before it waits for any answer. Never rejects: an error stands beside the results before it. */
export async function sendBatch(
  client: pg.ClientBase,
  items: readonly BatchItem[],
  types: pg.CustomTypesConfig,
): Promise<BatchOutcome> {
  const batch = new Batch(items, types)
  return await (client.query(batch as unknown as pg.Submittable) as unknown as PromiseLike<BatchOutcome>)
}

interface Connection {
  readonly stream: { cork?(): void; uncork?(): void }
  readonly parsedStatements: Record<string, string>
  readonly submittedNamedStatements: Record<string, string>
  parse(statement: { readonly text: string; readonly name?: string }): void
  sync(): void
  on(event: 'parseComplete', listener: () => void): void
  removeListener(event: 'parseComplete', listener: () => void): void
}

// The driver's own query does the talking about one statement; its parts that the driver's types leave out.
interface DriverQuery {
  callback: (error: unknown, result: { readonly command: string | null; readonly rows: Row[] }) => void
  prepare(connection: Connection): void
  handleRowDescription(message: unknown): void
  handleDataRow(message: unknown): void
  handleCommandComplete(message: unknown, connection: Connection): void
  handleEmptyQuery(connection: Connection): void
  handlePortalSuspended(connection: Connection): void
  handleReadyForQuery(connection: Connection): void
}

// PostgreSQL protocol 3.0, "Extended Query": with one Sync at the end, an error discards all messages up to it.
class Batch implements PromiseLike<BatchOutcome> {
  /** What the driver's observers see. */
  readonly text: string
  readonly #queries: readonly DriverQuery[]
  readonly #results: { command: string; rows: Row[] }[] = []
  readonly #outcome = Promise.withResolvers<BatchOutcome>()
  #connection: Connection | undefined
  #parsing: { text: string; name?: string }[] = []

  constructor(items: readonly BatchItem[], types: pg.CustomTypesConfig) {
    this.text = items.map((item) => item.text).join(';\n')
    this.#queries = items.map(({ text, values, name }) => {
      // Whatever cannot be bound has to be found before anything is sent.
      for (const value of values) (value as { toPostgres?(): never } | null)?.toPostgres?.()
      const config = { text, values, types, queryMode: 'extended', ...(name === undefined ? {} : { name }) }
      const query = new pg.Query(config as never) as unknown as DriverQuery
      query.callback = (error, { command, rows } = { command: null, rows: [] }) => {
        if (!error) this.#results.push({ command: command ?? '', rows })
      }
      return query
    })
  }

  // biome-ignore lint/suspicious/noThenProperty: the driver hands back what it was given, so this is its own promise
  then<A, B>(
    done?: ((outcome: BatchOutcome) => A | PromiseLike<A>) | null,
    failed?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#outcome.promise.then(done, failed) as Promise<A | B>
  }

  submit(connection: Connection): null {
    this.#connection = connection
    const noted: Connection = Object.assign(Object.create(connection) as Connection, {
      sync: () => {},
      parse: (statement: { text: string; name?: string }) => {
        this.#parsing.push(statement)
        connection.parse(statement)
      },
    })
    connection.stream.cork?.()
    try {
      for (const query of this.#queries) query.prepare(noted)
      connection.sync()
    } finally {
      connection.stream.uncork?.()
    }
    if (this.#parsing.length > 0) connection.on('parseComplete', this.#onParsed)
    return null
  }

  readonly #onParsed = (): void => {
    const statement = this.#parsing.shift()
    if (!statement?.name || !this.#connection) return
    this.#connection.parsedStatements[statement.name] = statement.text
    delete this.#connection.submittedNamedStatements[statement.name]
  }

  #end(): void {
    this.#connection?.removeListener('parseComplete', this.#onParsed)
    for (const { name } of this.#parsing) if (name) delete this.#connection?.submittedNamedStatements[name]
  }

  get #current(): DriverQuery | undefined {
    return this.#queries[this.#results.length]
  }

  handleRowDescription(message: unknown): void {
    this.#current?.handleRowDescription(message)
  }

  handleDataRow(message: unknown): void {
    this.#current?.handleDataRow(message)
  }

  handleCommandComplete(message: unknown, connection: Connection): void {
    const query = this.#current
    query?.handleCommandComplete(message, connection)
    // Its callback counts it among the results, so the next message belongs to the next statement.
    query?.handleReadyForQuery(connection)
  }

  handleEmptyQuery(connection: Connection): void {
    this.#current?.handleReadyForQuery(connection)
  }

  handlePortalSuspended(connection: Connection): void {
    this.#current?.handlePortalSuspended(connection)
  }

  handleError(error: unknown): void {
    this.#end()
    this.#outcome.resolve({ results: this.#results, error })
  }

  handleReadyForQuery(): void {
    this.#end()
    this.#outcome.resolve({ results: this.#results })
  }
}
