/** Homes for the benchmark: one tenant with data under load, and one that is awake and does nothing. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tenant } from '../../../framework/access/index.ts'
import { initTenant, openTenant } from '../../../framework/modules/index.ts'
import { openPool } from '../../../framework/sql/index.ts'
import { type Home, openHome, type TemplateConnection } from '../../../platform/tenants/index.ts'
import { type DataSize, type Filled, fill, type Progress } from './fill.ts'
import { multiplyPartners } from './multiply.ts'

export type { Account, DataSize, Progress } from './fill.ts'

export interface Prepared extends Filled {
  readonly homePath: string
  readonly size: DataSize
  /** Names of the tenants under load: calls go to each in turn. */
  readonly tenants: readonly string[]
  /** Removes everything from the disk. */
  remove(): Promise<void>
}

/** Name of the tenant under load. */
export const tenantName = 'bench'
/** Name of a tenant that is awake and does nothing. */
export const idleName = 'idle'

/** What is loaded through the models, one by one; a larger size is made of it by PostgreSQL alone. */
const mostByModels = 10_000
const patienceMs = 600_000

/** Where a browser finds a tenant. */
export function hostOf(tenant: string): string {
  return `${tenant}.localhost`
}

/** Makes home, tenant and data in a temporary folder; the home is closed again, ready to be opened by the server. */
export async function prepare(size: DataSize, progress: Progress): Promise<Prepared> {
  return withNewHome(async (home) => {
    progress('installing the applications')
    await prepareTemplate(home, 'bench')
    await home.tenants.create({ name: idleName, template: 'bench' })
    const connection = await home.tenants.create({ name: tenantName, template: 'bench' })
    const filled = await withTenant(connection, tenantName, async (tenant) => {
      const made = await fill(tenant, { ...size, partners: Math.min(size.partners, mostByModels) }, progress)
      if (size.partners <= mostByModels) return made
      progress(`multiplying them to ${size.partners}`)
      return { ...made, partnerIds: await multiplyPartners(tenant.pool, size.partners) }
    })
    return { size, tenants: [tenantName], ...filled }
  })
}

/** Opens a new home, lets `work` fill it and closes it; what went wrong leaves nothing. */
export async function withNewHome<T extends object>(
  work: (home: Home) => Promise<T>,
): Promise<T & { readonly homePath: string; remove(): Promise<void> }> {
  const homePath = await mkdtemp(join(tmpdir(), 'holdfast-bench-'))
  const remove = () => rm(homePath, { recursive: true, force: true })
  try {
    const home = await openHome({ path: homePath, idleTimeoutMs: 0 })
    try {
      return { ...(await work(home)), homePath, remove }
    } finally {
      await home.close()
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** A template with the sales application, and with what `more` puts into it. */
export async function prepareTemplate(
  home: Home,
  key: string,
  more: (tenant: Tenant) => Promise<void> = async () => {},
): Promise<void> {
  await home.prepareTemplate(key, async (connection) => {
    const pool = openPool({ ...connection.address, statementTimeoutMs: patienceMs })
    try {
      await more(
        await initTenant({ name: 'template', pool, files: connection.files }, { apps: ['sales'], demo: false }),
      )
    } finally {
      await pool.close()
    }
  })
}

/** A tenant's database as the framework has it, for as long as `work` takes. */
export async function withTenant<T>(
  { address, files }: Pick<TemplateConnection, 'address' | 'files'>,
  name: string,
  work: (tenant: Tenant) => Promise<T>,
): Promise<T> {
  const pool = openPool({ ...address, statementTimeoutMs: patienceMs })
  try {
    return await work(await openTenant({ name, pool, files }))
  } finally {
    await pool.close()
  }
}
