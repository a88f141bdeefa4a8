/**
 * What this process has verified lately: a client that sends its password with every call pays for the slow hash once.
 * Held per source as well, so that a guess from elsewhere cannot be tried against the memory and past the throttle.
 */

import { hash, randomBytes, timingSafeEqual } from 'node:crypto'

interface Entry {
  readonly mac: Buffer
  readonly version: string
}

const mostEntries = 10_000
// Of this process only and never stored: what lies in memory is worth nothing to somebody who reads it later.
// Hashed in front of the password, which takes a third of an HMAC's time; nobody sees the result, so nobody can extend it.
const processKey = randomBytes(32).toString('hex')
const entries = new Map<string, Entry>()

/** The credential version against which this very password was verified, `null` when it was not. */
export function recall(tenant: string, uid: number, source: string, password: string): string | null {
  const entry = entries.get(place(tenant, uid, source))
  if (entry === undefined) return null
  return timingSafeEqual(entry.mac, mac(tenant, uid, password)) ? entry.version : null
}

/** Notes that the password is right as of this credential version. */
export function remember(tenant: string, uid: number, source: string, password: string, version: string): void {
  if (entries.size >= mostEntries) {
    const oldest = entries.keys().next()
    if (!oldest.done) entries.delete(oldest.value)
  }
  const key = place(tenant, uid, source)
  entries.delete(key)
  entries.set(key, { mac: mac(tenant, uid, password), version })
}

/** Drops what is known of a user at one source. */
export function forgetCalls(tenant: string, uid: number, source: string): void {
  entries.delete(place(tenant, uid, source))
}

function place(tenant: string, uid: number, source: string): string {
  return `${tenant} ${uid} ${source}`
}

/** The password under this process's key; also names a verification that is under way. */
export function mac(tenant: string, uid: number | string, password: string): Buffer {
  return hash('sha256', `${processKey}\0${tenant}\0${uid}\0${password}`, 'buffer')
}
