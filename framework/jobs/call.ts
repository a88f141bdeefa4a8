/** A call that runs later: which method, of which tenant, as whom. */

import { InvalidRequestError } from '../errors.ts'

/**
 * What stands in the queue. The rights of `uid` are looked up when it runs, not when it was asked for. Arguments are kept
 * outside of the tenant's own database until then: name records by id, and leave their contents where they are.
 */
export interface JobCall {
  /** Key of the tenant in the control plane: its id, which a rename does not change. */
  readonly tenant: string
  readonly uid: number
  readonly model: string
  /** An exposed method, as for any other caller. */
  readonly method: string
  readonly args: readonly unknown[]
  readonly kwargs?: Readonly<Record<string, unknown>>
  readonly context?: Readonly<Record<string, unknown>>
}

/** Bytes of JSON that one job may hold. */
export const jobMaximumBytes = 64 * 1024

/**
 * The call as plain data.
 * @throws InvalidRequestError ERR_JOB_CALL when a part is missing, is no JSON, or is too large
 */
export function checkCall(call: JobCall): JobCall {
  const { tenant, uid, model, method, args, kwargs, context } = call
  const isNamed = [tenant, model, method].every((name) => typeof name === 'string' && name !== '' && name.length <= 200)
  if (!isNamed || !Number.isSafeInteger(uid) || uid <= 0 || !Array.isArray(args)) {
    throw new InvalidRequestError(
      'ERR_JOB_CALL',
      'A job needs a tenant, a user, a model, a method and a list of arguments.',
    )
  }
  const text = JSON.stringify({ tenant, uid, model, method, args, kwargs: kwargs ?? {}, context: context ?? {} })
  // PostgreSQL's jsonb takes neither NUL nor half a surrogate pair, and would refuse them only later.
  if (!text.isWellFormed() || /\\u0000|\\ud[89a-f]/i.test(text) || Buffer.byteLength(text) > jobMaximumBytes) {
    throw new InvalidRequestError(
      'ERR_JOB_CALL',
      `The arguments of a job are JSON of at most ${jobMaximumBytes} bytes, without NUL characters.`,
    )
  }
  return JSON.parse(text) as JobCall
}
