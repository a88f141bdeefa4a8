/** A backup of every tenant each night, by the clock of the machine; what a night missed is made up for. */

import { type BackupRecord, createBackup, listBackups } from '../../backups/index.ts'
import type { TenantRecord } from '../../tenants/index.ts'
import type { Log } from '../../../framework/http/index.ts'
import type { Hosting } from '../hosting/hosting.ts'

const HOUR_MS = 3_600_000
const LOOK_EVERY_MS = 10 * 60_000
/** Local hours in which a backup that is nearly a day old is taken anew. */
const NIGHT = { from: 2, to: 5 } as const
const NEARLY_A_DAY_MS = 20 * HOUR_MS
/** A machine that is off at night still gets a backup each day. */
const OVERDUE_MS = 26 * HOUR_MS
/** What was made a moment ago is still being set up. */
const FIRST_AFTER_MS = HOUR_MS

/** For a backup that was given up to remove what it had begun. */
const CLEAN_UP_MS = 3_000

export interface Nightly {
  /** Waits for a backup that is being taken, `patienceMs` at most; one that takes longer is given up and leaves nothing. */
  stop(patienceMs: number): Promise<void>
}

/** Looks every ten minutes; one backup at a time. @param clock default the machine's */
export function startNightly(hosting: Pick<Hosting, 'home'>, log: Log, clock: () => Date = () => new Date()): Nightly {
  const failedAt = new Map<string, number>()
  const givenUp = new AbortController()
  let isStopped = false
  const round = async (): Promise<void> => {
    const now = clock()
    const backups = await listBackups(hosting.home)
    for (const { id, name } of dueTenants(hosting.home.tenants.list(), backups, now)) {
      if (isStopped) return
      if (now.getTime() - (failedAt.get(id) ?? 0) < HOUR_MS) continue
      try {
        const backup = await createBackup(hosting.home, name, {
          reason: 'scheduled',
          // Told at every step of the work, and so where it can be ended.
          progress: () => givenUp.signal.throwIfAborted(),
        })
        log({
          level: 'info',
          event: 'backup taken',
          detail: { tenant: id, backup: backup.id, sizeBytes: backup.sizeBytes },
        })
      } catch (cause) {
        if (givenUp.signal.aborted) return
        failedAt.set(id, now.getTime())
        log({
          level: 'error',
          event: `the nightly backup of ${name} failed and is tried again in an hour`,
          detail: { tenant: id },
          cause,
        })
      }
    }
  }
  let work: Promise<void> = Promise.resolve()
  const look = (): void => {
    work = work
      .then(round)
      .catch((cause: unknown) => log({ level: 'error', event: 'nightly backups could not be looked after', cause }))
  }
  const timer = setInterval(look, LOOK_EVERY_MS).unref()
  look()
  return {
    stop: async (patienceMs) => {
      isStopped = true
      clearInterval(timer)
      if (await endsWithin(work, patienceMs)) return
      givenUp.abort()
      log({ level: 'warn', event: 'a nightly backup took too long to wait for and was given up' })
      // One that waits for the database ends when the instance does; what it may leave the next start removes.
      await endsWithin(work, CLEAN_UP_MS)
    },
  }
}

async function endsWithin(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  const isEnded = await Promise.race([work.then(() => true), late])
  clearTimeout(timer)
  return isEnded
}

/** The tenants that need a backup now. @param now its local hour counts */
export function dueTenants(
  tenants: readonly Pick<TenantRecord, 'id' | 'name' | 'state' | 'createdAt'>[],
  backups: readonly Pick<BackupRecord, 'tenantId' | 'takenAt' | 'state'>[],
  now: Date,
): { readonly id: string; readonly name: string }[] {
  const newest = new Map<string, number>()
  for (const { tenantId, takenAt, state } of backups) {
    if (state !== 'damaged') newest.set(tenantId, Math.max(newest.get(tenantId) ?? 0, new Date(takenAt).getTime()))
  }
  const isNight = now.getHours() >= NIGHT.from && now.getHours() < NIGHT.to
  return tenants.filter(({ id, state, createdAt }) => {
    if (state !== 'active') return false
    const last = newest.get(id)
    if (last === undefined) return now.getTime() - createdAt.getTime() >= FIRST_AFTER_MS
    const age = now.getTime() - last
    return age >= OVERDUE_MS || (isNight && age >= NEARLY_A_DAY_MS)
  })
}
