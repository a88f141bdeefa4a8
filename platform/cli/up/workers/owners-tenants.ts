/** The tenants of a home as a process has them that does not own it: the owner wakes them and hands their connections over. */

import { type TenantConnection, takeOver } from '../../../tenants/index.ts'
import type { TenantSource } from '../../hosting/open-tenants.ts'
import type { Channel } from './channel.ts'
import type { KnownTenant, OwnerAsks, WorkerAsks } from './messages.ts'

export interface OwnersTenants extends TenantSource {
  list(): readonly KnownTenant[]
  get(name: string): KnownTenant | null
  /** What the owner told: forgets what is no longer true, and returns when everybody here has let go of it. */
  happened(told: Extract<OwnerAsks, { ask: 'happened' }>): Promise<true>
  close(): void
}

const TELL_USE_EVERY_MS = 1_000

export function ownersTenants(channel: Channel<WorkerAsks, OwnerAsks>, known: readonly KnownTenant[]): OwnersTenants {
  const awake = new Map<string, TenantConnection>()
  const listeners = new Set<Parameters<TenantSource['watch']>[0]>()
  const used = new Set<string>()
  let tenants = known
  let events = 0

  const fetch = async (name: string): Promise<TenantConnection> => {
    const before = events
    const connection = takeOver(await channel.ask({ ask: 'wake', name }))
    // What happened while the answer was on its way may be about this very tenant: then it serves once and is not kept.
    if (before === events) awake.set(name, connection)
    return connection
  }
  const tellUse = (): void => {
    if (used.size === 0) return
    const names = [...used]
    used.clear()
    channel.ask({ ask: 'used', names }).catch(() => {}) // only while the owner stops
  }
  const timer = setInterval(tellUse, TELL_USE_EVERY_MS).unref()

  return {
    list: () => tenants,
    get: (name) => tenants.find((tenant) => tenant.name === name) ?? null,
    wake: async (name) => {
      used.add(name)
      return awake.get(name) ?? fetch(name)
    },
    ensureAwake: async (name) => void (await fetch(name)),
    watch: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    happened: async ({ event, tenants: now }) => {
      events++
      tenants = now
      for (const [name, { id }] of awake) if (id === event.tenantId) awake.delete(name)
      await Promise.allSettled([...listeners].map(async (listener) => listener(event)))
      return true
    },
    close: () => clearInterval(timer),
  }
}
