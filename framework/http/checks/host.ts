/** The host name is checked before anything else is done with a request: unknown names reach no tenant and learn nothing. */

import { isIP } from 'node:net'
import { text } from '../answer/reply.ts'
import type { Check } from '../pipeline.ts'

export interface HostPolicy {
  /** `shared`: localhost, an address or a domain itself; `tenant`: one label below a domain; `null`: not ours. */
  kindOf(host: string): 'shared' | 'tenant' | null
}

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

/** @param domains configured domains besides `localhost`; tenants are one label below them */
export function hostPolicy(domains: readonly string[]): HostPolicy {
  const shared = new Set(['localhost', '127.0.0.1', '::1', ...domains.map((domain) => domain.toLowerCase())])
  const parents = new Set(
    ['localhost', ...domains.map((domain) => domain.toLowerCase())].filter((domain) => isIP(domain) === 0),
  )
  return {
    kindOf: (host) => {
      if (shared.has(host)) return 'shared'
      const dot = host.indexOf('.')
      return dot > 0 && parents.has(host.slice(dot + 1)) && label.test(host.slice(0, dot)) ? 'tenant' : null
    },
  }
}

/** Host name of a `Host` header in lower case, without port and brackets; empty when it is not one. */
export function hostName(header: string | undefined): string {
  if (header === undefined || header.length > 260) return ''
  const bracket = header.startsWith('[') ? header.indexOf(']') : -1
  const colon = header.indexOf(':', bracket + 1)
  const name = (colon < 0 ? header : header.slice(0, colon)).toLowerCase()
  if (colon >= 0 && !/^[0-9]{1,5}$/.test(header.slice(colon + 1))) return ''
  if (bracket > 0) return name.slice(1, -1)
  return name.endsWith('.') ? name.slice(0, -1) : name
}

/** Odoo's CVE-2018-14887: a host name was used before it was known. RFC 9110 §15.5.20. */
export const checkHost: Check = (exchange, { hosts }) =>
  hosts.kindOf(exchange.host) === null ? text(421, 'This address is not served here.') : null
