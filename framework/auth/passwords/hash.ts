/**
 * Password hashes in the form that passlib and Odoo use: `$pbkdf2-sha512$<rounds>$<salt>$<key>`, base64 with `.` for `+`
 * and without padding. A failed check always costs at least the rounds of a new hash, whoever is asked about.
 */

import { pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { passwordQueue } from './queue.ts'
import { isUsablePassword, spellings } from './spelling.ts'

const derive = promisify(pbkdf2)

/** Rounds of a new hash. OWASP asks for 220 000, Odoo 19 takes 600 000. */
// Keeps promise: passwords/pbkdf2-sha512
export const passwordRounds = 650_000

const saltBytes = 16
const keyBytes = 64
// An imported hash may name any number of rounds; above this bound it would be a way to keep the processor busy.
const mostRounds = 2_000_000

export interface PasswordCheck {
  readonly ok: boolean
  /** The password is right, but its hash is weaker than a new one would be, or of another spelling. */
  readonly rehash: boolean
}

interface ParsedHash {
  readonly rounds: number
  readonly salt: Buffer
  readonly key: Buffer
}

/** Whose turn it is when many wait: work is taken from the lanes (tenants) in rotation. */
export interface HashOptions {
  readonly lane?: string
}

/**
 * A new salted hash of the password's NFKC form (NIST SP 800-63B §3.1.1.2 asks for a normal form).
 * @throws RateLimitError ERR_AUTH_BUSY when too many hashes wait
 */
export async function hashPassword(password: string, options: HashOptions = {}): Promise<string> {
  const salt = randomBytes(saltBytes)
  const key = await stretch(spellings(password)[0], salt, passwordRounds, options.lane)
  return `$pbkdf2-sha512$${passwordRounds}$${toAb64(salt)}$${toAb64(key)}`
}

/**
 * Whether the password belongs to the hash. `null` (no such user, archived, no password set) and a hash that cannot be
 * read cost as much as a wrong password, and are never right.
 * @throws RateLimitError ERR_AUTH_BUSY when too many hashes wait
 */
export async function verifyPassword(
  password: string,
  hash: string | null,
  options: HashOptions = {},
): Promise<PasswordCheck> {
  if (!isUsablePassword(password)) return { ok: false, rehash: false }
  const stored = hash === null ? null : parseHash(hash)
  const { rounds, salt, key } = stored ?? unknownUser
  for (const [i, spelling] of spellings(password).entries()) {
    const made = await stretch(spelling, salt, rounds, options.lane)
    if (timingSafeEqual(made, key) && stored !== null) return { ok: true, rehash: rounds < passwordRounds || i > 0 }
    // A wrong try against an older, weaker hash costs as much as any: time tells nothing.
    if (rounds < passwordRounds) await stretch(spelling, salt, passwordRounds - rounds, options.lane)
  }
  return { ok: false, rehash: false }
}

/** Whether the text is a hash that `verifyPassword` can check; an import asks before it takes one over. */
export function isPasswordHash(text: string): boolean {
  return parseHash(text) !== null
}

/** Rounds of PBKDF2 that this process has computed so far: what a check cost, free of the clock's noise. */
export function roundsSpent(): number {
  return spent
}

let spent = 0

async function stretch(password: string, salt: Buffer, rounds: number, lane = ''): Promise<Buffer> {
  return await passwordQueue.run(lane, () => {
    spent += rounds
    return derive(Buffer.from(password, 'utf8'), salt, rounds, keyBytes, 'sha512')
  })
}

const unknownUser: ParsedHash = { rounds: passwordRounds, salt: randomBytes(saltBytes), key: randomBytes(keyBytes) }

function parseHash(text: string): ParsedHash | null {
  const match = /^\$pbkdf2-sha512\$([1-9][0-9]{0,6})\$([A-Za-z0-9./]{2,128})\$([A-Za-z0-9./]{86})$/.exec(text)
  if (match === null) return null
  const rounds = Number(match[1])
  const key = fromAb64(match[3] ?? '')
  if (rounds > mostRounds || key.length !== keyBytes) return null
  return { rounds, salt: fromAb64(match[2] ?? ''), key }
}

function toAb64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '.').replace(/=+$/, '')
}

function fromAb64(text: string): Buffer {
  return Buffer.from(text.replaceAll('.', '+'), 'base64')
}
