/** Random secrets that are handed out once and kept as their hash. */

import { createHash, randomBytes } from 'node:crypto'

/** 256 random bits, base64url (43 characters). */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Whether the text can be one of our tokens; anything else is refused without a query. */
export function isToken(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text)
}

/**
 * What the database keeps. A plain SHA-256 is enough: with 256 random bits there is nothing to guess, so a slow hash
 * would protect nothing, and finding the row by its hash leaks nothing about the token.
 */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest()
}
