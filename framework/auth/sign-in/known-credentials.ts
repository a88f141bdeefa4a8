/**
 * Credentials that the database confirmed a moment ago, so that a call needs no query of its own for them. They count
 * while the epoch of rights stands still (every change of a key, a password or a user moves it), and half a minute at
 * most. Whoever relies on them has to run under that epoch: `withEnv` sees to it (`credential`).
 */

import type { AuthTenant } from '../auth-tenant.ts'

interface Memory {
  readonly epoch: number
  readonly entries: Map<string, Known>
}

interface Known {
  readonly uid: number
  readonly untilMs: number
}

const mostEntries = 10_000
const keepMs = 30_000
const memories = new WeakMap<AuthTenant, Memory>()

/** The user behind a credential, by its digest; `undefined` when the database has to be asked. */
export function knownUser(tenant: AuthTenant, digest: string): number | undefined {
  const memory = memories.get(tenant)
  if (memory === undefined || memory.epoch !== tenant.rights?.epoch) return undefined
  const known = memory.entries.get(digest)
  return known !== undefined && known.untilMs > Date.now() ? known.uid : undefined
}

/**
 * Notes what the database said.
 * @param epoch as it stood before the database was asked
 * @param expiresMs end of the credential itself, `null` = none
 */
export function noteUser(
  tenant: AuthTenant,
  epoch: number | undefined,
  digest: string,
  uid: number,
  expiresMs: number | null,
): void {
  if (epoch === undefined || tenant.rights?.epoch !== epoch) return
  let memory = memories.get(tenant)
  if (memory === undefined || memory.epoch !== epoch || memory.entries.size >= mostEntries) {
    memory = { epoch, entries: new Map() }
    memories.set(tenant, memory)
  }
  memory.entries.set(digest, { uid, untilMs: Math.min(Date.now() + keepMs, expiresMs ?? Number.POSITIVE_INFINITY) })
}
