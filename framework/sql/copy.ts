/** Bulk transfer by PostgreSQL's COPY, in text format, within a transaction. */

import { pipeline } from 'node:stream/promises'
import { from, to } from 'pg-copy-streams'
import { id, join, type Sql, sql } from './fragment.ts'
import type { Transaction } from './transaction.ts'
import { translate } from './translate.ts'

/** What is copied: a table of a schema with its columns in order. */
export interface CopyTarget {
  readonly schema: string
  readonly table: string
  readonly columns: readonly string[]
}

/**
 * A table's rows in COPY text format, one line per row. The transaction runs nothing else until the end; when the reader
 * stops before it, the connection is closed, for the server would go on sending.
 */
export async function* copyOut(tx: Transaction, target: CopyTarget): AsyncGenerator<Uint8Array> {
  const client = await tx.connection()
  const stream = client.query(to(sql`COPY ${what(target)} TO STDOUT`.compile().text))
  let isWhole = false
  try {
    for await (const chunk of stream) yield chunk as Uint8Array
    isWhole = true
  } catch (error) {
    isWhole = true // the server has ended it itself
    throw translate(error)
  } finally {
    if (!isWhole) await (client as unknown as { end(): Promise<void> }).end()
  }
}

/** Takes rows in COPY text format into a table; returns when the server has accepted all of them. */
export async function copyIn(tx: Transaction, target: CopyTarget, rows: AsyncIterable<Uint8Array>): Promise<void> {
  const client = await tx.connection()
  let failure: unknown = null
  const noting = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* rows
    } catch (error) {
      failure = error
      throw error
    }
  }
  try {
    await pipeline(noting(), client.query(from(sql`COPY ${what(target)} FROM STDIN`.compile().text)))
  } catch (error) {
    // The source's own fault comes back from the server as a failed COPY; the fault itself says more.
    throw failure ?? translate(error)
  }
}

function what(target: CopyTarget): Sql {
  const columns = join(target.columns.map((column) => id(column)))
  return target.columns.length === 0
    ? id(target.schema, target.table)
    : sql`${id(target.schema, target.table)} (${columns})`
}
