/**
 * HTTPS and what stands before every handler: the pipeline of checks, routes, security headers, certificates.
 * It speaks no protocol itself (rpc does) and never decides which records somebody may see.
 */

export { endedCookie, sessionCookie } from './answer/cookies.ts'
export { html, json, ownPath, redirect, text } from './answer/reply.ts'
export type { Exchange, Reply, Session } from './exchange.ts'
export type { ErrorPage } from './listen/handler.ts'
export { createHttpServer, type HttpServer, type HttpServerOptions } from './listen/server.ts'
export type { Kind, Route } from './routes.ts'
export { type PageOptions, pageRoutes } from './pages/routes.ts'
export type { Log, LogEntry, TenantDirectory } from '../rpc/index.ts'
