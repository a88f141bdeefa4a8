/** The routes of the external API; what they say is rpc's. */

import {
  type Answer,
  answerJson2,
  answerJson2Get,
  answerJsonRpc,
  answerWeb,
  answerXmlRpc,
  type Gate,
  webMethods,
} from '../../rpc/index.ts'
import { endedCookie, sessionCookie } from '../answer/cookies.ts'
import { text } from '../answer/reply.ts'
import type { Exchange, Reply } from '../exchange.ts'
import type { Route } from '../routes.ts'

/** All RPC routes, served through one gate. */
export function rpcRoutes(gate: Gate): Route[] {
  return [
    program('/jsonrpc', 'json', async (x) => answered(x, await answerJsonRpc(gate, x, x.body))),
    // Odoo reads the (empty) body of a GET too; clients that probe the address look for this answer.
    { method: 'GET', path: '/jsonrpc', kind: 'RPC', tenant: 'none', handler: () => text(400, 'Invalid JSON data') },
    program('/json/2/:model/:method', 'json', async (x) => {
      const { model = '', method = '' } = x.params
      const database = x.headers['x-odoo-database']
      const request = {
        model,
        method,
        authorization: x.headers.authorization,
        database: typeof database === 'string' ? database : undefined,
        body: x.body,
      }
      return answered(x, await answerJson2(gate, x, request))
    }),
    {
      method: 'GET',
      path: '/json/2/:model/:method',
      kind: 'RPC',
      tenant: 'none',
      handler: (x) => answered(x, answerJson2Get(gate)),
    },
    program('/xmlrpc/2/:service', 'xml', async (x) =>
      answered(x, await answerXmlRpc(gate, x, x.params['service'] ?? '', x.body)),
    ),
    program('/xmlrpc/:service', 'xml', async (x) =>
      answered(x, await answerXmlRpc(gate, x, x.params['service'] ?? '', x.body, true)),
    ),
    ...webMethods.map(
      (method): Route => ({
        method: 'POST',
        path: method.path,
        kind: 'RPC',
        tenant: 'optional',
        session: method.session,
        body: 'json',
        safe: method.safe,
        handler: async (x) => answered(x, await answerWeb(gate, x, method, x.body)),
      }),
    ),
  ]
}

// Each call carries its own password or key, so nothing in it is the browser's to give away.
function program(path: string, body: 'json' | 'xml', handler: Route['handler']): Route {
  return { method: 'POST', path, kind: 'RPC', tenant: 'optional', body, ownCredentials: true, handler }
}

/** A protocol's answer as a reply. */
export function answered(exchange: Exchange, answer: Answer): Reply {
  const { status, type, body, headers, session } = answer
  const cookies =
    session === undefined
      ? undefined
      : [session === 'closed' ? endedCookie(exchange) : sessionCookie(exchange, session.tenant, session.token)]
  return {
    status,
    type,
    body,
    ...(headers === undefined ? {} : { headers }),
    ...(cookies === undefined ? {} : { cookies }),
  }
}
