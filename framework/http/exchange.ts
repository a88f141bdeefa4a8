/** One request on its way through the pipeline: what was asked, and what the checks have found out so far. */

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Tenant } from '../access/index.ts'
import type { Caller } from '../rpc/index.ts'
import type { Route } from './routes.ts'

/** A signed-in person, known by the cookie `session_id`. */
export interface Session {
  readonly uid: number
  /** Secret of this session from which its CSRF tokens are made. */
  readonly csrf: string
  readonly token: string
}

export interface Exchange extends Caller {
  readonly route: Route
  readonly method: string
  /** Decoded path without query. */
  readonly path: string
  /** Path and query as they were sent. */
  readonly target: string
  /** Values of the route's `:name` parts. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** Host name in lower case, without port. */
  readonly host: string
  /** Scheme, host and port as the client sees them: `https://demo.localhost:8443`. */
  readonly origin: string
  /** Whether the client reached us over HTTPS, directly or through a proxy on this machine. */
  readonly secure: boolean
  /** The tenant of the host or of the session; set by the check `tenant`. Never `null` in a route that requires one. */
  readonly tenant: Tenant | null
  /** Set by the check `session`. Never `null` in a route that requires one. */
  readonly session: Session | null
  /** The whole body; empty for GET. */
  readonly body: Buffer
  /** The body as a form. */
  form(): URLSearchParams
  /** A fresh CSRF token of the session (or of one with this secret), for a hidden field `csrf_token` or the header `X-CSRF-Token`; empty without a session. */
  csrfToken(secret?: string): string
}

/** An exchange while it is being checked: what the checks find out is written here. */
export interface OpenExchange extends Exchange {
  readonly request: IncomingMessage
  tenant: Tenant | null
  hostTenant: Tenant | null
  session: Session | null
  body: Buffer
}

/** What leaves. Security headers come from the route's kind; a handler adds only what is its own. */
export interface Reply {
  readonly status: number
  /** Content type with charset; default by the maker used. */
  readonly type?: string
  /** Texts in turn: each is asked for when the client has taken those before, and the length is not told. */
  readonly body?: string | Uint8Array | Iterable<string>
  readonly headers?: Readonly<Record<string, string>>
  /** Lines of Set-Cookie, made by `answer/cookies.ts`. */
  readonly cookies?: readonly string[]
  /** Replaces the Content-Security-Policy of the kind. */
  readonly csp?: string
  /** Replaces `no-store`, e.g. for files named by their hash. */
  readonly cache?: string
}
