/**
 * One error in the shape of each protocol. A caller gets the message, the class name that its client knows, a stable code
 * and, for our own faults, a reference number; never a stack, SQL, or the name of a table or database.
 */

import { randomBytes } from 'node:crypto'
import { AppError, RateLimitError, SessionExpiredError, toAppError } from '../../errors.ts'
import type { Log } from '../log.ts'

/** An error on its way out. */
export interface Failure {
  readonly error: AppError
  /** Given where the log knows more than the caller. */
  readonly reference: string | null
}

/** Makes whatever was thrown presentable; what is our own fault goes to the log under a reference number. */
export function settle(thrown: unknown, log: Log, detail: Readonly<Record<string, unknown>> = {}): Failure {
  if (thrown instanceof AppError && thrown.status < 500) return { error: thrown, reference: null }
  const reference = randomBytes(6).toString('hex')
  const error = toAppError(thrown, reference)
  log({
    level: 'error',
    event: 'request failed',
    reference,
    detail: { ...detail, ...error.detail, code: error.code },
    cause: thrown,
  })
  return { error, reference }
}

/** What Odoo puts a traceback into: the stable code, and the number to ask the operator about. */
export function debugText({ error, reference }: Failure): string {
  return reference === null ? error.code : `${error.code} (reference ${reference})`
}

function body(failure: Failure, name: string = failure.error.wireName): Record<string, unknown> {
  const { error } = failure
  return { name, message: error.message, arguments: error.wireArguments, context: {}, debug: debugText(failure) }
}

/** The `error` member of a JSON-RPC answer. `web`: of the /web routes, where an unknown model is a 404. */
export function jsonRpcError(failure: Failure, web = false): Record<string, unknown> {
  if (failure.error instanceof SessionExpiredError)
    return { code: 100, message: 'Odoo Session Expired', data: body(failure) }
  if (web && failure.error.code === 'ERR_RPC_MODEL')
    return { code: 404, message: '404: Not Found', data: body(failure, 'werkzeug.exceptions.NotFound') }
  return { code: 0, message: 'Odoo Server Error', data: body(failure) }
}

/** Status and body of a JSON-2 answer. */
export function json2Error(failure: Failure): {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly headers: Readonly<Record<string, string>>
} {
  const { error } = failure
  const headers = error instanceof RateLimitError ? { 'Retry-After': String(Math.ceil(error.retryAfterSeconds)) } : {}
  const special = json2Special[error.code]
  if (special !== undefined) return { status: special.status, body: body(failure, special.name), headers }
  return { status: json2Status(error), body: body(failure), headers }
}

const json2Special: Readonly<Record<string, { readonly status: number; readonly name: string }>> = {
  ERR_RPC_ARGUMENTS: { status: 422, name: 'werkzeug.exceptions.UnprocessableEntity' },
  ERR_RPC_TYPE: { status: 422, name: 'werkzeug.exceptions.UnprocessableEntity' },
  ERR_RPC_CONTEXT: { status: 422, name: 'werkzeug.exceptions.UnprocessableEntity' },
  ERR_RPC_MODEL: { status: 404, name: 'werkzeug.exceptions.NotFound' },
  ERR_RPC_ROUTE: { status: 404, name: 'werkzeug.exceptions.NotFound' },
  ERR_RPC_JSON: { status: 400, name: 'werkzeug.exceptions.BadRequest' },
  ERR_RPC_KEY: { status: 401, name: 'werkzeug.exceptions.Unauthorized' },
}

// Odoo's statuses: its clients tell "your data" (422) from "our fault" (500) by them; a bad domain or unknown field is a 500 there.
function json2Status(error: AppError): number {
  if (/^(builtins|psycopg2|binascii)\./.test(error.wireName)) return 500
  return error.status === 400 || error.status === 409 ? 422 : error.status
}

/** Fault code and string of XML-RPC version 2. */
export function xmlFault(failure: Failure): { readonly faultCode: number; readonly faultString: string } {
  const { error } = failure
  const faultCode = faultCodes[error.wireName] ?? 1
  return { faultCode, faultString: faultCode === 1 ? `${error.message} [${debugText(failure)}]` : error.message }
}

const faultCodes: Readonly<Record<string, number>> = {
  'odoo.exceptions.UserError': 2,
  'odoo.exceptions.ValidationError': 2,
  'odoo.exceptions.MissingError': 2,
  'odoo.exceptions.RedirectWarning': 2,
  'odoo.exceptions.AccessDenied': 3,
  'odoo.exceptions.AccessError': 4,
}

/** Fault of the old `/xmlrpc/…` paths: the code is a text. */
export function xmlFaultOld(failure: Failure): { readonly faultCode: string; readonly faultString: string } {
  const { error } = failure
  const kind = error.wireName.slice(error.wireName.lastIndexOf('.') + 1)
  if (kind === 'AccessDenied') return { faultCode: 'AccessDenied', faultString: error.message }
  if (error.wireName.startsWith('odoo.exceptions.'))
    return { faultCode: `warning -- ${kind}\n\n${error.message}`, faultString: '' }
  return { faultCode: error.message, faultString: debugText(failure) }
}
