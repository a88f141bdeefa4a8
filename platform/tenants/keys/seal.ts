import { createCipheriv, createDecipheriv } from 'node:crypto'
import { ValidationError } from '../../../framework/errors.ts'
import {
  damaged,
  HEADER_PREFIX_BYTES,
  headerLength,
  makeHeader,
  readHeader,
  type SealedKind,
  type SealHeader,
} from './seal-header.ts'
import type { TenantKeys } from './tenant-keys.ts'

/** Plaintext bytes per chunk. */
export const CHUNK_BYTES = 65_536
const TAG_BYTES = 16
const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES

/**
 * Seals a stream for one tenant in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015, as used by age):
 * 64 KiB chunks under AES-256-GCM, the chunk's number and a last-chunk flag in the nonce, the header's hash beside them.
 */
export async function* sealStream(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  keys: TenantKeys,
  sealed: SealedKind,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { bytes, header } = makeHeader(keys, sealed)
  yield bytes
  let counter = 0
  for await (const { chunk, isLast } of inPieces(source, CHUNK_BYTES)) {
    yield sealChunk(header, counter++, isLast, chunk)
  }
}

/**
 * Opens a sealed stream and yields only authenticated bytes; whether the end is the true end is known when the generator
 * returns, so a caller must not act on the content before that.
 * @throws ValidationError ERR_SEAL_FORMAT, ERR_SEAL_FOREIGN, ERR_SEAL_KIND or ERR_SEAL_DAMAGED.
 */
export async function* openSealed(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  keys: TenantKeys,
  expected: { readonly kind: string },
): AsyncGenerator<Uint8Array, SealHeader, undefined> {
  const input = new ByteReader(source)
  const prefix = await input.take(HEADER_PREFIX_BYTES)
  const header = readHeader(keys, prefix, await input.take(headerLength(prefix)))
  if (header.kind !== expected.kind) {
    throw new ValidationError('ERR_SEAL_KIND', 'The sealed object is of another kind than what was asked for.')
  }
  let counter = 0
  for await (const { chunk, isLast } of inPieces(input.rest(), SEALED_CHUNK_BYTES)) {
    if (chunk.length < TAG_BYTES) throw damaged()
    // Only an empty object has an empty chunk: otherwise one content would have two sealed forms.
    if (chunk.length === TAG_BYTES && counter > 0) throw damaged()
    yield openChunk(header, counter++, isLast, chunk)
  }
  return header
}

/** Seals bytes that fit in memory. */
export async function sealBytes(bytes: Uint8Array, keys: TenantKeys, sealed: SealedKind): Promise<Uint8Array> {
  return collect(sealStream([bytes], keys, sealed))
}

/** Opens bytes that fit in memory; all of them are authenticated when it returns. @throws as `openSealed`. */
export async function openBytes(
  sealed: Uint8Array,
  keys: TenantKeys,
  expected: { readonly kind: string },
): Promise<Uint8Array> {
  return collect(openSealed([sealed], keys, expected))
}

function sealChunk(header: SealHeader, counter: number, isLast: boolean, chunk: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', header.payloadKey, nonceOf(counter, isLast))
  cipher.setAAD(header.digest)
  return Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()])
}

function openChunk(header: SealHeader, counter: number, isLast: boolean, chunk: Uint8Array): Uint8Array {
  const decipher = createDecipheriv('aes-256-gcm', header.payloadKey, nonceOf(counter, isLast))
  decipher.setAAD(header.digest)
  decipher.setAuthTag(chunk.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(chunk.subarray(0, -TAG_BYTES)), decipher.final()])
  } catch (cause) {
    throw damaged(cause)
  }
}

/** 11 bytes of counter and one byte that is 1 in the last chunk only. */
function nonceOf(counter: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeBigUInt64BE(BigInt(counter), 3)
  nonce.writeUInt8(isLast ? 1 : 0, 11)
  return nonce
}

/** Cuts a stream into pieces of one size, looking one byte ahead so that the last piece is known to be the last. */
async function* inPieces(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  size: number,
): AsyncGenerator<{ chunk: Uint8Array; isLast: boolean }> {
  let held: Uint8Array[] = []
  let heldBytes = 0
  for await (const part of source) {
    if (part.length === 0) continue
    held.push(part)
    heldBytes += part.length
    if (heldBytes <= size) continue
    const joined = Buffer.concat(held)
    let start = 0
    for (; joined.length - start > size; start += size)
      yield { chunk: joined.subarray(start, start + size), isLast: false }
    held = [joined.subarray(start)]
    heldBytes = joined.length - start
  }
  yield { chunk: Buffer.concat(held), isLast: true }
}

class ByteReader {
  readonly #iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>
  #held: Uint8Array = new Uint8Array()

  constructor(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  }

  /** Exactly `size` bytes, or an error when the stream ends before. */
  async take(size: number): Promise<Uint8Array> {
    while (this.#held.length < size) {
      const next = await this.#iterator.next()
      if (next.done === true) throw new ValidationError('ERR_SEAL_FORMAT', 'The sealed object ends inside its header.')
      this.#held = Buffer.concat([this.#held, next.value])
    }
    const taken = this.#held.subarray(0, size)
    this.#held = this.#held.subarray(size)
    return taken
  }

  async *rest(): AsyncGenerator<Uint8Array> {
    yield this.#held
    try {
      for (let next = await this.#iterator.next(); next.done !== true; next = await this.#iterator.next())
        yield next.value
    } finally {
      await this.#iterator.return?.()
    }
  }
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of source) parts.push(part)
  return Buffer.concat(parts)
}
