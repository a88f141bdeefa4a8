/** The members of a compressed tar, in strict form: plain files one right after the other, and nothing beside them. */

import { createZstdDecompress } from 'node:zlib'
import { Readable } from 'node:stream'
import { type Extract, extract as makeExtract } from 'tar-stream'
import { AppError, ValidationError } from '../../../framework/errors.ts'

/** What an archive may cost to read. */
export interface ArchiveLimits {
  /** Bytes after decompression, at most. */
  readonly maxBytes: number
  /** How many bytes one compressed byte may become, above a start of 64 MiB. */
  readonly maxRatio: number
}

/** For objects that our own key authenticates: nobody else made them. */
export const OWN_LIMITS: ArchiveLimits = { maxBytes: Number.MAX_SAFE_INTEGER, maxRatio: Number.POSITIVE_INFINITY }
/** For a file from anywhere. */
export const FOREIGN_LIMITS: ArchiveLimits = { maxBytes: 200 * 1024 ** 3, maxRatio: 1_000 }

export interface Entry {
  readonly name: string
  readonly size: number
  /** To be read to its end before the next entry. */
  readonly body: AsyncIterable<Uint8Array>
}

const BLOCK = 512
const FREE_BYTES = 64 * 1024 * 1024
/** Zeros after the last member; GNU tar fills up to 10 KiB. */
const MAX_END_BYTES = 64 * 1024

/** @throws ValidationError ERR_ARCHIVE_FORMAT, ERR_ARCHIVE_MEMBER or ERR_ARCHIVE_LIMIT */
export async function* tarEntries(source: AsyncIterable<Uint8Array>, limits: ArchiveLimits): AsyncGenerator<Entry> {
  const extract = makeExtract()
  // Both ends wait for each other; a failure of either ends the other one.
  let failure: unknown = null
  const fail = (error: unknown): void => {
    failure ??= error
    extract.destroy(error as Error)
  }
  let written = 0
  const pump = (async (): Promise<void> => {
    for await (const chunk of unpacked(source, limits)) {
      written += chunk.length
      if (extract.destroyed) return
      if (!extract.write(chunk)) await untilDrained(extract)
    }
    extract.end(null)
  })().catch(fail)
  extract.on('error', (error: unknown) => {
    failure ??= error
  })
  let end = 0
  try {
    for await (const entry of extract) {
      const { name, size = 0, type } = entry.header
      const { byteOffset } = entry.header as { byteOffset?: number }
      // A link, a folder or an extended header would change what a name or size means: there is none in our format.
      if (type !== 'file' || byteOffset !== end + BLOCK || entry.header.linkname) throw outOfForm(name)
      end = byteOffset + Math.ceil(size / BLOCK) * BLOCK
      yield { name, size, body: named(entry, () => failure) }
    }
    await pump
    if (failure !== null) throw failure
    if (written - end < 2 * BLOCK || written - end > MAX_END_BYTES) throw outOfForm('the end')
  } catch (error) {
    throw asRefusal(failure ?? error)
  } finally {
    extract.destroy(new Error('no more is read'))
    await pump
  }
}

/** A member's bytes; a fault of the container is told as itself and not as a stream that closed. */
async function* named(entry: AsyncIterable<unknown>, failure: () => unknown): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of entry) yield chunk as Uint8Array
  } catch (error) {
    throw asRefusal(failure() ?? error)
  }
}

async function* unpacked(source: AsyncIterable<Uint8Array>, limits: ArchiveLimits): AsyncGenerator<Uint8Array> {
  let [packedBytes, bytes] = [0, 0]
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      packedBytes += chunk.length
      yield chunk
    }
  }
  const input = Readable.from(counted(), { objectMode: false })
  const zstd = createZstdDecompress()
  input.on('error', (error) => zstd.destroy(error))
  try {
    for await (const chunk of input.pipe(zstd) as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > limits.maxBytes || bytes > FREE_BYTES + packedBytes * limits.maxRatio) {
        throw new ValidationError(
          'ERR_ARCHIVE_LIMIT',
          'The archive unpacks to far more than its size allows; it is refused.',
        )
      }
      yield chunk
    }
    // Node may stop after the first frame where other programs read on: what only some would see is in no archive.
    if (zstd.bytesWritten !== packedBytes) throw outOfForm('the end')
  } finally {
    zstd.destroy()
    input.destroy()
  }
}

/** Returns when more may be written, or nobody reads any more. */
function untilDrained(extract: Extract): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      extract.off('drain', done)
      extract.off('close', done)
      resolve()
    }
    extract.on('drain', done)
    extract.on('close', done)
  })
}

function outOfForm(member: string): ValidationError {
  return new ValidationError(
    'ERR_ARCHIVE_MEMBER',
    `The archive holds something other than plain files at '${member.slice(0, 120)}'; it is refused.`,
  )
}

function asRefusal(error: unknown): unknown {
  if (error instanceof AppError) return error
  const code = (error as { code?: unknown }).code
  // Reading the file itself failed: that says nothing about the archive.
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return error
  return new ValidationError('ERR_ARCHIVE_FORMAT', 'The archive is damaged, cut off, or no archive of Holdfast.', {
    cause: error,
  })
}
