import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { KeyVault } from '../../../framework/audit/index.ts'
import { ServerError } from '../../../framework/errors.ts'
import type { TenantKeys } from './tenant-keys.ts'

const NONCE_BYTES = 12
const TAG_BYTES = 16
const VERSION_BYTES = 4

/**
 * Wraps small secrets that lie in the tenant's own database (keys of people in the audit log) with a key derived from the
 * tenant's. Layout: version of the tenant's key (4 bytes), nonce, ciphertext, tag.
 */
export function keyVault(keys: TenantKeys): KeyVault {
  const derived = new Map<number, Buffer>()
  const keyOf = (version: number): Buffer => {
    const known = derived.get(version) ?? derive(keys, version)
    derived.set(version, known)
    return known
  }
  return {
    wrap: (plain, context) => {
      const head = Buffer.alloc(VERSION_BYTES)
      head.writeUInt32BE(keys.sealVersion)
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', keyOf(keys.sealVersion), nonce)
      cipher.setAAD(Buffer.from(context))
      return Buffer.concat([head, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
    },
    unwrap: (wrapped, context) => {
      const bytes = Buffer.from(wrapped)
      if (bytes.length < VERSION_BYTES + NONCE_BYTES + TAG_BYTES) throw refused()
      const sealed = bytes.subarray(VERSION_BYTES + NONCE_BYTES, -TAG_BYTES)
      const nonce = bytes.subarray(VERSION_BYTES, VERSION_BYTES + NONCE_BYTES)
      const decipher = createDecipheriv('aes-256-gcm', keyOf(bytes.readUInt32BE(0)), nonce)
      decipher.setAAD(Buffer.from(context))
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
      try {
        return Buffer.concat([decipher.update(sealed), decipher.final()])
      } catch (cause) {
        throw refused(cause)
      }
    },
  }
}

// A key of its own for this use: what one construction gives away says nothing about the other.
function derive(keys: TenantKeys, version: number): Buffer {
  return Buffer.from(hkdfSync('sha256', keys.sealKey(version), Buffer.alloc(0), 'holdfast key vault', 32))
}

function refused(cause?: unknown): ServerError {
  return new ServerError('ERR_KEY_REFUSED', 'A sealed secret could not be opened with the keys at hand.', { cause })
}
