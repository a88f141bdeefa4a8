/** Keeps a tenant's alarm at the time of its next entry, whenever entries change. */

import type { Tenant } from '../../access/index.ts'
import { tenantOf } from '../../modules/index.ts'
import type { Env } from '../../orm/index.ts'
import type { Log } from '../../rpc/index.ts'
import type { Alarms } from './alarms.ts'
import { nextDue } from './entries.ts'

const keepers = new WeakMap<Tenant, () => Promise<void>>()

/**
 * From now on a change of ir.cron in this tenant sets its alarm.
 * @param key the tenant's key in `alarms`
 * @returns sets it to what stands in the database now; never throws, a failure is logged
 */
export function keepAlarm(tenant: Tenant, key: string, alarms: Pick<Alarms, 'refresh'>, log: Log): () => Promise<void> {
  const refresh = async (): Promise<void> => {
    try {
      await alarms.refresh(key, () => nextDue(tenant.pool))
    } catch (cause) {
      log({ level: 'error', event: 'the time of the next scheduled action could not be noted', detail: { key }, cause })
    }
  }
  keepers.set(tenant, refresh)
  return refresh
}

/** Sets the alarm of the tenant anew when the request has committed, and never when it is rolled back. */
export function cronChanged(env: Env): void {
  const tenant = tenantOf(env)
  // Not waited for: it needs a second connection while the request still holds its own.
  env.afterCommit(() => void keepers.get(tenant)?.())
}
