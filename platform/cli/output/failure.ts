/** How an error leaves the command line: what happened, what to do next, a code; never a stack. */

import { randomBytes } from 'node:crypto'
import { AppError, toAppError } from '../../../framework/errors.ts'
import { type ExitName, exitNameOf, UsageError } from '../command/exit-codes.ts'
import { plain, type Terminal } from './terminal.ts'

/** An error as data: on the control socket, and with `--json`. */
export interface Failure {
  readonly code: string
  readonly message: string
  /** What to do next, where somebody knows. */
  readonly next?: string
  readonly exit: ExitName
}

// What to do is known here, above the rooms that throw: by their stable codes.
const advice: Readonly<Record<string, string>> = {
  ERR_TENANT_UNKNOWN: `'holdfast tenant list' shows which there are.`,
  ERR_BACKUP_UNKNOWN: `'holdfast backup list NAME' shows the backups of a database.`,
  ERR_APP_UNKNOWN: `Applications are the folders below apps/, for instance contacts, products, sales.`,
  ERR_TENANT_SUSPENDED: `'holdfast tenant resume NAME' puts it back into service.`,
  ERR_AUTH_LINK: `'holdfast user reset-password LOGIN --tenant NAME' makes a new link.`,
  ERR_POSTGRES_MISSING: `'holdfast doctor' looks at what this machine lacks.`,
  ERR_POSTGRES_OLD: `'holdfast doctor' looks at what this machine lacks.`,
}

// System errors whose meaning is plain; anything else is our own fault and gets a reference.
const system: Readonly<Record<string, { readonly says: string; readonly exit: ExitName }>> = {
  ENOENT: { says: 'There is no such file or folder', exit: 'missing' },
  EACCES: { says: 'This user may not use', exit: 'refused' },
  EPERM: { says: 'This user may not use', exit: 'refused' },
  ENOSPC: { says: 'The disk is full', exit: 'unavailable' },
  EROFS: { says: 'The file system is read-only', exit: 'unavailable' },
  ENOTDIR: { says: 'A part of this path is no folder', exit: 'refused' },
  ENAMETOOLONG: { says: 'This path is too long', exit: 'refused' },
  EISDIR: { says: 'This is a folder, not a file', exit: 'refused' },
  EADDRINUSE: { says: 'The port is in use by another program', exit: 'conflict' },
}

/**
 * Turns whatever was thrown into what may be shown.
 * @param log takes the cause of errors that nobody expected, under the reference that the person is told
 */
export function failureOf(thrown: unknown, log: (reference: string, cause: unknown) => void = () => {}): Failure {
  if (thrown instanceof UsageError)
    return {
      code: thrown.code,
      message: thrown.message,
      ...(thrown.next === undefined ? {} : { next: thrown.next }),
      exit: 'usage',
    }
  const known = systemFailure(thrown)
  if (known !== null) return known
  const reference = randomBytes(4).toString('hex')
  const error = toAppError(thrown, reference)
  if (!(thrown instanceof AppError) || error.status >= 500) log(reference, thrown)
  const next = advice[error.code]
  return { code: error.code, message: error.message, ...(next === undefined ? {} : { next }), exit: exitNameOf(error) }
}

function systemFailure(thrown: unknown): Failure | null {
  const { code, path, port } = (isDiskFull(thrown) ? { code: 'ENOSPC' } : thrown) as {
    code?: string
    path?: string
    port?: number
  }
  const row = code === undefined || (thrown instanceof AppError && code !== 'ENOSPC') ? undefined : system[code]
  if (row === undefined) return null
  const where = path ?? (port === undefined ? '' : String(port))
  const next =
    code === 'EADDRINUSE'
      ? 'Stop that program, or set HOLDFAST_PORT (and HOLDFAST_HTTP_PORT) to free ports.'
      : undefined
  return {
    code: `ERR_${code}`,
    message: `${row.says}${where === '' ? '' : `: ${where}`}.`,
    ...(next === undefined ? {} : { next }),
    exit: row.exit,
  }
}

// Whoever met it first, cp, initdb or PostgreSQL (53100), it is one thing with one remedy. Those programs run with LC_ALL=C.
function isDiskFull(thrown: unknown): boolean {
  for (let error: unknown = thrown, depth = 0; error instanceof Error && depth < 8; error = error.cause, depth++) {
    const { code, message, stderr } = error as { code?: unknown; message: string; stderr?: unknown }
    if (
      code === 'ENOSPC' ||
      code === '53100' ||
      `${message}\n${String(stderr ?? '')}`.includes('No space left on device')
    )
      return true
  }
  return false
}

/** The failure for people. */
export function printFailure(failure: Failure, terminal: Terminal): string {
  const lines = [`${terminal.red('✗')} ${plain(failure.message)}`]
  if (failure.next !== undefined) lines.push(`  ${plain(failure.next)}`)
  // What to type stands there already; a code helps who looks an error up.
  if (failure.exit !== 'usage') lines.push(`  ${terminal.dim(failure.code)}`)
  return lines.join('\n')
}
