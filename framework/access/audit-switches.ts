/** What a tenant's audit log keeps of each model: what applications declare, and what administrators switched on or off. */

import type { AuditSwitch, ModelRegistry } from '../orm/index.ts'
import { type Queryable, sql } from '../sql/index.ts'
import type { Tenant } from './tenant.ts'

/** The switches as memory has them; read where it has none yet. */
export async function auditSwitches(tenant: Tenant, db: Queryable): Promise<ReadonlyMap<string, AuditSwitch>> {
  return tenant.rights.audit ?? (await readAuditSwitches(tenant.registry, db))
}

/** Reads the switches of all models of which anything is kept. */
export async function readAuditSwitches(
  registry: ModelRegistry,
  db: Queryable,
): Promise<ReadonlyMap<string, AuditSwitch>> {
  const switched = new Map<string, { changes: boolean | null; reads: boolean | null }>()
  // A tenant that waits for its upgrade has no switches yet.
  const rows = await db.query<{ model: string; changes: boolean | null; reads: boolean | null }>(
    sql`SELECT m->>'model' AS model, (m->>'audit_changes')::bool AS changes, (m->>'audit_reads')::bool AS reads
        FROM (SELECT to_jsonb(t) AS m FROM ir_model t) x WHERE m->>'audit_changes' IS NOT NULL OR m->>'audit_reads' IS NOT NULL`,
  )
  for (const { model, changes, reads } of rows) switched.set(model, { changes, reads })
  const switches = new Map<string, AuditSwitch>()
  for (const { name, options } of registry.models.values()) {
    if (options.abstract) continue
    const { as, ...declared } = options.audit ?? {}
    const own = switched.get(name)
    const changes = as !== undefined || (own?.changes ?? declared.changes ?? false)
    const reads = own?.reads ?? declared.reads ?? false
    if (changes || reads) switches.set(name, { changes, reads, as })
  }
  return switches
}
