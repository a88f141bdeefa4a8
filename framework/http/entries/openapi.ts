/** The API of the caller as an OpenAPI document, for a person's session or for a program with a key. */

import { apiDocument, bearerUser, type Gate, settle } from '../../rpc/index.ts'
import { json } from '../answer/reply.ts'
import type { Exchange, Reply } from '../exchange.ts'
import type { Route } from '../routes.ts'

/** Where it is. */
export const documentPath = '/doc/openapi.json'

/** Its route. */
export function openApiRoutes(gate: Gate): Route[] {
  return [
    {
      method: 'GET',
      path: documentPath,
      kind: 'RPC',
      tenant: 'optional',
      session: 'optional',
      handler: (exchange) => show(gate, exchange),
    },
  ]
}

async function show(gate: Gate, exchange: Exchange): Promise<Reply> {
  const caller = await callerOf(gate, exchange)
  if (caller === null)
    return json({ message: 'Sign in, or send an API key: Authorization: bearer KEY.' }, 401, {
      headers: { 'WWW-Authenticate': 'Bearer' },
    })
  const { json: body, etag } = await apiDocument(caller.tenant, caller.uid)
  // Kept by the person's own browser only, and asked about each time: rights may have changed.
  const common = { cache: 'private, no-cache', headers: { ETag: etag, Vary: 'Authorization, Cookie, X-Odoo-Database' } }
  const known = exchange.headers['if-none-match']
  if (known?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)) return { status: 304, ...common }
  return { status: 200, type: 'application/json; charset=utf-8', body, ...common }
}

async function callerOf(gate: Gate, exchange: Exchange) {
  const { authorization } = exchange.headers
  if (authorization !== undefined) {
    const database = exchange.headers['x-odoo-database']
    try {
      return await bearerUser(gate, exchange, authorization, typeof database === 'string' ? database : undefined)
    } catch (thrown) {
      const { error } = settle(thrown, gate.log, { path: documentPath })
      if (error.status === 401) return null
      throw thrown
    }
  }
  const { tenant, session } = exchange
  return tenant === null || session === null ? null : { tenant, uid: session.uid }
}
