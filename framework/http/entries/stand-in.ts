/** A server whose rooms below are stand-ins, for tests of the protocols and the pipeline alone. No tenant's data is behind it. */

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tenant } from '../../access/index.ts'
import { api, type ModelInfo, t } from '../../orm/index.ts'
import { callMethod, type Gate, type LogEntry } from '../../rpc/index.ts'
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../listen/server.ts'

export interface Received {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

export interface Sent {
  readonly method?: string
  readonly path: string
  /** Value of the Host header without port; default `demo.localhost`. */
  readonly host?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  /** Over the plain listener. */
  readonly plain?: boolean
}

export interface StandIn {
  readonly server: HttpServer
  readonly log: LogEntry[]
  readonly caText: string
  send(request: Sent): Promise<Received>
  close(): Promise<void>
}

/** The session that the stand-in knows, in the tenant `demo`. */
export const session = { token: 'demo-session-token-0123456789abcdef', uid: 7, csrf: 'ab'.repeat(32) } as const
export const password = 'right'
export const key = 'the-right-key'

const thing = {
  name: 'x.thing',
  api: new Map([
    ['search', api({ on: 'model', access: 'read', params: { domain: t.domain }, returns: t.records, doc: '' })],
    ['write', api({ access: 'write', params: { vals: t.values }, returns: t.bool, doc: '' })],
  ]),
  fields: new Map(),
} as unknown as ModelInfo

/** A tenant with one model and no database. */
export function standInTenant(name: string): Tenant {
  return { name, registry: { apps: ['base'], models: new Map([['x.thing', thing]]), key: name } } as unknown as Tenant
}

/** Refuses as the real one does; what is exposed runs `run`, because there is nothing below. */
export function standInGate(log: (entry: LogEntry) => void, run: (model: unknown, method: unknown) => unknown): Gate {
  return {
    call: async (tenant, uid, model, method, args, kwargs, options) => {
      const declared =
        typeof model === 'string' && typeof method === 'string' && tenant.registry.models.get(model)?.api.has(method)
      if (declared !== true) return callMethod(tenant, uid, model, method, args, kwargs, options)
      return run(model, method)
    },
    authenticate: async (tenant, login, given) =>
      tenant.name === 'demo' && login === 'admin' && given === password ? 2 : null,
    authenticateCall: async (tenant, uid, given) => tenant.name === 'demo' && uid === 2 && given === password,
    authenticateKey: async (tenant, given) => (tenant.name === 'demo' && given === key ? 2 : null),
    openSession: async () => ({ token: session.token, csrf: session.csrf }),
    closeSession: async () => {},
    rights: async (_tenant, uid) => ({
      id: uid,
      login: 'admin',
      name: 'Admin',
      partnerId: 3,
      companyId: 1,
      companyIds: [1],
      lang: 'en_US',
      tz: null,
      groups: new Set(['base.group_user']),
      groupIds: [1],
    }),
    policy: () => allOn,
    policyNow: async () => allOn,
    ledger: { note: () => {}, flush: async () => {} },
    log,
  }
}

const allOn = { xmlRpc: true, jsonRpc: true, passwords: true }

/** Starts it with two tenants, `demo` and `other`, each at its own host and both at `localhost`. */
export async function standIn(
  options: Partial<HttpServerOptions> = {},
  run: (model: unknown, method: unknown) => unknown = () => true,
): Promise<StandIn> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-http-'))
  const log: LogEntry[] = []
  const tenants = new Map([
    ['demo', standInTenant('demo')],
    ['other', standInTenant('other')],
  ])
  const server = await createHttpServer({
    directory: {
      byName: async (name) => tenants.get(name) ?? null,
      byHost: async (host) => tenants.get(host.replace(/\.localhost$/, '')) ?? null,
      namesFor: async (host) =>
        host === 'localhost' ? [...tenants.keys()] : [...tenants.keys()].filter((name) => host === `${name}.localhost`),
    },
    httpsPort: 0,
    httpsHost: '127.0.0.1',
    httpPort: 0,
    certificateFolder: folder,
    log: (entry) => log.push(entry),
    gate: standInGate((entry) => log.push(entry), run),
    readSession: async (tenant, token) =>
      tenant.name === 'demo' && token === session.token ? { uid: session.uid, csrf: session.csrf } : null,
    ...options,
  })
  const caText = await readFile(server.caPath, 'utf8')
  return {
    server,
    log,
    caText,
    send: (request) => exchange(server, caText, request),
    close: async () => {
      await server.close(200)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function exchange(
  server: HttpServer,
  ca: string,
  { method, path, host = 'demo.localhost', headers = {}, body, plain = false }: Sent,
): Promise<Received> {
  const port = plain ? Number(new URL(server.httpUrl as string).port) : server.httpsPort
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      path,
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      agent: false as const,
      headers: {
        host: `${host}:${port}`,
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
        ...headers,
      },
    }
    const request = plain
      ? plainRequest(options)
      : secureRequest({
          ...options,
          ca,
          servername: /^[a-z.]*localhost$/.test(host) ? host : 'localhost',
          checkServerIdentity: () => undefined,
        })
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      response
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        )
        .on('error', reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}
