import type { KeyManagement } from '../keys/root-key.ts'
import { openTenantKeys, type TenantKeys } from '../keys/tenant-keys.ts'
import type { TenantRow } from '../registry/registry.ts'
import {
  connectionOf,
  type HomeContext,
  openCredentials,
  supervise,
  type TenantConnection,
  type TenantEvent,
} from './context.ts'

/** A tenant as this process knows it: its registry row and, once used, its keys and connection. */
export interface TenantEntry {
  row: TenantRow
  /** Made at the first use in this generation; null means that it must be made. */
  connection: TenantConnection | null
  /** Milliseconds of the monotonic clock. */
  lastUsedMs: number
  holds: number
  /** Its instance is about to stop: who wants it now waits for the end of that and starts it again. */
  isHalting: boolean
  /** The last link of the chain of state changes: one at a time per tenant. */
  turn: Promise<unknown>
}

export function newEntry(row: TenantRow): TenantEntry {
  return { row, connection: null, lastUsedMs: performance.now(), holds: 0, isHalting: false, turn: Promise.resolve() }
}

/** Runs one change of a tenant after all that were asked for before. */
export function inTurn<T>(entry: TenantEntry, change: () => Promise<T>): Promise<T> {
  const mine = entry.turn.then(change, change)
  entry.turn = mine.catch(() => {})
  return mine
}

/** Tells everybody who holds connections, then stops the instance. */
export async function halt(context: HomeContext, entry: TenantEntry, kind: TenantEvent['kind']): Promise<void> {
  entry.isHalting = true
  try {
    await context.emit({ kind, tenantId: entry.row.id })
    await context.engine.stop(entry.row.id, 'fast')
  } finally {
    entry.isHalting = false
  }
}

/** Keeps the instance awake until the returned function is called; calling it twice is harmless. */
export function hold(entry: TenantEntry): () => void {
  entry.holds++
  let isHeld = true
  return () => {
    if (!isHeld) return
    isHeld = false
    entry.holds--
    entry.lastUsedMs = performance.now()
  }
}

/** Puts the instance of a row's generation in charge, unless it is, and builds the connection to it. */
export async function connect(context: HomeContext, entry: TenantEntry): Promise<TenantConnection> {
  const { row } = entry
  if (entry.connection !== null) return entry.connection
  const keys = await keysOf(context.kms, context, row.id)
  if (context.engine.status(row.id) === 'absent') {
    if (row.credential === null) throw new TypeError('A tenant without credentials cannot be connected.')
    const credentials = await openCredentials(context.kms, row.id, row.generation, row.credential)
    context.engine.adopt(row.id, supervise(context, row.id, row.instance, row.generation, credentials))
  }
  entry.connection = connectionOf(context, row, context.engine.instance(row.id), keys, () => hold(entry))
  return entry.connection
}

async function keysOf(kms: KeyManagement, context: HomeContext, tenantId: string): Promise<TenantKeys> {
  return openTenantKeys(kms, tenantId, await context.registry.keys(tenantId))
}
