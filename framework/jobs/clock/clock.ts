/** The clock: each minute it finds the tenants that need a look, and each gets one in its turn. */

import type { PgBoss } from 'pg-boss'
import type { Tenant } from '../../access/index.ts'
import { AppError } from '../../errors.ts'
import type { callMethod, Log } from '../../rpc/index.ts'
import { queues } from '../queues.ts'
import type { JobDirectory } from '../run.ts'
import type { Alarms } from './alarms.ts'
import { keepAlarm } from './changes.ts'
import { runDueEntries } from './run-entry.ts'
import { tend } from './upkeep.ts'

export interface ClockOptions {
  readonly alarms: Alarms
  /** Keys of the tenants whose databases are awake: they get their daily upkeep, the others are left asleep. */
  readonly awake: () => readonly string[]
  readonly directory: JobDirectory
  readonly call: typeof callMethod
  readonly log: Log
}

/** What a job of the queue `tenants` holds. */
export interface TenantJob {
  readonly tenant: string
}

const mostAtOnce = 500
/** A tenant that could not be looked at is tried again after this time. */
const againMs = 5 * 60_000

/** Puts the tenants that need a look into the queue, each once however often it is found. */
export async function findTenants(boss: PgBoss, { alarms, awake }: ClockOptions): Promise<void> {
  const found = new Set([...(await alarms.due(mostAtOnce)), ...(await alarms.untended(awake()))])
  for (const tenant of found) {
    const job: TenantJob = { tenant }
    await boss.send(queues.tenants, job, { singletonKey: tenant, group: { id: tenant } })
  }
}

/** Looks at one tenant: what is due runs, upkeep where it is time, and the alarm is set for the next. Never throws. */
export async function lookAt(key: string, signal: AbortSignal, options: ClockOptions): Promise<void> {
  const { alarms, directory, log } = options
  try {
    const tenant = await directory.byKey(key)
    if (tenant === null) return await alarms.forget(key)
    await runDueEntries(tenant, { ...options, signal })
    await tendOnceADay(key, tenant, signal, options)
    await keepAlarm(tenant, key, alarms, log)()
  } catch (cause) {
    // A suspended tenant has no alarm; the platform sets one when it comes back into service.
    const isWaiting = cause instanceof AppError && cause.code === 'ERR_TENANT_SUSPENDED'
    if (!isWaiting && !signal.aborted)
      log({ level: 'error', event: 'scheduled actions could not be run', detail: { tenant: key }, cause })
    await alarms
      .set(key, isWaiting ? null : signal.aborted ? new Date() : new Date(Date.now() + againMs))
      .catch((failure: unknown) => log({ level: 'error', event: 'an alarm could not be set', cause: failure }))
  }
}

async function tendOnceADay(
  key: string,
  tenant: Tenant,
  signal: AbortSignal,
  { alarms, log }: ClockOptions,
): Promise<void> {
  if ((await alarms.untended([key])).length === 0) return
  try {
    await tend(tenant, signal)
  } catch (cause) {
    if (signal.aborted) throw cause
    log({ level: 'error', event: 'the daily upkeep of a tenant failed', detail: { tenant: key }, cause })
  }
  // Also after a failure: what fails each time must not be tried each minute.
  await alarms.noteTended(key)
}
