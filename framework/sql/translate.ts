/** PostgreSQL's errors as ours: what the caller may know, without SQL, table or database names. */

import {
  AppError,
  ConflictError,
  InvalidRequestError,
  ServerError,
  UnavailableError,
  UserError,
  ValidationError,
} from '../errors.ts'

interface ServerNotice {
  readonly code?: string
  readonly constraint?: string
  readonly table?: string
  readonly column?: string
  readonly message?: string
}

/** A failed constraint, for rooms above that know the constraint's message. */
export class ConstraintViolation extends ValidationError {
  readonly kind: 'unique' | 'foreign-key' | 'not-null' | 'check'
  readonly constraint: string | undefined
  readonly table: string | undefined
  readonly column: string | undefined

  constructor(kind: ConstraintViolation['kind'], notice: ServerNotice, cause: unknown) {
    super(`ERR_CONSTRAINT_${kind.toUpperCase().replace('-', '_')}`, messages[kind], { cause })
    this.kind = kind
    this.constraint = notice.constraint
    this.table = notice.table
    this.column = notice.column
  }
}

const messages = {
  unique: 'The operation cannot be completed: another record already has this value, and it must be unique.',
  'foreign-key':
    'The operation cannot be completed: another record still refers to this one, or the record referred to does not exist.',
  'not-null': 'The operation cannot be completed: a required value is missing.',
  check: 'The operation cannot be completed: a value is outside what is allowed.',
} as const

/** A statement of a transaction's short cut would not do; the transaction runs again the long way. Leaves `sql/` never. */
export class Refused extends Error {}

/** Turns a driver error into ours; passes our own errors through. */
export function translate(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  const notice = (thrown ?? {}) as ServerNotice
  const code = notice.code ?? ''
  if (code === '23505' || code === '23P01') return new ConstraintViolation('unique', notice, thrown)
  if (code === '23503' || code === '23001') return new ConstraintViolation('foreign-key', notice, thrown)
  if (code === '23502') return new ConstraintViolation('not-null', notice, thrown)
  if (code === '23514') return new ConstraintViolation('check', notice, thrown)
  if (code === '40001' || code === '40P01')
    return new ConflictError(
      'ERR_SQL_SERIALIZATION',
      'Somebody changed the same records at the same moment. Nothing was changed; try again.',
      { cause: thrown },
    )
  if (code === '57014')
    return new UserError(
      'ERR_SQL_TIMEOUT',
      'The operation took too long or was cancelled; nothing was changed. Narrow it down and try again.',
      { cause: thrown },
    )
  // 54000: a text too long for an index of its field.
  if (code.startsWith('22') || code === '54000')
    return new ValidationError(
      'ERR_SQL_VALUE',
      'A value does not fit its field (too large, or of the wrong form); nothing was changed.',
      { cause: thrown, ...(code === '22003' ? { wireName: 'psycopg2.errors.NumericValueOutOfRange' } : {}) },
    )
  if (code.startsWith('54'))
    return new InvalidRequestError(
      'ERR_SQL_COMPLEX',
      'The request is too complex for the database; nothing was changed. Ask for less at once.',
      { cause: thrown },
    )
  if (code === '53100')
    return new UnavailableError(
      'ERR_SQL_DISK_FULL',
      'The database has no disk space left; nothing was changed. Ask your administrator to make room.',
      { cause: thrown },
    )
  if (code.startsWith('53') || code.startsWith('57P') || code.startsWith('08') || !/^[0-9A-Z]{5}$/.test(code)) {
    return new UnavailableError(
      'ERR_SQL_UNAVAILABLE',
      'The database does not answer at the moment; nothing was changed. Try again shortly.',
      { cause: thrown },
    )
  }
  return new ServerError(
    'ERR_SQL',
    'The database refused a statement of ours; nothing was changed. This is a fault of the program: please report it.',
    { cause: thrown },
  )
}

/** Whether running the transaction again may succeed (SQLSTATE 40001, 40P01). */
export function isRetryable(error: unknown): boolean {
  return error instanceof AppError && error.code === 'ERR_SQL_SERIALIZATION'
}
