/** Which host leads to which tenant. */

import type { Tenant } from '../../../framework/access/index.ts'
import { AppError, UnavailableError } from '../../../framework/errors.ts'
import type { TenantDirectory } from '../../../framework/http/index.ts'
import type { JobDirectory } from '../../../framework/jobs/index.ts'
import type { Home, TenantRecord } from '../../tenants/index.ts'
import type { OpenTenants } from './open-tenants.ts'

/** Which tenants there are, from memory. */
export interface TenantNames {
  list(): readonly Pick<TenantRecord, 'name' | 'state'>[]
  get(name: string): unknown
}

const local = new Set(['localhost', '127.0.0.1', '::1'])

/**
 * Tenants are one label below `localhost` or a configured domain. At localhost itself, on a machine without public
 * domains, the only tenant answers and all names may be listed; a public domain itself serves and tells nothing.
 */
export function tenantDirectory(
  home: { readonly tenants: TenantNames },
  tenants: OpenTenants,
  domains: readonly string[],
): TenantDirectory {
  const parents = new Set(['localhost', ...domains])

  const active = (): string[] =>
    home.tenants
      .list()
      .filter(({ state }) => state === 'active')
      .map(({ name }) => name)
  const nameAt = (host: string): string | null => {
    const dot = host.indexOf('.')
    return dot > 0 && parents.has(host.slice(dot + 1)) ? host.slice(0, dot) : null
  }
  const byName = async (name: string): Promise<Tenant | null> => {
    if (home.tenants.get(name) === null) return null
    try {
      return await tenants.open(name)
    } catch (error) {
      if (error instanceof AppError && error.code === 'ERR_TENANT_UNKNOWN') return null // deleted, or renamed meanwhile
      throw error
    }
  }
  return {
    byName,
    byHost: async (host) => {
      const name = nameAt(host)
      if (name !== null) return byName(name)
      if (!local.has(host)) return null
      const names = active()
      return names.length === 1 ? byName(names[0] as string) : null
    },
    namesFor: async (host) => {
      const name = nameAt(host)
      if (name !== null) return active().includes(name) ? [name] : []
      return local.has(host) && domains.length === 0 ? active() : []
    },
  }
}

/** Tenants as the queue finds them: by id, which stays when a tenant is renamed. */
export function jobDirectory(home: Home, tenants: Pick<OpenTenants, 'open'>): JobDirectory {
  return {
    byKey: async (key) => {
      const record = home.tenants.list().find(({ id }) => id === key)
      if (record === undefined) return null
      // A deleted one may come back within its grace; until then its jobs wait like those of a suspended one.
      if (record.state !== 'active')
        throw new UnavailableError('ERR_TENANT_SUSPENDED', 'This database is out of service.')
      return tenants.open(record.name)
    },
  }
}
