/**
 * Reads an archive as hostile input: one pass, bounded memory, every member in its place and of its declared size and
 * hash. Nothing is written anywhere; what to do with the content is the caller's.
 */

import { createHash } from 'node:crypto'
import { ValidationError } from '../../../framework/errors.ts'
import type { SchemaDescription } from '../schema/description.ts'
import { parseSchema } from '../schema/parse-schema.ts'
import { type ArchiveFacts, type Manifest, type Member, parseFacts, parseManifest } from './manifest.ts'
import {
  FACTS,
  FOR_STRANGERS,
  hashOfFile,
  MANIFEST,
  MAX_FILE_BYTES,
  MAX_PART_BYTES,
  MAX_TEXT_BYTES,
  partName,
  SCHEMA,
} from './members.ts'
import { parseJson } from './shape.ts'
import { type ArchiveLimits, type Entry, tarEntries } from './tar-entries.ts'
import { countRows } from './write-archive.ts'

/** What is done with the content; all of it is refused later if the end of the archive does not fit. */
export interface ArchiveHandler {
  /** The checked description, before any row. */
  begin?(facts: ArchiveFacts, schema: SchemaDescription): Promise<void>
  /** A part of a table's rows in COPY text format; must be read to its end. */
  rows?(table: string, rows: AsyncIterable<Uint8Array>): Promise<void>
  file?(hash: string, bytes: Uint8Array): Promise<void>
}

export interface ArchiveReport {
  readonly facts: ArchiveFacts
  readonly schema: SchemaDescription
  readonly missingFiles: Manifest['missingFiles']
  readonly files: number
  readonly rows: number
  readonly bytes: number
}

/**
 * Reads the plain form (tar in zstd).
 * @throws ValidationError with a code of ERR_ARCHIVE_… that names what failed
 */
export async function readArchive(
  source: AsyncIterable<Uint8Array>,
  limits: ArchiveLimits,
  handler: ArchiveHandler = {},
): Promise<ArchiveReport> {
  const reader = new Reader(handler)
  for await (const entry of tarEntries(source, limits)) await reader.take(entry)
  return reader.end()
}

class Reader {
  readonly #handler: ArchiveHandler
  readonly #members: Member[] = []
  #facts: ArchiveFacts | null = null
  #schema: SchemaDescription | null = null
  #manifest: Manifest | null = null
  /** How many of the members after rows and files have come. */
  #tail = 0
  #table = 0
  #part = 1
  #rowsOfTable = 0
  #rows = 0
  #files = 0
  #lastFile = ''

  constructor(handler: ArchiveHandler) {
    this.#handler = handler
  }

  /** Members come in one order only, so each is either the next one or wrong. */
  async take(entry: Entry): Promise<void> {
    const head = [FACTS, SCHEMA][this.#members.length]
    if (head !== undefined) {
      if (entry.name !== head) throw unexpected(entry.name)
      const text = await this.#text(entry)
      if (head === FACTS) this.#facts = parseFacts(text)
      else this.#schema = this.#matchingSchema(text)
      if (head === SCHEMA) await this.#handler.begin?.(this.#known.facts, this.#known.schema)
      return
    }
    const hash = hashOfFile(entry.name)
    if (entry.name === [...FOR_STRANGERS, MANIFEST][this.#tail]) await this.#takeTail(entry)
    else if (this.#tail > 0) throw unexpected(entry.name)
    else if (hash !== null) await this.#takeFile(entry, hash)
    else await this.#takeRows(entry)
  }

  end(): ArchiveReport {
    if (this.#manifest === null) throw truncated()
    const { facts, schema } = this.#known
    return {
      facts,
      schema,
      missingFiles: this.#manifest.missingFiles,
      files: this.#files,
      rows: this.#rows,
      bytes: this.#members.reduce((sum, member) => sum + member.size, 0),
    }
  }

  async #takeRows(entry: Entry): Promise<void> {
    // Tables without rows have no member.
    if (this.#files > 0) throw unexpected(entry.name)
    let table = this.#known.facts.tables[this.#table]
    while (table !== undefined && this.#rowsOfTable === table.rows) table = this.#nextTable()
    if (table === undefined || entry.name !== partName(table.name, this.#part++)) throw unexpected(entry.name)
    if (entry.size > MAX_PART_BYTES || entry.size === 0) throw tooLarge(entry.name)
    const { name, rows: declared } = table
    const body = this.#body(entry, (chunk, isLast) => {
      this.#rowsOfTable += countRows(chunk)
      if (this.#rowsOfTable > declared || (isLast && chunk.at(-1) !== 10)) throw wrongRows(name)
    })
    if (this.#handler.rows === undefined) await drain(body)
    else await this.#handler.rows(name, body)
    if (this.#members.at(-1)?.name !== entry.name) throw unexpected(entry.name)
  }

  async #takeFile(entry: Entry, hash: string): Promise<void> {
    this.#finishTables()
    if (entry.size > MAX_FILE_BYTES) throw tooLarge(entry.name)
    if (hash <= this.#lastFile) throw unexpected(entry.name)
    this.#lastFile = hash
    if (++this.#files > this.#known.facts.files) throw unexpected(entry.name)
    const body = this.#body(entry)
    if (this.#handler.file === undefined) await drain(body)
    else await this.#handler.file(hash, await collect(body))
  }

  async #takeTail(entry: Entry): Promise<void> {
    this.#finishTables()
    this.#tail++
    if (entry.name === MANIFEST) return this.#takeManifest(entry)
    if (entry.size > MAX_TEXT_BYTES) throw tooLarge(entry.name)
    await drain(this.#body(entry))
  }

  async #takeManifest(entry: Entry): Promise<void> {
    const seen = [...this.#members]
    const manifest = parseManifest(await this.#text(entry))
    if (manifest.id !== this.#known.facts.id) throw unexpected(entry.name)
    if (manifest.members.length !== seen.length) throw truncated()
    manifest.members.forEach((declared, index) => {
      const found = seen[index]
      if (found === undefined || found.name !== declared.name) throw unexpected(declared.name)
      if (found.size !== declared.size || found.sha256 !== declared.sha256) throw changed(declared.name)
    })
    if (this.#files + manifest.missingFiles.length !== this.#known.facts.files) throw truncated()
    this.#manifest = manifest
  }

  #matchingSchema(text: string): SchemaDescription {
    const schema = parseSchema(parseJson(text, SCHEMA))
    const described = new Set(schema.tables.map((table) => table.name))
    const counted = this.#facts?.tables ?? []
    if (counted.length !== described.size || counted.some((table) => !described.has(table.name)))
      throw unexpected(SCHEMA)
    return schema
  }

  #nextTable(): ArchiveFacts['tables'][number] | undefined {
    this.#rows += this.#rowsOfTable
    this.#rowsOfTable = 0
    this.#part = 1
    return this.#known.facts.tables[++this.#table]
  }

  #finishTables(): void {
    const { tables } = this.#known.facts
    for (let table = tables[this.#table]; table !== undefined; table = this.#nextTable()) {
      if (this.#rowsOfTable !== table.rows) throw wrongRows(table.name)
    }
  }

  async #text(entry: Entry): Promise<string> {
    if (entry.size > MAX_TEXT_BYTES) throw tooLarge(entry.name)
    return (await collect(this.#body(entry))).toString('utf8')
  }

  async *#body(entry: Entry, check?: (chunk: Uint8Array, isLast: boolean) => void): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256')
    let size = 0
    for await (const chunk of entry.body) {
      size += chunk.length
      hash.update(chunk)
      check?.(chunk, size === entry.size)
      yield chunk
    }
    if (size !== entry.size) throw truncated()
    this.#members.push({ name: entry.name, size, sha256: hash.digest('hex') })
  }

  get #known(): { facts: ArchiveFacts; schema: SchemaDescription } {
    if (this.#facts === null || this.#schema === null) throw truncated()
    return { facts: this.#facts, schema: this.#schema }
  }
}

async function drain(body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of body);
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of body) parts.push(part)
  return Buffer.concat(parts)
}

function unexpected(member: string): ValidationError {
  return new ValidationError(
    'ERR_ARCHIVE_MEMBER',
    `The archive holds a member that does not belong there: '${member.slice(0, 120)}'; it is refused.`,
  )
}

function changed(member: string): ValidationError {
  return new ValidationError(
    'ERR_ARCHIVE_HASH',
    `The archive's member '${member.slice(0, 120)}' is not what its manifest says; it is damaged or was changed.`,
  )
}

function truncated(): ValidationError {
  return new ValidationError('ERR_ARCHIVE_TRUNCATED', 'The archive is not complete: its end is missing.')
}

function wrongRows(table: string): ValidationError {
  return new ValidationError(
    'ERR_ARCHIVE_ROWS',
    `The archive's table '${table}' has not the number of rows that it declares; the archive is damaged.`,
  )
}

function tooLarge(member: string): ValidationError {
  return new ValidationError(
    'ERR_ARCHIVE_LIMIT',
    `The archive's member '${member.slice(0, 120)}' is larger than the format allows; the archive is refused.`,
  )
}
