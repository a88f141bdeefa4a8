/** The API of the caller, for a person's session or for a program with a key: as an OpenAPI document, and as a typed client. */

import { withEnv } from '../../access/index.ts'
import { apiDocument, bearerUser, describeApi, type Gate, generateClient, settle } from '../../rpc/index.ts'
import { contentDisposition } from '../../templates/index.ts'
import { json, text } from '../answer/reply.ts'
import type { Exchange, Reply } from '../exchange.ts'
import type { Route } from '../routes.ts'

/** Where it is. */
export const documentPath = '/doc/openapi.json'

/** The files of the typed client are below it. */
export const clientPath = '/doc/client'

/** Their routes. */
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
    {
      method: 'GET',
      path: `${clientPath}/:file`,
      kind: 'RPC',
      tenant: 'optional',
      session: 'optional',
      handler: (exchange) => showClient(gate, exchange),
    },
  ]
}

async function show(gate: Gate, exchange: Exchange): Promise<Reply> {
  const caller = await callerOf(gate, exchange)
  if (caller === null) return unknownCaller()
  const document = await apiDocument(caller.tenant, caller.uid)
  const gzipped = /\bgzip\b/.test(String(exchange.headers['accept-encoding'] ?? ''))
  // RFC 9110 §8.8.3.3: one strong tag per encoding.
  const etag = gzipped ? document.etag.replace(/"$/, '-gz"') : document.etag
  // Kept by the person's own browser only, and asked about each time: rights may have changed.
  const vary = 'Accept-Encoding, Authorization, Cookie, X-Odoo-Database'
  const common = { cache: 'private, no-cache', headers: { ETag: etag, Vary: vary } }
  const known = exchange.headers['if-none-match']
  if (known?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)) return { status: 304, ...common }
  const type = 'application/json; charset=utf-8'
  if (!gzipped) return { status: 200, type, body: document.json, ...common }
  const headers = { ...common.headers, 'Content-Encoding': 'gzip' }
  return { status: 200, type, body: document.gzip, ...common, headers }
}

async function showClient(gate: Gate, exchange: Exchange): Promise<Reply> {
  const caller = await callerOf(gate, exchange)
  if (caller === null) return unknownCaller()
  const { file = '' } = exchange.params
  if (file !== 'index.ts' && file !== 'client.ts' && file !== 'models.ts') return text(404, 'Not found.')
  const files = await withEnv(caller.tenant, caller.uid, { mode: 'read' }, async (env) =>
    generateClient(describeApi(env)),
  )
  return text(200, files[file], { headers: { 'Content-Disposition': contentDisposition('attachment', file) } })
}

function unknownCaller(): Reply {
  return json({ message: 'Sign in, or send an API key: Authorization: bearer KEY.' }, 401, {
    headers: { 'WWW-Authenticate': 'Bearer' },
  })
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
