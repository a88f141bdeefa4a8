/** Where elevations are told; the audit log will listen here. */

import type { Elevation, Env } from '../orm/index.ts'

export interface ElevationNote {
  readonly tenant: string
  readonly uid: number
  readonly name: string
  readonly bounds: Elevation
}

type Listener = (note: ElevationNote) => void
const listeners = new Set<Listener>()

/** Calls `listener` at each elevation by application code; the kernel's own (`orm.…`) are too many to tell. */
export function onElevation(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function noteElevation(env: Env, name: string, bounds: Elevation): void {
  if (name.startsWith('orm.')) return
  for (const listener of listeners) listener({ tenant: env.tenant, uid: env.uid, name, bounds })
}
