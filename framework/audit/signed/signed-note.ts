/** Signed notes (C2SP signed-note) with Ed25519, and cosignatures of witnesses (C2SP tlog-cosignature, cosignature/v1). */

import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto'

/** Byte that names the algorithm in a key's hash. */
const ED25519 = 0x01
const COSIGNATURE = 0x04
type Algorithm = typeof ED25519 | typeof COSIGNATURE

/** Signs notes under a name. */
export interface Signer {
  readonly name: string
  /** The public key as verifiers take it: `name+hash+base64`. */
  readonly verifierKey: string
  /** A line to stand below the text, its end of line included. */
  sign(text: string): string
}

/** Checks signatures of one key. */
export interface Verifier {
  readonly name: string
  readonly verifierKey: string
  /** Whether one of the note's signatures is this key's and holds for its text. */
  hasSigned(note: Note): boolean
}

/** A note taken apart; nothing is checked yet. */
export interface Note {
  /** The signed text, ending with an end of line. */
  readonly text: string
  readonly signatures: readonly { readonly name: string; readonly hash: string; readonly bytes: Buffer }[]
}

const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex') // RFC 8410 §7: PKCS#8 around a seed
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex') // RFC 8410 §4

/** Signs as a log. @param seed 32 secret bytes */
export function makeSigner(name: string, seed: Uint8Array): Signer {
  const { key, publicBytes } = keyFrom(seed)
  const hash = keyHash(name, ED25519, publicBytes)
  return {
    name,
    verifierKey: verifierKeyOf(name, ED25519, publicBytes),
    sign: (text) => line(name, hash, sign(null, Buffer.from(text), key)),
  }
}

/** Signs as a witness, with the time in the signature. @param clock seconds since 1970 */
export function makeCosigner(name: string, seed: Uint8Array, clock: () => number): Signer {
  const { key, publicBytes } = keyFrom(seed)
  const hash = keyHash(name, COSIGNATURE, publicBytes)
  return {
    name,
    verifierKey: verifierKeyOf(name, COSIGNATURE, publicBytes),
    sign: (text) => {
      const time = Math.floor(clock())
      const stamp = Buffer.alloc(8)
      stamp.writeBigUInt64BE(BigInt(time))
      return line(name, hash, Buffer.concat([stamp, sign(null, Buffer.from(cosigned(time, text)), key)]))
    },
  }
}

/** @returns `null` for a text that is no verifier key of a kind that we know */
export function parseVerifierKey(text: string): Verifier | null {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text)
  if (match === null) return null
  const [, name = '', hash = '', encoded = ''] = match
  const bytes = Buffer.from(encoded, 'base64')
  const algorithm = bytes[0]
  const publicBytes = bytes.subarray(1)
  if ((algorithm !== ED25519 && algorithm !== COSIGNATURE) || publicBytes.length !== 32) return null
  if (keyHash(name, algorithm, publicBytes).toString('hex') !== hash) return null
  const key = createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, publicBytes]), format: 'der', type: 'spki' })
  return {
    name,
    verifierKey: text,
    hasSigned: (note) =>
      note.signatures.some(
        (one) => one.name === name && one.hash === hash && isSignature(algorithm, key, note.text, one.bytes),
      ),
  }
}

const MOST_NOTE_BYTES = 100_000
const MOST_SIGNATURES = 16

/** @returns `null` for what is no signed note */
export function parseNote(note: string): Note | null {
  const end = note.lastIndexOf('\n\n')
  if (note.length > MOST_NOTE_BYTES || end <= 0 || !note.endsWith('\n')) return null
  const lines = note.slice(end + 2, -1).split('\n')
  if (lines.length > MOST_SIGNATURES) return null
  const signatures: Note['signatures'][number][] = []
  for (const one of lines) {
    const match = /^— ([^\s+]+) ([A-Za-z0-9+/]+=*)$/.exec(one)
    if (match === null) return null
    const bytes = Buffer.from(match[2] ?? '', 'base64')
    if (bytes.length < 5) return null
    signatures.push({ name: match[1] ?? '', hash: bytes.subarray(0, 4).toString('hex'), bytes: bytes.subarray(4) })
  }
  return { text: note.slice(0, end + 1), signatures }
}

function isSignature(algorithm: Algorithm, key: KeyObject, text: string, bytes: Buffer): boolean {
  if (algorithm === ED25519) return bytes.length === 64 && verify(null, Buffer.from(text), key, bytes)
  if (bytes.length !== 72) return false
  const time = Number(bytes.readBigUInt64BE(0))
  return verify(null, Buffer.from(cosigned(time, text)), key, bytes.subarray(8))
}

function cosigned(time: number, text: string): string {
  return `cosignature/v1\ntime ${time}\n${text}`
}

function keyFrom(seed: Uint8Array): { readonly key: KeyObject; readonly publicBytes: Buffer } {
  const key = createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, seed]), format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return { key, publicBytes: spki.subarray(PUBLIC_PREFIX.length) }
}

function keyHash(name: string, algorithm: Algorithm, publicBytes: Uint8Array): Buffer {
  const input = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(algorithm), publicBytes])
  return hash('sha256', input, 'buffer').subarray(0, 4)
}

function verifierKeyOf(name: string, algorithm: Algorithm, publicBytes: Uint8Array): string {
  const encoded = Buffer.concat([Buffer.of(algorithm), publicBytes]).toString('base64')
  return `${name}+${keyHash(name, algorithm, publicBytes).toString('hex')}+${encoded}`
}

function line(name: string, hash: Uint8Array, signature: Uint8Array): string {
  return `— ${name} ${Buffer.concat([hash, signature]).toString('base64')}\n`
}
