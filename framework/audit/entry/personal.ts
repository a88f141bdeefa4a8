/** Personal parts of an entry: sealed by AES-256-GCM under the key of whom they are about, bound to their place. */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { SubjectKey } from './vault.ts'

/** Where a part stands; it opens nowhere else. */
export interface PartPlace {
  readonly log: string
  readonly index: number
  /** Which part of the entry, from 0. */
  readonly part: number
}

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** @returns base64 of nonce ‖ ciphertext ‖ tag */
export function sealPart(value: unknown, { key }: SubjectKey, place: PartPlace): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(contextOf(place))
  const text = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()])
  return Buffer.concat([nonce, text, cipher.getAuthTag()]).toString('base64')
}

/** @returns the value in an object; `null` where this key does not open this part at this place */
export function openPart(sealed: string, { key }: SubjectKey, place: PartPlace): { readonly value: unknown } | null {
  const bytes = Buffer.from(sealed, 'base64')
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return null
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(contextOf(place))
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
  try {
    const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
    return { value: JSON.parse(text.toString('utf8')) }
  } catch {
    return null
  }
}

function contextOf({ log, index, part }: PartPlace): Buffer {
  return Buffer.from(`holdfast:audit-part:${log}:${index}:${part}`)
}
