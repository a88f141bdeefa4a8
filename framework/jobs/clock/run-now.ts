/** Runs a scheduled action because a person asks for it. */

import { MissingError } from '../../errors.ts'
import { tenantOf } from '../../modules/index.ts'
import type { Env } from '../../orm/index.ts'
import { callMethod } from '../../rpc/index.ts'
import { noteSuccess, readEntry } from './entries.ts'
import { runEntry } from './run-entry.ts'

const runMs = 15 * 60_000

/**
 * Runs one entry of ir.cron now, as its own user, in a transaction of its own; its next time stays. The caller has checked
 * that the person may, and calls it outside of a transaction: it would hold a connection while it waits.
 * @throws MissingError ERR_CRON; what the method throws
 */
export async function runCronNow(env: Env, id: number): Promise<void> {
  const tenant = tenantOf(env)
  const entry = await readEntry(tenant.pool, id, false)
  if (entry === null) throw new MissingError('ERR_CRON', 'The scheduled action does not exist any more.')
  await runEntry(tenant, entry, callMethod, AbortSignal.timeout(runMs))
  await noteSuccess(tenant.pool, entry, false)
}
