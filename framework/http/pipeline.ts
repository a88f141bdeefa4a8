/**
 * The path of every request as one table: rows are the checks in their order, columns the kinds of entry. `on` means that
 * the check runs; a text says why it does not. What comes after the table, the rights on records and fields, is decided at
 * the data layer for every table that a query touches.
 */

import type { Tenant } from '../access/index.ts'
import type { TenantDirectory } from '../rpc/index.ts'
import { checkBody } from './checks/body.ts'
import { checkContentType } from './checks/content-type.ts'
import { checkCsrfToken } from './checks/csrf-token.ts'
import { checkHost, type HostPolicy } from './checks/host.ts'
import { checkLoad } from './checks/load.ts'
import { checkOrigin } from './checks/origin.ts'
import { checkSession } from './checks/session.ts'
import { checkTenant } from './checks/tenant.ts'
import { checkTransport } from './checks/transport.ts'
import type { Exchange, OpenExchange, Reply } from './exchange.ts'
import { type Kind, kinds } from './routes.ts'

/** What the checks need of the server. */
export interface Surroundings {
  readonly directory: TenantDirectory
  readonly hosts: HostPolicy
  /** Port that HTTPS is reached at, for redirects. */
  readonly httpsPort: number
  readonly load: Load
  readonly readSession: (
    tenant: Tenant,
    token: string,
  ) => Promise<{ readonly uid: number; readonly csrf: string } | null>
  readonly checkCsrf: (secret: string, submitted: string | null | undefined) => boolean
  /** The reply to somebody without a session where one is required. */
  readonly signIn: (exchange: Exchange) => Reply
}

/** What the server carries at this moment, and may carry at most. */
export interface Load {
  requests: number
  bodyBytes: number
  readonly maxRequests: number
  readonly maxBodyBytes: number
}

/** Looks at one thing; `null` lets the request on, a reply ends it. */
export type Check = (exchange: OpenExchange, around: Surroundings) => Reply | null | Promise<Reply | null>

type Cell = 'on' | { readonly off: string }

export interface PipelineRow extends Readonly<Record<Kind, Cell>> {
  readonly name: string
  readonly check: Check
}

const programs: Cell = { off: 'plain HTTP is bound to loopback; programs on this machine and proxies use it' }
const noBody: Cell = { off: 'has no body' }
const reads: Cell = { off: 'changes nothing' }
const token: Cell = { off: 'the link itself is the credential' }

export const pipeline: readonly PipelineRow[] = [
  { name: 'host', check: checkHost, PAGE: 'on', RPC: 'on', FILE: 'on', LINK: 'on', SOCKET: 'on' },
  { name: 'load', check: checkLoad, PAGE: 'on', RPC: 'on', FILE: 'on', LINK: 'on', SOCKET: 'on' },
  { name: 'transport', check: checkTransport, PAGE: 'on', RPC: programs, FILE: programs, LINK: 'on', SOCKET: 'on' },
  { name: 'origin', check: checkOrigin, PAGE: 'on', RPC: 'on', FILE: 'on', LINK: 'on', SOCKET: 'on' },
  { name: 'content-type', check: checkContentType, PAGE: 'on', RPC: 'on', FILE: 'on', LINK: 'on', SOCKET: noBody },
  { name: 'tenant', check: checkTenant, PAGE: 'on', RPC: 'on', FILE: 'on', LINK: 'on', SOCKET: 'on' },
  { name: 'session', check: checkSession, PAGE: 'on', RPC: 'on', FILE: 'on', LINK: token, SOCKET: 'on' },
  { name: 'body', check: checkBody, PAGE: 'on', RPC: 'on', FILE: 'on', LINK: 'on', SOCKET: noBody },
  { name: 'csrf-token', check: checkCsrfToken, PAGE: 'on', RPC: 'on', FILE: reads, LINK: token, SOCKET: reads },
]

const columns: Readonly<Record<Kind, readonly Check[]>> = Object.fromEntries(
  kinds.map((kind) => [kind, pipeline.filter((row) => row[kind] === 'on').map((row) => row.check)]),
) as Record<Kind, Check[]>

/** Runs the checks of the exchange's kind in order; the first that replies ends it. */
export async function runPipeline(exchange: OpenExchange, around: Surroundings): Promise<Reply | null> {
  for (const check of columns[exchange.route.kind]) {
    const outcome = check(exchange, around)
    const reply = outcome instanceof Promise ? await outcome : outcome
    if (reply !== null) return reply
  }
  return null
}
