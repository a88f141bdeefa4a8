import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import { ValidationError } from '../../../framework/errors.ts'
import type { TenantKeys } from './tenant-keys.ts'

/** What a sealed object is: bound to it, so that one kind or tenant's object never passes for another's. */
export interface SealedKind {
  /** At most 200 ASCII characters, such as `backup` or `file:<hash>`. */
  readonly kind: string
  /** The tenant's generation when it was sealed. */
  readonly generation: number
}

/** A parsed header together with what the payload needs. */
export interface SealHeader extends SealedKind {
  readonly tenantId: string
  readonly keyVersion: number
  /** SHA-256 over all header bytes: the associated data of every chunk. */
  readonly digest: Uint8Array
  readonly payloadKey: Uint8Array
}

const MAGIC = Buffer.from('HFSEAL\x00\x01', 'latin1') // the last byte is the version of the format
/** Magic and the length of the rest, in bytes. */
export const HEADER_PREFIX_BYTES = MAGIC.length + 4
/** No honest header comes near it; bounds what a hostile one can make us read. */
const MAX_HEADER_BYTES = 512
const WRAPPED_KEY_BYTES = 12 + 32 + 16
const SALT_BYTES = 32

/**
 * Builds the header of a new object: magic, length, tenant id (16), generation (8), key version (4), kind (1 + n),
 * wrapped data key (60), salt (32); integers big-endian.
 */
export function makeHeader(keys: TenantKeys, sealed: SealedKind): { bytes: Uint8Array; header: SealHeader } {
  if (!/^[\x21-\x7e]{1,200}$/.test(sealed.kind))
    throw new RangeError('The kind of a sealed object is 1–200 ASCII characters.')
  const bound = Buffer.alloc(16 + 8 + 4 + 1 + sealed.kind.length)
  tenantIdBytes(keys.tenantId).copy(bound, 0)
  bound.writeBigUInt64BE(BigInt(sealed.generation), 16)
  bound.writeUInt32BE(keys.sealVersion, 24)
  bound.writeUInt8(sealed.kind.length, 28)
  bound.write(sealed.kind, 29, 'latin1')
  const dataKey = randomBytes(32)
  const salt = randomBytes(SALT_BYTES)
  const wrapped = wrapDataKey(keys.sealKey(keys.sealVersion), dataKey, bound)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bound.length + wrapped.length + salt.length)
  const bytes = Buffer.concat([MAGIC, length, bound, wrapped, salt])
  const header = {
    ...sealed,
    tenantId: keys.tenantId,
    keyVersion: keys.sealVersion,
    digest: createHash('sha256').update(bytes).digest(),
    payloadKey: payloadKey(dataKey, salt),
  }
  return { bytes, header }
}

/** How many header bytes follow the prefix. @throws ValidationError ERR_SEAL_FORMAT for foreign or damaged input. */
export function headerLength(prefix: Uint8Array): number {
  const bytes = Buffer.from(prefix)
  if (bytes.length < HEADER_PREFIX_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw notSealed()
  const length = bytes.readUInt32BE(MAGIC.length)
  if (length > MAX_HEADER_BYTES) throw notSealed()
  return length
}

/**
 * Reads and authenticates a header against the tenant's keys.
 * @throws ValidationError ERR_SEAL_FORMAT, ERR_SEAL_FOREIGN (another tenant's) or ERR_SEAL_DAMAGED.
 */
export function readHeader(keys: TenantKeys, prefix: Uint8Array, rest: Uint8Array): SealHeader {
  const body = Buffer.from(rest)
  const kindLength = body.length > 28 ? body.readUInt8(28) : 0
  if (body.length !== 29 + kindLength + WRAPPED_KEY_BYTES + SALT_BYTES) throw notSealed()
  const bound = body.subarray(0, 29 + kindLength)
  if (!tenantIdBytes(keys.tenantId).equals(bound.subarray(0, 16))) {
    throw new ValidationError('ERR_SEAL_FOREIGN', 'This sealed object belongs to another database.')
  }
  const keyVersion = bound.readUInt32BE(24)
  const wrapped = body.subarray(bound.length, bound.length + WRAPPED_KEY_BYTES)
  const salt = body.subarray(bound.length + WRAPPED_KEY_BYTES)
  const dataKey = unwrapDataKey(keys.sealKey(keyVersion), wrapped, bound)
  return {
    tenantId: keys.tenantId,
    generation: Number(bound.readBigUInt64BE(16)),
    keyVersion,
    kind: bound.toString('latin1', 29),
    digest: createHash('sha256').update(prefix).update(body).digest(),
    payloadKey: payloadKey(dataKey, salt),
  }
}

/** What is thrown for anything that an attacker or a bad disk changed. */
export function damaged(cause?: unknown): ValidationError {
  return new ValidationError('ERR_SEAL_DAMAGED', 'The sealed object is damaged or was changed; it is refused.', {
    cause,
  })
}

function notSealed(): ValidationError {
  return new ValidationError(
    'ERR_SEAL_FORMAT',
    'This is not an object sealed by Holdfast, or its beginning is damaged.',
  )
}

function wrapDataKey(kek: Uint8Array, dataKey: Uint8Array, bound: Uint8Array): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', kek, nonce)
  cipher.setAAD(bound)
  return Buffer.concat([nonce, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()])
}

function unwrapDataKey(kek: Uint8Array, wrapped: Buffer, bound: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', kek, wrapped.subarray(0, 12))
  decipher.setAAD(bound)
  decipher.setAuthTag(wrapped.subarray(-16))
  try {
    return Buffer.concat([decipher.update(wrapped.subarray(12, -16)), decipher.final()])
  } catch (cause) {
    throw damaged(cause)
  }
}

function payloadKey(dataKey: Uint8Array, salt: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', dataKey, salt, 'payload', 32)) // RFC 5869
}

function tenantIdBytes(tenantId: string): Buffer {
  const bytes = Buffer.from(tenantId.replaceAll('-', ''), 'hex')
  if (bytes.length !== 16) throw new RangeError('A tenant id is a UUID.')
  return bytes
}
