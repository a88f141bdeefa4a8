/** Opens the listeners, and closes them in order. */

import { createServer as createPlainServer, type Server } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { checkCsrf, readSession } from '../../auth/index.ts'
import { type Gate, liveGate, type Log, sessionExpired, type TenantDirectory } from '../../rpc/index.ts'
import { html, ownPath, redirect, text } from '../answer/reply.ts'
import { hostPolicy } from '../checks/host.ts'
import { fileRoutes } from '../entries/files.ts'
import { openApiRoutes } from '../entries/openapi.ts'
import { reportRoutes } from '../entries/reports.ts'
import { answered, rpcRoutes } from '../entries/rpc.ts'
import { systemRoutes } from '../entries/system.ts'
import { errorPage } from '../pages/error-page.ts'
import type { Load, Surroundings } from '../pipeline.ts'
import { buildRouter, type Route } from '../routes.ts'
import { openAuthority } from './certificates.ts'
import { type ErrorPage, makeHandler } from './handler.ts'
import { serverTls } from './tls.ts'

export interface HttpServerOptions {
  readonly directory: TenantDirectory
  /** Port for HTTPS; 0 takes a free one. */
  readonly httpsPort: number
  /** Address that HTTPS listens on; default all. */
  readonly httpsHost?: string
  /** Port for plain HTTP, always bound to loopback: for a reverse proxy or programs on this machine. Absent: none. */
  readonly httpPort?: number
  readonly certificateFolder: string
  /** Domains below which tenants have their hosts, besides `localhost`. */
  readonly domains?: readonly string[]
  readonly log: Log
  /** Routes of other rooms, e.g. pages. */
  readonly routes?: readonly Route[]
  /** Default: the page of `pages/`. */
  readonly errorPage?: ErrorPage
  /** `mailto:` or `https:` address for reports of vulnerabilities. */
  readonly securityContact?: string
  /** Stand-in for the rooms below, in tests of the protocols alone. */
  readonly gate?: Gate
  readonly readSession?: Surroundings['readSession']
  /** 48 secret bytes that several processes share, so that each resumes the TLS sessions of the others; default: own ones. */
  readonly ticketKeys?: Uint8Array
  /** Requests at once; default 2 000. */
  readonly maxRequests?: number
  /** Bytes of bodies in memory at once; default 1 GiB. */
  readonly maxBodyBytes?: number
}

export interface HttpServer {
  /** `https://localhost:8443` */
  readonly url: string
  readonly httpUrl: string | null
  readonly httpsPort: number
  /** Path of the authority's certificate (PEM). */
  readonly caPath: string
  /** Takes no more requests, lets those inside finish (at most `graceMs`, default 10 000), then closes. */
  close(graceMs?: number): Promise<void>
}

const loopback = '127.0.0.1'
const showError: ErrorPage = (_exchange, { status, reference }) =>
  html(errorPage(status, reference ?? undefined), status)

/** Starts HTTPS, and plain HTTP on loopback where a port is given. */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const gate = options.gate ?? liveGate(options.log)
  const hosts = hostPolicy(options.domains ?? [])
  const router = buildRouter([
    ...rpcRoutes(gate),
    ...fileRoutes(gate),
    ...openApiRoutes(gate),
    ...reportRoutes(gate),
    ...systemRoutes(options.securityContact),
    ...(options.routes ?? []),
  ])
  const authority = await openAuthority(options.certificateFolder, options.domains ?? [], new Date())
  const tls = await serverTls(authority, hosts, options.log, options.ticketKeys)
  const load: Load = {
    requests: 0,
    bodyBytes: 0,
    maxRequests: options.maxRequests ?? 2_000,
    maxBodyBytes: options.maxBodyBytes ?? 1024 * 1024 * 1024,
  }
  let closing = false
  const secure = createServer({ ...tls.options, ...bounds })
  const httpsPort = await listen(secure, options.httpsPort, options.httpsHost)
  const around: Surroundings = {
    directory: options.directory,
    hosts,
    httpsPort,
    load,
    readSession: options.readSession ?? readSession,
    checkCsrf,
    signIn: (exchange) => {
      if (exchange.route.kind === 'RPC') return answered(exchange, sessionExpired(gate))
      if (exchange.route.kind !== 'PAGE') return text(404, 'Not found.')
      return redirect(`/web/login?redirect=${encodeURIComponent(ownPath(exchange.target, '/'))}`)
    },
  }
  const handlerOptions = {
    router,
    around,
    errorPage: options.errorPage ?? showError,
    log: options.log,
    closing: () => closing,
  }
  secure.on('request', makeHandler(handlerOptions, false))
  const servers: Server[] = [secure]
  let httpUrl: string | null = null
  if (options.httpPort !== undefined) {
    const plain = createPlainServer(bounds)
    servers.push(plain)
    plain.on('request', makeHandler(handlerOptions, true))
    httpUrl = `http://${loopback}:${await listen(plain, options.httpPort, loopback)}`
  }
  const stopRenewal = tls.keepFresh((context) => secure.setSecureContext(context))
  return {
    url: `https://localhost:${httpsPort}`,
    httpUrl,
    httpsPort,
    caPath: authority.caPath,
    close: async (graceMs = 10_000) => {
      closing = true
      stopRenewal()
      await Promise.all(servers.map((server) => closeServer(server, graceMs)))
      await gate.ledger.flush()
    },
  }
}

// Slow clients: headers within 10 s, the whole request within 5 min, an idle connection 65 s (above the 60 s of common proxies).
const bounds = {
  headersTimeout: 10_000,
  requestTimeout: 300_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16_384,
  noDelay: true,
} as const

async function listen(server: Server, port: number, host: string | undefined): Promise<number> {
  server.maxHeadersCount = 100
  // Somebody who sends or takes nothing for so long is gone; the answer to a long call comes from us, so it counts as ours.
  server.setTimeout(330_000)
  server.on('clientError', refuseMalformed)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return (server.address() as AddressInfo).port
}

function refuseMalformed(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable) return void socket.destroy()
  const status =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), graceMs)
    server.close(() => {
      clearTimeout(force)
      resolve()
    })
    server.closeIdleConnections()
  })
}
