/** The JSON routes under /web that clients with a session cookie use. */

import type { Tenant } from '../../access/index.ts'
import { AccessDenied, SessionExpiredError } from '../../errors.ts'
import { JsonResult } from '../../orm/index.ts'
import { isDictionary } from '../call/check-type.ts'
import { argumentsRefused } from '../call/refusal.ts'
import type { Caller } from '../directory.ts'
import { type Gate, originOf, programOrigin, requestOf } from '../gate.ts'
import { admit } from '../programs/admission.ts'
import { type Answer, jsonAnswer } from './answer.ts'
import { jsonRpcError, settle } from './error-shapes.ts'
import { answerEnvelope } from './json-rpc.ts'
import { denied, tenantNamed, version } from './services.ts'
import { sessionInfo } from './session-info.ts'

/** A caller with a cookie, as far as the pipeline could make it out. */
export interface WebCaller extends Caller {
  /** The tenant of the host, or of the session at a host that serves several. */
  readonly tenant: Tenant | null
  readonly session: { readonly uid: number; readonly csrf: string; readonly token: string } | null
  /** A CSRF token for a session with this secret. */
  csrfToken(secret?: string): string
}

type Params = Readonly<Record<string, unknown>>

/** One JSON route: its path, whether it needs a session, whether it changes something, and what it does. */
export interface WebMethod {
  readonly path: string
  readonly session: 'required' | 'optional' | 'none'
  readonly safe: boolean
  readonly run: (gate: Gate, caller: WebCaller, params: Params, effect: Effect) => unknown | Promise<unknown>
}

/** What shall happen beside the answer: to the cookie, and which token the client gets for its next changes. */
interface Effect {
  session?: NonNullable<Answer['session']>
  csrfToken?: string
}

/** Runs one of the routes in the JSON-RPC envelope. */
export async function answerWeb(gate: Gate, caller: WebCaller, method: WebMethod, body: Buffer): Promise<Answer> {
  const effect: Effect = {}
  const answer = await answerEnvelope(gate, caller, body, true, (params) => method.run(gate, caller, params, effect))
  return {
    ...answer,
    ...(effect.session === undefined ? {} : { session: effect.session }),
    // In a header: Odoo's session info has no such key, and only pages of this origin can read it.
    ...(effect.csrfToken === undefined ? {} : { headers: { 'X-CSRF-Token': effect.csrfToken } }),
  }
}

/** What a route that needs a session answers without one; the body has not been read, so there is no id. */
export function sessionExpired(gate: Gate): Answer {
  const failure = settle(new SessionExpiredError('ERR_SESSION_EXPIRED', 'Session expired'), gate.log)
  return jsonAnswer(`{"jsonrpc":"2.0","id":null,"error":${JSON.stringify(jsonRpcError(failure))}}`)
}

async function authenticate(gate: Gate, caller: WebCaller, params: Params, effect: Effect): Promise<unknown> {
  const { db, login, password } = params
  const tenant = await tenantNamed(caller, db, 'odoo.exceptions.AccessError')
  if (typeof login !== 'string' || typeof password !== 'string' || login === '' || password === '') throw denied()
  const policy = await gate.policyNow(tenant)
  admit(policy, 'web', password)
  const origin = programOrigin(caller, policy, 'web')
  const uid = await gate.authenticate(tenant, login, password, origin)
  if (uid === null) throw denied()
  // A session that was there before ends: whoever planted its cookie gains nothing.
  const replaces = caller.tenant?.name === tenant.name ? caller.session?.token : undefined
  const { token, csrf } = await gate.openSession(tenant, uid, origin, replaces)
  effect.session = { tenant: tenant.name, token }
  effect.csrfToken = caller.csrfToken(csrf)
  return sessionInfo(tenant, await gate.rights(tenant, uid))
}

async function callKw(gate: Gate, caller: WebCaller, params: Params): Promise<unknown> {
  const { model, method, args, kwargs } = params
  const missing = ['model', 'method', 'args', 'kwargs'].filter((name) => !(name in params))
  if (missing.length > 0) throw argumentsRefused(`Missing: ${missing.join(', ')}.`)
  if (!Array.isArray(args)) throw argumentsRefused('"args" must be a list.')
  if (!isDictionary(kwargs)) throw argumentsRefused('"kwargs" must be a dictionary.')
  const { tenant, session } = signedIn(caller)
  const { userAgent } = caller
  gate.ledger.note(tenant, { protocol: 'web', credential: 'session', uid: session.uid, userAgent, model, method })
  return gate.call(tenant, session.uid, model, method, args, kwargs, {
    signal: caller.signal,
    origin: requestOf(caller, 'web'),
  })
}

// A button's result counts only when it is an action for the client to run.
async function callButton(gate: Gate, caller: WebCaller, params: Params): Promise<unknown> {
  const result = await callKw(gate, caller, { kwargs: {}, ...params })
  const action = result instanceof JsonResult ? result.parse() : result
  return isDictionary(action) && typeof action['type'] === 'string' ? action : false
}

function signedIn(caller: WebCaller): { tenant: Tenant; session: NonNullable<WebCaller['session']> } {
  if (caller.tenant === null || caller.session === null) throw new AccessDenied('ERR_SESSION_NONE', 'Access Denied')
  return { tenant: caller.tenant, session: caller.session }
}

/** All of them. */
export const webMethods: readonly WebMethod[] = [
  { path: '/web/session/authenticate', session: 'optional', safe: true, run: authenticate },
  {
    path: '/web/session/get_session_info',
    session: 'required',
    safe: true,
    run: async (gate, caller, _params, effect) => {
      const { tenant, session } = signedIn(caller)
      effect.csrfToken = caller.csrfToken(session.csrf)
      return sessionInfo(tenant, await gate.rights(tenant, session.uid))
    },
  },
  { path: '/web/session/check', session: 'required', safe: true, run: () => undefined },
  {
    path: '/web/session/destroy',
    session: 'optional',
    safe: false,
    run: async (gate, caller, _params, effect) => {
      if (caller.tenant !== null && caller.session !== null)
        await gate.closeSession(caller.tenant, caller.session.token, originOf(caller, false, 'web'))
      effect.session = 'closed'
    },
  },
  {
    path: '/web/session/modules',
    session: 'required',
    safe: true,
    run: (_gate, caller) => signedIn(caller).tenant.registry.apps,
  },
  { path: '/web/dataset/call_kw', session: 'required', safe: false, run: callKw },
  { path: '/web/dataset/call_kw/:model/:method', session: 'required', safe: false, run: callKw },
  { path: '/web/dataset/call_button', session: 'required', safe: false, run: callButton },
  { path: '/web/dataset/call_button/:model/:method', session: 'required', safe: false, run: callButton },
  { path: '/web/webclient/version_info', session: 'none', safe: true, run: () => version },
  { path: '/web/database/list', session: 'none', safe: true, run: (_gate, caller) => caller.names() },
]
