/** The two hashes of RFC 6962 §2.1, and how hashes of subtrees come together. */

import { hash } from 'node:crypto'

export const HASH_BYTES = 32

/** Of a tree without entries: the hash of nothing. */
export const EMPTY_ROOT: Buffer = hash('sha256', Buffer.alloc(0), 'buffer')

/** RFC 6962 §2.1: SHA-256(0x00 ‖ entry). */
export function leafHash(entry: string | Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([LEAF, typeof entry === 'string' ? Buffer.from(entry) : entry]), 'buffer')
}

/** RFC 6962 §2.1: SHA-256(0x01 ‖ left ‖ right). The other first byte keeps a node from passing for an entry. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([NODE, left, right]), 'buffer')
}

const LEAF = Buffer.of(0)
const NODE = Buffer.of(1)
