/** While a log is carried over to another instance, nothing is added to it: the two would part ways. */

import type { Home } from '../tenants/index.ts'

interface Pauses {
  /** How many hold the log of a tenant. */
  readonly held: Map<string, number>
  /** Waits for what is being done to the log of a tenant. */
  settle(tenantId: string): Promise<unknown>
}

// A home has one owner process, and all that seals runs in it.
const pausesOf = new WeakMap<Home, Pauses>()

/** The keeper says how to wait for what it is doing. */
export function onPause(home: Home, settle: Pauses['settle']): void {
  pausesOf.set(home, { held: new Map(), settle })
}

/** Whether the log of a tenant stands still now. */
export function isPaused(home: Home, tenantId: string): boolean {
  return (pausesOf.get(home)?.held.get(tenantId) ?? 0) > 0
}

/**
 * Lets a log stand still; entries wait, unsealed. Without a keeper nothing moves anyway.
 * @returns lets it go on; calling it twice is harmless
 */
export async function pauseLog(home: Home, tenantId: string): Promise<() => void> {
  const pauses = pausesOf.get(home)
  if (pauses === undefined) return () => {}
  const { held, settle } = pauses
  held.set(tenantId, (held.get(tenantId) ?? 0) + 1)
  let isHeld = true
  await settle(tenantId)
  return () => {
    if (!isHeld) return
    isHeld = false
    held.set(tenantId, (held.get(tenantId) ?? 1) - 1)
  }
}
