/** What anybody may ask without a tenant: is it alive, which version, where to report a vulnerability. */

import { version } from '../../rpc/index.ts'
import { json, text } from '../answer/reply.ts'
import type { Route } from '../routes.ts'

const halfYearMs = 180 * 86_400_000

export function systemRoutes(securityContact: string | undefined): Route[] {
  return [
    { method: 'GET', path: '/web/health', kind: 'RPC', tenant: 'none', handler: () => json({ status: 'pass' }) },
    {
      method: 'GET',
      path: '/web/version',
      kind: 'RPC',
      tenant: 'none',
      handler: () => json({ version_info: version.server_version_info, version: version.server_version }),
    },
    {
      method: 'GET',
      path: '/.well-known/security.txt',
      kind: 'RPC',
      tenant: 'none',
      // Keeps promise: software/vulnerability-reports
      // RFC 9116 §2.5: Contact and Expires are required; the date moves on with the day, less than a year ahead.
      handler: (exchange) => {
        const expires = new Date(Math.ceil(Date.now() / 86_400_000) * 86_400_000 + halfYearMs).toISOString()
        const contact = securityContact ?? `mailto:security@${exchange.host}`
        return text(
          200,
          `Contact: ${contact}\nExpires: ${expires}\nPreferred-Languages: en, nl\nCanonical: ${exchange.origin}/.well-known/security.txt\n`,
        )
      },
    },
  ]
}
