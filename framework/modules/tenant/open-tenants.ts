/** From an environment back to its tenant, for the few services that change the tenant itself. */

import type { Tenant } from '../../access/index.ts'
import { ServerError } from '../../errors.ts'
import type { Env, FileStore } from '../../orm/index.ts'
import { type Queryable, sql } from '../../sql/index.ts'

// The store of attachments is the one part of a tenant that each of its environments carries as the same object.
const tenants = new WeakMap<FileStore, Tenant>()

/** Makes a tenant known under its environments. */
export function rememberTenant<T extends Tenant>(tenant: T): T {
  tenants.set(tenant.files, tenant)
  return tenant
}

/** @throws ServerError ERR_TENANT for an environment that no opened tenant made */
export function tenantOf(env: Env): Tenant {
  const tenant = tenants.get(env.files)
  if (!tenant) throw new ServerError('ERR_TENANT', 'The database of this request is not open.')
  return tenant
}

/** Tells all processes, through the database, that the models changed. */
export async function noteModelsChanged(tx: Queryable): Promise<void> {
  await tx.query(sql`UPDATE hf_epoch SET n = n + 1, models = models + 1`)
}
