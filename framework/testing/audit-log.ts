/** What a tenant's audit log got, for tests that look at it. */

import type { Tenant } from '../access/index.ts'
import { type Row, sql } from '../sql/index.ts'

/** An entry that the sealer has not taken yet. */
export interface PendingEntry extends Row {
  readonly kind: string
  readonly actor: {
    readonly uid: number | null
    readonly requestId: string
    readonly channel: string
    readonly source: string | null
  }
  readonly model: string | null
  readonly ids: readonly number[] | null
  readonly what: Readonly<Record<string, unknown>>
  readonly personal: readonly { readonly subject: string; readonly data: Readonly<Record<string, unknown>> }[] | null
}

/** Takes the entries out that came since the last time. */
export async function takeEntries(tenant: Pick<Tenant, 'pool'>): Promise<PendingEntry[]> {
  return tenant.pool.query<PendingEntry>(sql`
    WITH gone AS (DELETE FROM hf_audit_pending RETURNING *)
    SELECT kind, actor, model, ids, what, personal FROM gone ORDER BY id`)
}
