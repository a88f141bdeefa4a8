/**
 * All errors of Holdfast, as one table: what a caller may read (`message`), a stable `code` for programs, an HTTP
 * `status`, and what only the log keeps (`detail`, `cause`). Anything else that is thrown leaves the house as `ServerError`.
 */

/** The name under which clients of Odoo's external API know an error class; they build their own exception types on it. */
export type WireName =
  | `odoo.exceptions.${'UserError' | 'AccessDenied' | 'AccessError' | 'MissingError' | 'ValidationError' | 'RedirectWarning'}`
  | `builtins.${'ValueError' | 'TypeError' | 'KeyError' | 'AttributeError' | 'Exception'}`
  | 'odoo.http.SessionExpiredException'
  | 'werkzeug.exceptions.NotFound'
  | 'psycopg2.OperationalError'
  | `psycopg2.errors.${'NumericValueOutOfRange' | 'InvalidRowCountInLimitClause' | 'InvalidTextRepresentation'}`
  | 'binascii.Error'

export interface ErrorOptions {
  /** For the log only; never sent to a caller. */
  readonly detail?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
  /** Overrides the class's wire name where Odoo's clients expect another one. */
  readonly wireName?: WireName
  /** `arguments` of the wire format; default is the message alone. */
  readonly wireArguments?: readonly unknown[]
}

/** Base of all errors whose message may be shown to the caller. */
export abstract class AppError extends Error {
  abstract readonly status: number
  abstract readonly defaultWireName: WireName
  readonly code: string
  readonly detail: Readonly<Record<string, unknown>> | undefined
  readonly wireNameOverride: WireName | undefined
  readonly wireArguments: readonly unknown[]

  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.detail = options.detail
    this.wireNameOverride = options.wireName
    this.wireArguments = options.wireArguments ?? [message]
  }

  get wireName(): WireName {
    return this.wireNameOverride ?? this.defaultWireName
  }
}

/** 400: the caller asked for something that the business rules do not allow now. */
export class UserError extends AppError {
  readonly status = 400
  readonly defaultWireName = 'odoo.exceptions.UserError'
}

/** 400: the request itself is malformed: unknown field, bad domain, wrong type of an argument. */
export class InvalidRequestError extends AppError {
  readonly status = 400
  readonly defaultWireName = 'builtins.ValueError'
}

/** 401: who the caller is could not be established. */
export class AccessDenied extends AppError {
  readonly status = 401
  readonly defaultWireName = 'odoo.exceptions.AccessDenied'
}

/** 401: the session ended or never was. */
export class SessionExpiredError extends AppError {
  readonly status = 401
  readonly defaultWireName = 'odoo.http.SessionExpiredException'
}

/** 403: the caller is known and may not do this. */
export class AccessError extends AppError {
  readonly status = 403
  readonly defaultWireName = 'odoo.exceptions.AccessError'
}

/** 404: a record, model or method is absent for this caller. */
export class MissingError extends AppError {
  readonly status = 404
  readonly defaultWireName = 'odoo.exceptions.MissingError'
}

/** 409: somebody else changed it meanwhile, or the state of a thing forbids the step. */
export class ConflictError extends AppError {
  readonly status = 409
  readonly defaultWireName = 'odoo.exceptions.UserError'
}

/** 422: values break a constraint. */
export class ValidationError extends AppError {
  readonly status = 422
  readonly defaultWireName = 'odoo.exceptions.ValidationError'
}

/** 429: too many tries; `retryAfterSeconds` tells when the next one counts. */
export class RateLimitError extends AppError {
  readonly status = 429
  readonly defaultWireName = 'odoo.exceptions.AccessDenied'
  readonly retryAfterSeconds: number

  constructor(code: string, message: string, retryAfterSeconds: number, options: ErrorOptions = {}) {
    super(code, message, options)
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** 500: our own fault; carries a reference number under which the log has the cause. */
export class ServerError extends AppError {
  readonly status = 500
  readonly defaultWireName = 'builtins.Exception'
}

/** 503: a service behind us (a tenant's instance, a store) does not answer now. */
export class UnavailableError extends AppError {
  readonly status = 503
  readonly defaultWireName = 'odoo.exceptions.UserError'
}

/** Turns whatever was thrown into an error that may leave the house; `reference` links it to the log. */
export function toAppError(thrown: unknown, reference: string): AppError {
  if (thrown instanceof AppError) return thrown
  return new ServerError(
    'ERR_SERVER',
    `Something went wrong on our side; nothing was changed. Tell your administrator this reference: ${reference}.`,
    { cause: thrown, detail: { reference } },
  )
}
