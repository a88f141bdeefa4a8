/** Reads a plain dump of pg_dump as data: tables go to files of their own; every other statement is counted and passed over. */

import { createReadStream, createWriteStream, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { AppError, ValidationError } from '../../../framework/errors.ts'
import { parseCopyLine } from './copy-text.ts'
import { linesOf } from './lines.ts'
import { StatementScanner } from './statement.ts'
import { parseCopy, parseCreateTable, parseSetval, type SourceColumn } from './table-definition.ts'

/** Fields in the order of the table's columns; null = SQL NULL. Values are PostgreSQL's text. */
export type SourceRow = readonly (string | null)[]

export interface SourceTable {
  readonly name: string
  readonly columns: readonly SourceColumn[]
  readonly count: number
  /** Reads the rows from disk, in the order of the dump; may be called again. */
  rows(): AsyncGenerator<SourceRow>
}

export interface Dump {
  /** Tables with data by name; those of other schemas than `public` as `schema.table`. Empty tables are among them. */
  readonly tables: ReadonlyMap<string, SourceTable>
  /** Where sequences stood. */
  readonly sequences: ReadonlyMap<string, { readonly value: number; readonly called: boolean }>
  /** Statements that were passed over, by their first words: `CREATE INDEX` → 512. */
  readonly passedOver: ReadonlyMap<string, number>
}

const maxTables = 20_000

/**
 * Reads the dump once, row data to files in `folder`.
 * @throws ValidationError ERR_IMPORT_DUMP_REFUSED (psql commands, server-side COPY, INSERT), ERR_IMPORT_DUMP_DAMAGED (cut off, no UTF-8, ragged rows)
 */
export async function readDump(source: AsyncIterable<Buffer>, folder: string): Promise<Dump> {
  const reader = new DumpReader(folder)
  try {
    for await (const lines of linesOf(source))
      for (const line of lines) if (reader.copying ? reader.data(line) : reader.sql(line)) await reader.drain()
    return await reader.finish()
  } catch (error) {
    await reader.abandon()
    if (error instanceof AppError) throw error
    throw asDamage(error, 'dump.sql')
  }
}

// What bytes that are no text, or a line without end, make the decoder and the splitter throw.
function asDamage(error: unknown, where: string): unknown {
  if ((error as { code?: unknown } | null)?.code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
    return damaged(`${where} is no UTF-8 text.`, error)
  return error instanceof RangeError ? damaged(error.message, error) : error
}

interface Spool extends SourceTable {
  count: number
  readonly file: string
}

class DumpReader {
  readonly #folder: string
  readonly #scanner = new StatementScanner()
  readonly #types = new Map<string, Map<string, string>>()
  readonly #tables = new Map<string, Spool>()
  readonly #sequences = new Map<string, { value: number; called: boolean }>()
  readonly #passedOver = new Map<string, number>()
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  #table: Spool | null = null
  #out: WriteStream | null = null
  #pending: Buffer[] = []
  #pendingBytes = 0
  #sawEnd = false

  constructor(folder: string) {
    this.#folder = folder
  }

  get copying(): boolean {
    return this.#table !== null
  }

  /** One line of SQL. @returns whether `drain` must be awaited before the next line */
  sql(line: Buffer): boolean {
    const text = this.#decoder.decode(line).replace(/\r$/, '')
    if (this.#scanner.idle && text === '-- PostgreSQL database dump complete') this.#sawEnd = true
    for (const part of this.#scanner.push(text)) {
      if (part.is === 'statement') this.#statement(part.text)
      // psql's own brackets around a dump since August 2025; every other psql command could run programs.
      else if (!/^\\(un)?restrict [A-Za-z0-9]+$/.test(part.line))
        throw refused(`The dump holds a psql command (${part.line.slice(0, 20)}).`)
    }
    return this.#table !== null
  }

  /** One line of data. */
  data(line: Buffer): boolean {
    if (line.length === 2 && line[0] === 0x5c && line[1] === 0x2e) {
      this.#table = null
      return true
    }
    if (this.#table) this.#table.count++
    this.#pending.push(line, newline)
    this.#pendingBytes += line.length + 1
    return this.#pendingBytes > 1 << 20
  }

  /** Writes what is held; opens and closes the files of tables. */
  async drain(): Promise<void> {
    if (this.#pending.length > 0 && this.#out) {
      const chunk = Buffer.concat(this.#pending)
      this.#pending = []
      this.#pendingBytes = 0
      if (!this.#out.write(chunk)) await once(this.#out, 'drain')
    }
    if (this.#table === null) await this.#closeFile()
    else if (this.#out === null) this.#out = createWriteStream(this.#table.file, { mode: 0o600 })
  }

  async finish(): Promise<Dump> {
    if (this.#table !== null || !this.#sawEnd || !this.#scanner.idle)
      throw damaged('dump.sql ends in the middle.', undefined)
    await this.#closeFile()
    return { tables: this.#tables, sequences: this.#sequences, passedOver: this.#passedOver }
  }

  async abandon(): Promise<void> {
    this.#out?.destroy()
  }

  async #closeFile(): Promise<void> {
    if (this.#out === null) return
    this.#out.end()
    await finished(this.#out)
    this.#out = null
  }

  #statement(text: string): void {
    const copy = parseCopy(text)
    if (copy === 'refused') throw refused('The dump holds a COPY that reads a file or runs a program on the server.')
    if (copy) {
      this.#begin(copy.table, copy.columns)
      return
    }
    if (/^INSERT\b/i.test(text))
      throw refused('The dump holds its rows as INSERT statements, which are not read; make it without --inserts.')
    if (/^SET client_encoding\b/i.test(text) && !/=\s*'UTF8'$/i.test(text)) throw refused('The dump is not in UTF-8.')
    const table = parseCreateTable(text)
    if (table) {
      const types = new Map<string, string>()
      for (const parent of table.inherits)
        for (const [name, type] of this.#types.get(parent) ?? []) types.set(name, type)
      for (const { name, type } of table.columns) types.set(name, type)
      this.#types.set(table.table, types)
      return
    }
    const sequence = parseSetval(text)
    if (sequence) this.#sequences.set(sequence.sequence, sequence)
    const kind = /^[A-Za-z]+(\s+[A-Za-z]+)?/.exec(text)?.[0].toUpperCase() ?? 'OTHER'
    this.#passedOver.set(kind, (this.#passedOver.get(kind) ?? 0) + 1)
  }

  #begin(name: string, columns: readonly string[]): void {
    if (this.#tables.has(name) || new Set(columns).size !== columns.length)
      throw damaged('dump.sql holds the data of a table, or a column of it, twice.', undefined)
    if (this.#tables.size >= maxTables) throw refused(`The dump holds more than ${maxTables} tables.`)
    const file = join(this.#folder, `table-${this.#tables.size}`)
    const types = this.#types.get(name)
    const table: Spool = {
      name,
      file,
      count: 0,
      columns: columns.map((c) => ({ name: c, type: types?.get(c) ?? 'text' })),
      rows: () => readRows(file, table),
    }
    this.#tables.set(name, table)
    this.#table = table
  }
}

const newline = Buffer.from('\n')

async function* readRows(file: string, table: SourceTable): AsyncGenerator<SourceRow> {
  const stream = createReadStream(file, { highWaterMark: 1 << 20 })
  try {
    for await (const lines of linesOf(stream as AsyncIterable<Buffer>)) {
      for (const line of lines) {
        const row = parseCopyLine(line)
        if (row.length !== table.columns.length && !(table.columns.length === 0 && line.length === 0))
          throw damaged(
            `A row of ${table.name} has ${row.length} fields instead of ${table.columns.length}.`,
            undefined,
          )
        yield row
      }
    }
  } catch (error) {
    throw asDamage(error, `A row of ${table.name}`)
  } finally {
    stream.destroy()
  }
}

function damaged(what: string, cause: unknown): ValidationError {
  return new ValidationError(
    'ERR_IMPORT_DUMP_DAMAGED',
    `The database dump in the zip is damaged. ${what} Nothing was imported; make the backup again.`,
    { cause },
  )
}

function refused(what: string): ValidationError {
  return new ValidationError('ERR_IMPORT_DUMP_REFUSED', `${what} It was not executed, and nothing was imported.`)
}
