/** Runs entries of ir.cron as their users. */

import type { Tenant } from '../../access/index.ts'
import { AppError, ValidationError } from '../../errors.ts'
import { type callMethod, type Log, settle } from '../../rpc/index.ts'
import { checkCronMethod } from './entry-method.ts'
import { type CronEntry, dueEntries, mostFailures, noteFailure, noteSuccess, readEntry } from './entries.ts'

/** Longest run of one entry. */
const runMs = 15 * 60_000
const systemUid = 1

export interface EntryOptions {
  readonly call: typeof callMethod
  readonly log: Log
  readonly signal: AbortSignal
}

/**
 * Runs what is due in a tenant, one entry after the other. An entry that fails is counted and holds up no other.
 * @throws UnavailableError when the database cannot be reached, or the process stops: what is left stays due
 */
export async function runDueEntries(tenant: Tenant, options: EntryOptions): Promise<void> {
  for (const id of await dueEntries(tenant.pool)) {
    options.signal.throwIfAborted()
    // Read again: the one before, or a person, may have changed it.
    const entry = await readEntry(tenant.pool, id, true)
    if (entry !== null) await runDue(tenant, entry, options)
  }
}

async function runDue(tenant: Tenant, entry: CronEntry, { call, log, signal }: EntryOptions): Promise<void> {
  try {
    await runEntry(tenant, entry, call, AbortSignal.any([signal, AbortSignal.timeout(runMs)]))
  } catch (thrown) {
    // Not the entry's fault: a database that goes to sleep, is suspended or stops. It stays due.
    if (signal.aborted || (thrown instanceof AppError && thrown.status === 503)) throw thrown
    const { error, reference } = settle(thrown, log, { cron: entry.id, tenant: tenant.name })
    const reason = `${error.message} (${error.code}${reference === null ? '' : `, reference ${reference}`})`
    const isOff = await noteFailure(tenant.pool, entry, reason)
    log({
      level: 'warn',
      event: isOff
        ? `a scheduled action failed ${mostFailures} times and was switched off`
        : 'a scheduled action failed',
      detail: { tenant: tenant.name, cron: entry.id, code: error.code },
    })
    return
  }
  await noteSuccess(tenant.pool, entry, true)
}

/**
 * Runs an entry once, as its user, whose rights are looked up now.
 * @throws ValidationError ERR_CRON_USER, ERR_CRON_METHOD; AccessDenied for a user who is archived; what the method throws
 */
export async function runEntry(
  tenant: Tenant,
  entry: CronEntry,
  call: typeof callMethod,
  signal: AbortSignal,
): Promise<void> {
  if (entry.uid === systemUid)
    throw new ValidationError('ERR_CRON_USER', 'A scheduled action runs as a person, not as the system.')
  checkCronMethod(tenant.registry, entry.model, entry.method)
  await call(tenant, entry.uid, entry.model, entry.method, [], {}, { signal })
}
