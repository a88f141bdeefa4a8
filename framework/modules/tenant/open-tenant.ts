/** Opens a tenant's database as a tenant, or makes one of an empty database. */

import type { KeyVault } from '../../audit/index.ts'
import { makeTenant, type Tenant, withSystemEnv } from '../../access/index.ts'
import { ConflictError, UnavailableError, ValidationError } from '../../errors.ts'
import { buildRegistry, type FileStore, type ModelRegistry, type ScriptRunner } from '../../orm/index.ts'
import { type Pool, sql, withTransaction } from '../../sql/index.ts'
import { loadApps } from '../discover/load.ts'
import { bring } from '../install/bring.ts'
import { type InstallOptions, isEmpty } from '../install/install.ts'
import { registryAhead } from '../install/upgrade/registry-ahead.ts'
import { readPrevious } from '../schema/previous.ts'
import { rememberTenant } from './open-tenants.ts'
import { installedApps, readRegistry } from './tenant-registry.ts'

export interface TenantOptions {
  readonly name: string
  readonly pool: Pool
  readonly files: FileStore
  /** Opens personal parts of the audit log. */
  readonly vault?: KeyVault
  /** Runs scripts of administrators. */
  readonly scripts?: ScriptRunner
}

export interface InitOptions extends InstallOptions {
  /** Applications to install; what they depend on comes along. */
  readonly apps: readonly string[]
  /** Login of the administrator (uid 2); default `admin`. */
  readonly adminLogin?: string
}

/**
 * A tenant on a database that was made by `initTenant` before: reads what is installed and loads it.
 * @throws UnavailableError ERR_TENANT_EMPTY when the database holds no applications
 */
export async function openTenant(options: TenantOptions): Promise<Tenant> {
  if (await isEmpty(options.pool))
    throw new UnavailableError(
      'ERR_TENANT_EMPTY',
      'The database holds no applications yet; its creation did not finish.',
    )
  return rememberTenant(makeTenant({ ...options, registry: await registryFor(options.pool), reload: reopenTenant }))
}

/**
 * Makes a tenant of an empty database: the framework's tables, base and the chosen applications, in one transaction.
 * @throws ConflictError ERR_TENANT_EXISTS for a database that is in use, InvalidRequestError ERR_APP_UNKNOWN
 */
export async function initTenant(options: TenantOptions, { apps, demo, adminLogin }: InitOptions): Promise<Tenant> {
  if (!(await isEmpty(options.pool)))
    throw new ConflictError('ERR_TENANT_EXISTS', 'The database holds applications already.')
  const manifests = await loadApps(apps)
  const order = manifests.map(({ name }) => name)
  const registry = buildRegistry(order)
  const tenant = rememberTenant(makeTenant({ ...options, registry, reload: reopenTenant }))
  await withTransaction(
    options.pool,
    async (tx) => {
      await bring(tenant, tx, manifests, { demo, of: new Set(order), upgrade: false })
      if (adminLogin !== undefined)
        await withSystemEnv(tenant, 'modules.first-login', { tx, isBulk: true }, (env) =>
          env.model('res.users', [2]).write({ login: adminLogin }),
        )
    },
    { tries: 1 },
  )
  // The planner would otherwise guess the sizes of all tables until the first autovacuum.
  await options.pool.query(sql`ANALYZE`)
  return tenant
}

/** Reads the models again after another process changed them. */
export async function reopenTenant(tenant: Tenant): Promise<void> {
  tenant.registry = await registryFor(tenant.pool)
}

// A tenant that waits for its upgrade may name models as they were called before.
async function registryFor(pool: Pool): Promise<ModelRegistry> {
  try {
    return await readRegistry(pool)
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error
    return registryAhead(await installedApps(pool), pool, await readPrevious(pool))
  }
}
