/** What a tenant's database needs once a day: rows go that nobody can use any more. */

import { type Tenant, withSystemEnv } from '../../access/index.ts'
import { removeExpired } from '../../auth/index.ts'
import { sql, id as name } from '../../sql/index.ts'

/** Records of dialogues that are gone at one time. */
const batch = 500
const mostBatches = 20

/**
 * Removes records of dialogues that nobody changed for a day, sessions and links that are over, and failed sign-ins that
 * no longer count. API keys that have expired stay: their owners see that they did.
 */
export async function tend(tenant: Tenant, signal: AbortSignal): Promise<void> {
  await removeExpired(tenant.pool)
  for (const model of tenant.registry.models.values()) {
    if (model.options.transient !== true || model.options.abstract === true) continue
    for (let round = 0; round < mostBatches; round++) {
      signal.throwIfAborted()
      if (!(await removeBatch(tenant, model.name, model.table))) break
    }
  }
}

// Through the model, so that what hangs on the records goes with them; the statement only says which.
async function removeBatch(tenant: Tenant, model: string, table: string): Promise<boolean> {
  return withSystemEnv(tenant, 'jobs.upkeep', {}, async (env) => {
    const rows = await env.db.query<{ id: number }>(
      sql`SELECT id FROM ${name(table)} WHERE coalesce(write_date, create_date) < (now() AT TIME ZONE 'UTC') - interval '1 day'
        ORDER BY id LIMIT ${batch}`,
    )
    if (rows.length > 0)
      await env
        .model(
          model,
          rows.map(({ id }) => id),
        )
        .unlink()
    return rows.length === batch
  })
}
