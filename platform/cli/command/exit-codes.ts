/** How the command line ends: one table, a contract with scripts; docs/guides/operate.md shows it and a test holds both together. */

import {
  AccessDenied,
  AccessError,
  ConflictError,
  InvalidRequestError,
  MissingError,
  RateLimitError,
  UnavailableError,
  UserError,
  ValidationError,
} from '../../../framework/errors.ts'

/** Exit codes with their meaning. Numbers never change; 128 + n means ended by signal n, as shells have it. */
export const exitCodes = {
  ok: { code: 0, means: 'done' },
  failed: { code: 1, means: 'it went wrong, or a check found a fault' },
  usage: { code: 2, means: 'the command was not understood: unknown verb, option or value' },
  missing: { code: 3, means: 'the thing named does not exist' },
  conflict: { code: 4, means: 'it exists already, is in the wrong state, or another process has the home' },
  refused: { code: 5, means: 'not allowed as asked: lacks --yes, breaks a rule, damaged or hostile input' },
  unavailable: { code: 6, means: 'a service that is needed does not answer now; try again' },
} as const

export type ExitName = keyof typeof exitCodes

// The value itself was mistyped, so the command must be written differently: that is usage, whatever room found it.
const mistyped = new Set(['ERR_TENANT_NAME', 'ERR_APP_UNKNOWN'])

// A browser may try again later; a script cannot wait until somebody resumes the database.
const isInWrongState = (code: unknown): boolean => code === 'ERR_TENANT_SUSPENDED'

/** The exit code that tells a script what kind of error it was. */
export function exitNameOf(error: unknown): ExitName {
  const code = (error as { code?: unknown }).code
  if (error instanceof UsageError || (typeof code === 'string' && mistyped.has(code))) return 'usage'
  if (error instanceof MissingError) return 'missing'
  if (error instanceof ConflictError || isInWrongState(code)) return 'conflict'
  if (error instanceof UnavailableError || error instanceof RateLimitError) return 'unavailable'
  const isRefusal = [ValidationError, AccessError, AccessDenied, UserError, InvalidRequestError].some(
    (kind) => error instanceof kind,
  )
  return isRefusal ? 'refused' : 'failed'
}

/** The command line itself is wrong; `next` says what to type instead. */
export class UsageError extends Error {
  readonly code = 'ERR_USAGE'
  readonly next: string | undefined

  constructor(message: string, next?: string) {
    super(message)
    this.name = 'UsageError'
    this.next = next
  }
}
