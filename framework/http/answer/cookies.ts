/**
 * The session cookie. Its name is the one that Odoo's clients keep. The value is the session's token and the tenant's
 * name, so that at a host which serves several tenants the cookie finds its own, and at a tenant's host no other's counts.
 */

import type { Exchange } from '../exchange.ts'

const name = 'session_id'
/** The server ends sessions much earlier; a browser that was away for a week forgets the cookie. */
const maxAgeSeconds = 7 * 24 * 3600

type Secured = Pick<Exchange, 'secure'>

/** `Set-Cookie` of a new session. */
export function sessionCookie(exchange: Secured, tenant: string, token: string): string {
  return `${name}=${token}.${tenant}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure(exchange)}`
}

/** `Set-Cookie` that takes the session away. */
export function endedCookie(exchange: Secured): string {
  return `${name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax${secure(exchange)}`
}

// Keeps promise: passwords/https-only
// Over plain HTTP only programs on this machine come in; a Secure cookie would not return to them.
function secure(exchange: Secured): string {
  return exchange.secure ? '; Secure' : ''
}

export interface SessionCookie {
  readonly token: string
  /** Absent in a cookie that another server made. */
  readonly tenant: string | undefined
}

/** All session cookies that a request carries: a sibling host can plant a second one, so none is taken for the one. */
export function readSessionCookies(header: string | undefined): SessionCookie[] {
  if (header === undefined || !header.includes(name)) return []
  const found: SessionCookie[] = []
  for (const part of header.split(';')) {
    const equals = part.indexOf('=')
    if (equals < 0 || part.slice(0, equals).trim() !== name) continue
    const value = part.slice(equals + 1).trim()
    const dot = value.indexOf('.')
    const token = dot < 0 ? value : value.slice(0, dot)
    if (token.length < 20 || token.length > 200 || !/^[A-Za-z0-9_-]+$/.test(token)) continue
    found.push({ token, tenant: dot < 0 ? undefined : value.slice(dot + 1) })
    if (found.length === 4) break
  }
  return found
}
