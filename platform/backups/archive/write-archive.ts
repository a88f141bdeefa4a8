/** Writes an archive as a stream: a tar whose members appear in the documented order, then zstd. Memory is bounded. */

import { createHash } from 'node:crypto'
import { constants, createZstdCompress } from 'node:zlib'
import { pack as makePack } from 'tar-stream'
import { fileName, FORMAT, MANIFEST, PART_BYTES, partName, VERSION } from './members.ts'
import type { Manifest, Member } from './manifest.ts'

/** zstd's default: about 250 MB/s on one core, and a third smaller than level 1. */
const COMPRESSION_LEVEL = 3

export interface ArchiveWriter {
  addText(name: string, text: string): Promise<void>
  /** Adds a table's rows (COPY text format) in as many parts as they need. */
  addRows(table: string, rows: AsyncIterable<Uint8Array>): Promise<{ parts: number; rows: number }>
  addFile(hash: string, bytes: Uint8Array): Promise<void>
  /** Notes an attachment that a row names and that cannot be read. */
  missFile(name: string, reason: string): void
}

/** What was written, before sealing. */
export interface ArchiveTotals {
  readonly members: number
  /** Sum of the members' sizes. */
  readonly bytes: number
  readonly missingFiles: Manifest['missingFiles']
}

/**
 * Runs `fill` and passes the finished, compressed bytes to `sink` while it runs; ends with the manifest.
 * Whichever of the two fails first stops the other.
 */
export async function writeArchive(
  id: string,
  takenAt: Date,
  fill: (writer: ArchiveWriter) => Promise<void>,
  sink: (archive: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<ArchiveTotals> {
  const pack = makePack()
  const members: Member[] = []
  const missingFiles: Manifest['missingFiles'][number][] = []
  const add = async (name: string, bytes: Buffer): Promise<void> => {
    members.push({ name, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
    await new Promise<void>((resolve, reject) => {
      pack.entry({ name, size: bytes.length, mode: 0o600, mtime: takenAt }, bytes, (error) =>
        error ? reject(error) : resolve(),
      )
    })
  }
  const writer: ArchiveWriter = {
    addText: (name, text) => add(name, Buffer.from(text)),
    addRows: async (table, rows) => {
      let [part, count] = [0, 0]
      for await (const piece of wholeRows(rows)) {
        await add(partName(table, ++part), piece.bytes)
        count += piece.rows
      }
      return { parts: part, rows: count }
    },
    addFile: (hash, bytes) => add(fileName(hash), Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
    missFile: (name, reason) => void missingFiles.push({ name, reason }),
  }
  // Each end breaks the other one's pipe: what is told is the fault that came first.
  let fault: unknown = null
  const fail = (error: unknown): never => {
    fault ??= error
    pack.destroy(error as Error)
    throw error
  }
  const produce = async (): Promise<void> => {
    try {
      await fill(writer)
      const manifest: Manifest = { format: FORMAT, version: VERSION, id, members: [...members], missingFiles }
      await writer.addText(MANIFEST, `${JSON.stringify(manifest, null, 1)}\n`)
      pack.finalize()
    } catch (error) {
      fail(error)
    }
  }
  const consume = async (): Promise<void> => {
    try {
      await sink(compress(pack))
    } catch (error) {
      fail(error)
    }
  }
  const ended = await Promise.allSettled([produce(), consume()])
  if (ended.some(({ status }) => status === 'rejected')) throw fault
  return { members: members.length, bytes: members.reduce((sum, member) => sum + member.size, 0), missingFiles }
}

/** One zstd frame with a checksum. */
async function* compress(source: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  const zstd = createZstdCompress({
    params: { [constants.ZSTD_c_compressionLevel]: COMPRESSION_LEVEL, [constants.ZSTD_c_checksumFlag]: 1 },
  })
  // Each chunk is done before the next one: with some of them waiting at `end`, Node would add a second, empty frame.
  const feed = (async (): Promise<void> => {
    for await (const chunk of source) {
      await new Promise<void>((resolve, reject) => {
        zstd.write(chunk, (error) => (error ? reject(error) : resolve()))
      })
    }
    zstd.end()
  })()
  feed.catch((error: unknown) => zstd.destroy(error as Error))
  try {
    for await (const chunk of zstd) yield chunk as Uint8Array
    await feed
  } finally {
    zstd.destroy()
  }
}

/** Cuts a stream of rows into pieces that end at a row's end. */
async function* wholeRows(source: AsyncIterable<Uint8Array>): AsyncGenerator<{ bytes: Buffer; rows: number }> {
  let held: Buffer[] = []
  let [size, rows] = [0, 0]
  for await (const chunk of source) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const end = bytes.lastIndexOf(10) + 1
    rows += countRows(bytes)
    if (size + bytes.length >= PART_BYTES && end > 0) {
      yield { bytes: Buffer.concat([...held, bytes.subarray(0, end)]), rows }
      // A copy: the driver may use its buffer again.
      held = end < bytes.length ? [Buffer.from(bytes.subarray(end))] : []
      size = bytes.length - end
      rows = 0
    } else {
      held.push(Buffer.from(bytes))
      size += bytes.length
    }
  }
  if (size > 0) yield { bytes: Buffer.concat(held), rows }
}

/** How many rows end within these bytes: COPY writes a line feed inside of a value as `\n`. */
export function countRows(bytes: Uint8Array): number {
  let rows = 0
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) rows++
  return rows
}
