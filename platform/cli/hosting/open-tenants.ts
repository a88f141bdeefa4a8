/** Tenants as the framework takes them, opened at the first request and kept while their generation lasts. */

import type { Tenant } from '../../../framework/access/index.ts'
import { type Alarms, keepAlarm } from '../../../framework/jobs/index.ts'
import { UnavailableError } from '../../../framework/errors.ts'
import { lacksUpgrade, openTenant } from '../../../framework/modules/index.ts'
import type { Log } from '../../../framework/rpc/index.ts'
import { openPool } from '../../../framework/sql/index.ts'
import { openSandbox, type Sandbox } from '../../sandbox/index.ts'
import { type Home, keyVault, type TenantConnection, type TenantEvent } from '../../tenants/index.ts'

/** Where tenants come from: the home, or its owner for a process that only serves requests. */
export interface TenantSource {
  /** The tenant's database and files, awake. Costs nothing where it is known to be. */
  wake(name: string): Promise<TenantConnection>
  /** Wakes it for a new connection to its database, whatever is known. */
  ensureAwake(name: string): Promise<void>
  watch(listener: (event: TenantEvent) => void | Promise<void>): () => void
}

/** The tenants of a home that this process owns. */
export function tenantsOfHome({ tenants }: Home): TenantSource {
  return {
    wake: tenants.wake,
    ensureAwake: async (name) => void (await tenants.wake(name)),
    watch: tenants.watch,
  }
}

export interface OpenTenants {
  /** The tenant of a name, its instance awake. Costs nothing when it is open and awake. @throws as `home.tenants.wake` */
  open(name: string): Promise<Tenant>
  /** Waits for running statements, then closes all. */
  close(): Promise<void>
}

interface Opened {
  readonly name: string
  readonly generation: number
  readonly tenant: Promise<Tenant>
  close(): Promise<void>
}

/** Longest wait for running statements of a tenant that is suspended, switched or deleted. */
const PATIENCE_MS = 5_000

/**
 * Opens the cache and closes pools when the home says that a tenant changes.
 * @param alarms get the time of each opened tenant's next scheduled action, then and whenever it changes
 * @param connections of each tenant at most; default as `openPool`
 */
export function keepOpenTenants(
  source: TenantSource,
  alarms: Pick<Alarms, 'refresh' | 'settled'>,
  log: Log,
  { connections }: { readonly connections?: number } = {},
): OpenTenants {
  const opened = new Map<string, Opened>()
  // Starts nothing before the first script of an administrator.
  const scripts = openSandbox()

  const forget = async (tenantId: string): Promise<void> => {
    const known = opened.get(tenantId)
    if (known === undefined) return
    opened.delete(tenantId)
    await known.close()
  }
  const stopWatching = source.watch(async ({ kind, tenantId }) => {
    // One that falls asleep takes no memory either: who sleeps for a week is read again in a few milliseconds.
    if (tenantId !== null && kind !== 'crashed' && kind !== 'created' && kind !== 'superuser') await forget(tenantId)
  })

  const open = async (name: string): Promise<Tenant> => {
    const connection = await source.wake(name)
    const known = opened.get(connection.id)
    if (known !== undefined && known.generation === connection.generation && known.name === name) return known.tenant
    if (known !== undefined) void forget(connection.id)
    const fresh = openNow(source, name, connection, scripts, connections)
    opened.set(connection.id, fresh)
    fresh.tenant.then(
      // Not waited for: no request needs it.
      (tenant) => void keepAlarm(tenant, connection.id, alarms, log)(),
      () => {
        if (opened.get(connection.id) === fresh) opened.delete(connection.id)
        void fresh.close()
      },
    )
    return fresh.tenant
  }

  return {
    open,
    close: async () => {
      stopWatching()
      await alarms.settled()
      await Promise.all([...opened.values()].map((one) => one.close()))
      await scripts.close()
      opened.clear()
    },
  }
}

/**
 * The same for those that serve: a tenant whose schema is behind the loaded applications is refused, for these would fail
 * at every other statement. `open` then throws UnavailableError ERR_TENANT_OUTDATED.
 */
export function onlyCurrent(tenants: OpenTenants): OpenTenants {
  const current = new WeakSet<Tenant>()
  return {
    ...tenants,
    open: async (name) => {
      const tenant = await tenants.open(name)
      if (current.has(tenant)) return tenant
      if (await lacksUpgrade(tenant))
        throw new UnavailableError(
          'ERR_TENANT_OUTDATED',
          'This database waits for its upgrade to the applications of today; your administrator does it.',
        )
      current.add(tenant)
      return tenant
    },
  }
}

function openNow(
  source: TenantSource,
  name: string,
  connection: TenantConnection,
  scripts: Sandbox,
  connections: number | undefined,
): Opened {
  const pool = openPool({
    ...connection.address,
    ...(connections === undefined ? {} : { max: connections }),
    beforeConnect: () => source.ensureAwake(name),
  })
  return {
    name,
    generation: connection.generation,
    // A store of its own: the framework finds the tenant by it, and the connection's outlives the tenant in memory.
    tenant: openTenant({ name, pool, files: { ...connection.files }, vault: keyVault(connection.keys), scripts }),
    close: async () => {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, PATIENCE_MS)
      })
      await Promise.race([pool.close(), late])
      clearTimeout(timer)
    },
  }
}
