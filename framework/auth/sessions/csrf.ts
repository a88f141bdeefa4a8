/** Tokens against cross-site request forgery: bound to the session, different in every page. */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const secretBytes = 32

/**
 * The session's CSRF secret (hex). It follows from the session token, which only the browser holds, so that a reader of
 * the database cannot make one; HMAC keeps the session token out of the page.
 */
export function csrfSecret(sessionToken: string): string {
  return createHmac('sha256', sessionToken).update('holdfast csrf').digest('hex')
}

/** The secret as it stands in one page: masked by fresh random bytes, so that compression cannot leak it (BREACH). */
export function maskCsrf(secret: string): string {
  const mask = randomBytes(secretBytes)
  return Buffer.concat([mask, xor(Buffer.from(secret, 'hex'), mask)]).toString('base64url')
}

/** Whether a submitted token is a masked form of the session's secret, or (for programs) the secret itself. */
export function checkCsrf(secret: string, submitted: string | null | undefined): boolean {
  if (typeof submitted !== 'string') return false
  const expected = Buffer.from(secret, 'hex')
  if (/^[0-9a-f]{64}$/.test(submitted)) return timingSafeEqual(Buffer.from(submitted, 'hex'), expected)
  if (!/^[A-Za-z0-9_-]{86}$/.test(submitted)) return false
  const bytes = Buffer.from(submitted, 'base64url')
  if (bytes.length !== 2 * secretBytes || expected.length !== secretBytes) return false
  return timingSafeEqual(xor(bytes.subarray(0, secretBytes), bytes.subarray(secretBytes)), expected)
}

function xor(a: Uint8Array, b: Uint8Array): Buffer {
  return Buffer.from(a.map((byte, i) => byte ^ (b[i] ?? 0)))
}
