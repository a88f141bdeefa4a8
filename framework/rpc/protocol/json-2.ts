/** JSON-2: `POST /json/2/<model>/<method>` with a bearer key and named arguments; the answer is the bare result. */

import { AccessDenied, InvalidRequestError, MissingError } from '../../errors.ts'
import type { Tenant } from '../../access/index.ts'
import { isDictionary } from '../call/check-type.ts'
import type { Caller } from '../directory.ts'
import { type Gate, originOf, requestOf } from '../gate.ts'
import { type Answer, jsonAnswer, resultText, textAnswer } from './answer.ts'
import { json2Error, settle } from './error-shapes.ts'
import { readJson } from './read-json.ts'

export interface Json2Request {
  readonly model: string
  readonly method: string
  /** Header `Authorization`. */
  readonly authorization: string | undefined
  /** Header `X-Odoo-Database`. */
  readonly database: string | undefined
  readonly body: Buffer
}

/** Answers one call. An unknown database gets a bare 404 that names nothing. */
export async function answerJson2(gate: Gate, caller: Caller, request: Json2Request): Promise<Answer> {
  const tenant =
    request.database === undefined || request.database === ''
      ? caller.hostTenant
      : await caller.tenantNamed(request.database)
  if (tenant === null) return textAnswer(404, 'Not Found')
  try {
    const key = bearerKey(request.authorization)
    const origin = originOf(caller, false, 'JSON-2')
    const epoch = tenant.rights?.epoch
    const uid = await gate.authenticateKey(tenant, key, origin)
    if (uid === null) throw new AccessDenied('ERR_RPC_KEY', 'Invalid apikey')
    const named = readBody(request.body)
    const { userAgent } = caller
    const { model, method } = request
    gate.ledger.note(tenant, { protocol: 'json-2', credential: 'key', uid, userAgent, model, method })
    const result = await gate.call(tenant, uid, model, method, [], named, {
      signal: caller.signal,
      lists: true,
      origin: requestOf(caller, 'JSON-2'),
      credential: { epoch, check: async () => (await gate.authenticateKey(tenant, key, origin)) === uid },
    })
    return jsonAnswer(resultText(result) ?? 'null')
  } catch (thrown) {
    const { status, body, headers } = json2Error(
      settle(thrown, gate.log, { protocol: 'json-2', request: caller.requestId }),
    )
    return jsonAnswer(
      JSON.stringify(body),
      status,
      status === 401 ? { ...headers, 'WWW-Authenticate': 'Bearer' } : headers,
    )
  }
}

/**
 * Whose key it is, and in which tenant, for what else is offered to programs beside the calls.
 * @throws AccessDenied ERR_RPC_KEY, also where there is no such database
 */
export async function bearerUser(
  gate: Gate,
  caller: Caller,
  authorization: string,
  database: string | undefined,
): Promise<{ readonly tenant: Tenant; readonly uid: number }> {
  const key = bearerKey(authorization)
  const tenant = database === undefined || database === '' ? caller.hostTenant : await caller.tenantNamed(database)
  const uid = tenant === null ? null : await gate.authenticateKey(tenant, key, originOf(caller, false, 'JSON-2'))
  if (tenant === null || uid === null) throw new AccessDenied('ERR_RPC_KEY', 'Invalid apikey')
  return { tenant, uid }
}

/** `GET /json/2/…`: the method is wrong, and says so in the protocol's own shape. */
export function answerJson2Get(gate: Gate): Answer {
  const wrong = new MissingError('ERR_RPC_ROUTE', 'Did you mean POST /json/2/<model>/<method>?')
  const { status, body } = json2Error(settle(wrong, gate.log))
  return jsonAnswer(JSON.stringify(body), status)
}

function bearerKey(header: string | undefined): string {
  // RFC 6750 §2.1; the scheme's case does not count (RFC 9110 §11.1).
  if (header === undefined || header.length > 1_024 || header.slice(0, 7).toLowerCase() !== 'bearer ') {
    throw new AccessDenied('ERR_RPC_KEY', 'User not authenticated, use an API Key with a Bearer Authorization header.')
  }
  return header.slice(7).trim()
}

function readBody(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {}
  let parsed: unknown
  try {
    parsed = readJson(body)
  } catch {
    throw new InvalidRequestError('ERR_RPC_JSON', 'could not parse the body as json')
  }
  if (!isDictionary(parsed))
    throw new InvalidRequestError('ERR_RPC_ARGUMENTS', 'The body must be an object of named arguments.', {
      wireName: 'builtins.TypeError',
    })
  return parsed
}
