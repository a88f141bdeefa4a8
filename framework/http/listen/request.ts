/** Makes an exchange of what Node's HTTP server hands over. */

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { isIP } from 'node:net'
import type { Tenant } from '../../access/index.ts'
import { newRequestId } from '../../audit/index.ts'
import { maskCsrf } from '../../auth/index.ts'
import type { TenantDirectory } from '../../rpc/index.ts'
import type { Cancellation } from '../../sql/index.ts'
import { hostName, type HostPolicy } from '../checks/host.ts'
import type { OpenExchange, Session } from '../exchange.ts'
import type { Route } from '../routes.ts'

const empty = Buffer.alloc(0)

export class RequestExchange implements OpenExchange {
  readonly request: IncomingMessage
  readonly route: Route
  readonly method: string
  readonly path: string
  readonly params: Readonly<Record<string, string>>
  readonly headers: IncomingHttpHeaders
  readonly host: string
  readonly secure: boolean
  readonly source: string
  tenant: Tenant | null = null
  hostTenant: Tenant | null = null
  session: Session | null = null
  body: Buffer = empty
  readonly #directory: TenantDirectory
  readonly #hosts: HostPolicy
  readonly #response: ServerResponse
  readonly #search: string
  #query: URLSearchParams | undefined
  #form: URLSearchParams | undefined
  #gone: ClientGone | undefined
  #requestId: string | undefined

  constructor(
    arrival: Arrival,
    route: Route,
    params: Readonly<Record<string, string>>,
    response: ServerResponse,
    directory: TenantDirectory,
    hosts: HostPolicy,
  ) {
    this.request = arrival.request
    this.route = route
    this.method = arrival.request.method ?? 'GET'
    this.path = arrival.path
    this.params = params
    this.headers = arrival.request.headers
    this.host = arrival.host
    this.secure = arrival.secure
    this.source = arrival.source
    this.#search = arrival.search
    this.#response = response
    this.#directory = directory
    this.#hosts = hosts
  }

  get requestId(): string {
    this.#requestId ??= newRequestId()
    return this.#requestId
  }

  get target(): string {
    return this.request.url ?? '/'
  }

  get userAgent(): string | undefined {
    return this.headers['user-agent']
  }

  get origin(): string {
    return `${this.secure ? 'https' : 'http'}://${hostHeader(this.headers, this.request)}`
  }

  get query(): URLSearchParams {
    this.#query ??= new URLSearchParams(this.#search)
    return this.#query
  }

  form(): URLSearchParams {
    this.#form ??= new URLSearchParams(this.body.toString('utf8'))
    return this.#form
  }

  csrfToken(secret = this.session?.csrf): string {
    return secret === undefined ? '' : maskCsrf(secret)
  }

  get signal(): Cancellation {
    this.#gone ??= new ClientGone(this.#response)
    return this.#gone
  }

  // Keeps promise: software/direct-references
  // A tenant's own host leads to that tenant and nowhere else, whatever name the caller gives.
  async tenantNamed(name: string): Promise<Tenant | null> {
    // Some clients take the first label of the host for the database's name, also where the host is an address.
    const alias = name === this.host.slice(0, this.host.indexOf('.') >>> 0)
    if (this.#hosts.kindOf(this.host) === 'tenant')
      return this.hostTenant !== null && (name === this.hostTenant.name || alias) ? this.hostTenant : null
    return (await this.#directory.byName(name)) ?? (alias ? this.hostTenant : null)
  }

  names(): Promise<readonly string[]> {
    return this.#directory.namesFor(this.host)
  }
}

/** Whether the client went away before it had its answer; what an AbortSignal does, at a tenth of its cost for each request. */
class ClientGone implements Cancellation {
  aborted: boolean
  readonly #listeners = new Set<() => void>()

  constructor(response: ServerResponse) {
    this.aborted = response.destroyed
    response.once('close', () => {
      if (response.writableFinished) return
      this.aborted = true
      for (const listener of this.#listeners) listener()
    })
  }

  throwIfAborted(): void {
    if (this.aborted) throw new DOMException('The client went away.', 'AbortError')
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.add(listener)
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener)
  }
}

/** What can be said of a request before any route is known. */
export interface Arrival {
  readonly request: IncomingMessage
  readonly path: string
  readonly search: string
  readonly host: string
  readonly secure: boolean
  readonly source: string
}

/** Reads target, host and source; `null` for a target that is no path. `behindProxy`: the plain listener, which only this machine reaches. */
export function readArrival(request: IncomingMessage, behindProxy: boolean): Arrival | null {
  const target = request.url ?? ''
  const question = target.indexOf('?')
  const path = cleanPath(question < 0 ? target : target.slice(0, question))
  if (path === null) return null
  return {
    request,
    path,
    search: question < 0 ? '' : target.slice(question + 1),
    host: hostName(behindProxy ? hostHeader(request.headers, request) : request.headers.host),
    secure: !behindProxy || lastOf(request.headers['x-forwarded-proto']) === 'https',
    source: sourceOf(request, behindProxy),
  }
}

// Only the plain listener believes X-Forwarded-*: it is bound to loopback, so the proxy is on this machine.
function hostHeader(headers: IncomingHttpHeaders, request: IncomingMessage): string {
  const forwarded = 'encrypted' in request.socket ? undefined : lastOf(headers['x-forwarded-host'])
  return (forwarded ?? headers.host ?? '').toLowerCase()
}

// The last entry is the one that the nearest proxy wrote; those before it are what others claim.
function sourceOf(request: IncomingMessage, behindProxy: boolean): string {
  const forwarded = behindProxy ? lastOf(request.headers['x-forwarded-for']) : undefined
  const address = forwarded !== undefined && isIP(forwarded) !== 0 ? forwarded : (request.socket.remoteAddress ?? '')
  return address.startsWith('::ffff:') ? address.slice(7) : address
}

function lastOf(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header.at(-1) : header
  return text === undefined ? undefined : text.slice(text.lastIndexOf(',') + 1).trim()
}

// Clients with a base address that ends in a slash send `//jsonrpc`.
function cleanPath(raw: string): string | null {
  if (!raw.startsWith('/')) return null
  let path = raw
  if (path.includes('%')) {
    try {
      path = decodeURIComponent(path)
    } catch {
      return null
    }
  }
  if (/[\p{Cc}\\]/u.test(path)) return null
  if (path.includes('//')) path = path.replace(/\/{2,}/g, '/')
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}
