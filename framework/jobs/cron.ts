/** Calls that recur by the clock, per tenant. */

import type { PgBoss } from 'pg-boss'
import { InvalidRequestError } from '../errors.ts'
import { checkCall, type JobCall } from './call.ts'
import { queues } from './queues.ts'

export interface CronEntry {
  readonly tenant: string
  /** Unique in the tenant: letters, digits, `_`, `.` and `-`. */
  readonly name: string
  /** Five fields: minute, hour, day of month, month, day of week. */
  readonly cron: string
  /** IANA time zone; default UTC. */
  readonly timeZone?: string
  readonly call: JobCall
}

export interface CronKeeper {
  /** Adds an entry or replaces the one of the same name. @throws InvalidRequestError ERR_JOB_CRON */
  schedule(entry: CronEntry): Promise<void>
  unschedule(tenant: string, name: string): Promise<void>
  /** The entries of a tenant, by name. */
  schedules(tenant: string): Promise<CronEntry[]>
  forget(tenant: string): Promise<void>
}

export function cronKeeper(boss: PgBoss): CronKeeper {
  const schedules = async (tenant: string): Promise<CronEntry[]> => {
    const own = (await boss.getSchedules(queues.cron)).filter((one) => one.key.startsWith(`${tenant}/`))
    return own
      .map((one) => ({
        tenant,
        name: one.key.slice(tenant.length + 1),
        cron: one.cron,
        timeZone: one.timezone,
        call: one.data as JobCall,
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }
  const unschedule = async (tenant: string, name: string): Promise<void> =>
    await boss.unschedule(queues.cron, keyOf(tenant, name))
  return {
    schedules,
    unschedule,
    schedule: async (entry) => {
      const key = keyOf(entry.tenant, entry.name)
      const call = checkCall(entry.call)
      if (call.tenant !== entry.tenant) throw refused('An entry runs in its own tenant.')
      checkCron(entry)
      try {
        await boss.schedule(queues.cron, entry.cron, call, {
          key,
          tz: entry.timeZone ?? 'UTC',
          singletonKey: key,
          group: { id: entry.tenant },
        })
      } catch (error) {
        // PostgreSQL's errors have a code; what the library finds wrong with the rule or the zone has none.
        throw typeof (error as { code?: unknown }).code === 'string'
          ? error
          : refused('The time rule or the time zone cannot be read.', error)
      }
    },
    forget: async (tenant) => {
      for (const { name } of await schedules(tenant)) await unschedule(tenant, name)
    },
  }
}

function keyOf(tenant: string, name: string): string {
  if (!/^[a-z0-9-]{1,63}$/.test(tenant) || !/^[A-Za-z0-9_.-]{1,120}$/.test(name))
    throw refused('The name of an entry has letters, digits, "_", "." and "-" only.')
  return `${tenant}/${name}`
}

function checkCron({ cron }: CronEntry): void {
  if (cron.trim().split(/\s+/).length !== 5)
    throw refused('A time rule has five fields: minute, hour, day of month, month, day of week.')
}

function refused(message: string, cause?: unknown): InvalidRequestError {
  return new InvalidRequestError('ERR_JOB_CRON', message, { cause })
}
