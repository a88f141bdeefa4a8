/**
 * What a password must be: long enough, not one that attackers try first, not made of words that stand beside it.
 * No character classes and no expiry: NIST SP 800-63B §3.1.1.2 forbids both.
 */

import { type Queryable, sql } from '../../sql/index.ts'
import { readSettings, settings } from '../settings.ts'
import { isCommonPassword } from './common.ts'
import { passwordMaximumBytes } from './spelling.ts'

export interface PasswordRules {
  /** Characters (code points of the normal form) at least. */
  readonly minimumLength: number
  /** Lower-case words that say something about the account: login, names, company, product. */
  readonly contextWords: readonly string[]
}

export interface PasswordFault {
  readonly code:
    | 'ERR_PASSWORD_SHORT'
    | 'ERR_PASSWORD_LONG'
    | 'ERR_PASSWORD_TEXT'
    | 'ERR_PASSWORD_CONTEXT'
    | 'ERR_PASSWORD_COMMON'
  readonly message: string
}

/** The rules for one user: the tenant's setting, and the words of that user. */
// Keeps promise: passwords/minimum-length
export async function passwordRules(db: Queryable, tenant: string, uid: number): Promise<PasswordRules> {
  const { minimumLength } = await readSettings(db, { minimumLength: settings.passwordMinimumLength })
  const [row] = await db.query<{ login: string | null; company: string | null; name: string | null }>(sql`
    SELECT u.login, c.name AS company, p.name FROM res_users u
    LEFT JOIN res_company c ON c.id = u.company_id LEFT JOIN res_partner p ON p.id = u.partner_id WHERE u.id = ${uid}`)
  return { minimumLength, contextWords: wordsOf([row?.login, row?.company, row?.name, tenant, 'holdfast']) }
}

/** The first rule that the password breaks, or `null`. */
export function passwordFault(password: string, rules: PasswordRules): PasswordFault | null {
  if (Buffer.byteLength(password, 'utf8') > passwordMaximumBytes) {
    return {
      code: 'ERR_PASSWORD_LONG',
      message: `The password is longer than ${passwordMaximumBytes} bytes; choose a shorter one.`,
    }
  }
  if (password.includes('\0') || !password.isWellFormed()) {
    return {
      code: 'ERR_PASSWORD_TEXT',
      message: 'The password holds a character that cannot be typed again; choose another one.',
    }
  }
  const normal = password.normalize('NFKC')
  if ([...normal].length < rules.minimumLength) {
    return {
      code: 'ERR_PASSWORD_SHORT',
      message: `The password needs at least ${rules.minimumLength} characters. A few unrelated words are easy to remember.`,
    }
  }
  const lower = normal.toLowerCase()
  if (isMostly(lower, rules.contextWords)) {
    return {
      code: 'ERR_PASSWORD_CONTEXT',
      message: 'The password is little more than your name, your login or the company; choose another one.',
    }
  }
  if (isCommonPassword(lower)) {
    return {
      code: 'ERR_PASSWORD_COMMON',
      message: 'This password is one of those that attackers try first; choose another one.',
    }
  }
  return null
}

// What remains when the words are taken out has to be a password of its own: at least half the letters and digits.
function isMostly(password: string, words: readonly string[]): boolean {
  let rest = password
  for (const word of words) rest = rest.replaceAll(word, '')
  if (rest.length === password.length) return false
  const significant = rest.replace(/[^\p{L}\p{N}]/gu, '')
  return [...significant].length < 8
}

function wordsOf(texts: readonly (string | null | undefined)[]): string[] {
  const words = new Set<string>()
  for (const text of texts) {
    const lower = (text ?? '').normalize('NFKC').toLowerCase()
    for (const word of [lower, ...lower.split(/[^\p{L}\p{N}]+/u)]) if ([...word].length >= 4) words.add(word)
  }
  return [...words].sort((a, b) => b.length - a.length)
}
