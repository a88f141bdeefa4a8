import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import type { Secret } from './secret.ts'

/** PostgreSQL's own default; the passwords are 256 random bits, so more rounds would add nothing. */
const ROUNDS = 4096

/**
 * The SCRAM-SHA-256 verifier that PostgreSQL keeps for a password (RFC 5803 fields in pg_authid's spelling), so that the
 * password itself stands in no SQL text and in no log.
 */
export function scramVerifier(password: Secret, salt: Uint8Array = randomBytes(16)): string {
  const salted = pbkdf2Sync(password.reveal(), salt, ROUNDS, 32, 'sha256') // RFC 5802 §3: Hi(password, salt, i)
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64')
  const serverKey = hmac(salted, 'Server Key').toString('base64')
  return `SCRAM-SHA-256$${ROUNDS}:${Buffer.from(salt).toString('base64')}$${storedKey}:${serverKey}`
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
