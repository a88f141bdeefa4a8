import { ConflictError, MissingError, UnavailableError } from '../../../framework/errors.ts'
import type { DatabaseEndpoint, InstanceState } from '../instances/engine.ts'
import { type Trial, withTrial } from '../instances/trial.ts'
import { makeTenantKey, openTenantKey, rewrapTenantKey } from '../keys/tenant-keys.ts'
import { checkTenantName } from './tenant-name.ts'
import type { TenantRow, TenantState } from '../registry/registry.ts'
import {
  type HomeContext,
  instanceFolder,
  openCredentials,
  sealCredentials,
  type TenantConnection,
  type TenantEvent,
} from './context.ts'
import { destroyTenant, quarantineEnd } from './destroy.ts'
import { connect, halt, inTurn, newEntry, type TenantEntry } from './entry.ts'
import { replaceInstance, rotate, sweepRetired, undoReplace } from './generation.ts'
import { provision, type ProvisionOptions, templateOf } from './provision.ts'
import { watchIdle } from './idle.ts'

/** A tenant as the control plane tells of it. */
export interface TenantRecord {
  readonly id: string
  readonly name: string
  readonly state: TenantState
  readonly generation: number
  readonly createdAt: Date
  /** When a deleted tenant is destroyed; null for the others. */
  readonly deleteAfter: Date | null
  readonly instance: InstanceState
}

/** The tenants of a home. A name that nobody bears is answered with MissingError ERR_TENANT_UNKNOWN. */
export interface Tenants {
  /** @throws ConflictError ERR_TENANT_NAME_TAKEN, ValidationError ERR_TENANT_NAME; nothing is left of a failed one */
  create(options: ProvisionOptions): Promise<TenantConnection>
  list(): TenantRecord[]
  get(name: string): TenantRecord | null
  /** The tenant's database and files, started if it sleeps; at most a second, and no work at all when it runs. */
  wake(name: string): Promise<TenantConnection>
  /** Who runs now, and for how long nobody has used it; the connection is for the platform's own work. Wakes and touches none. */
  running(): readonly { readonly connection: TenantConnection; readonly idleMs: number }[]
  /** The 32 secret bytes with which a tenant's audit log signs, made at the first call; they leave this process for nowhere. */
  auditSeed(tenantId: string): Promise<Uint8Array>
  /** Notes that a tenant is in use, so that it does not fall asleep; wakes nothing. */
  touch(name: string): void
  /** Stops the instance until the next `wake`. */
  sleep(name: string): Promise<void>
  /** The old name stays in quarantine for 90 days, open to this tenant only. */
  rename(name: string, to: string): Promise<void>
  /** Stops it and refuses `wake` until `resume`. */
  suspend(name: string): Promise<void>
  /** Also takes back a `delete` within its grace. */
  resume(name: string): Promise<void>
  /** Stops it now and destroys it, keys first, after the grace (default 30 days); the name stays in quarantine for 90 more. */
  delete(name: string, options?: { readonly graceDays?: number }): Promise<void>
  /** Next generation: new credentials and socket; whoever holds the old ones is out. */
  rotate(name: string): Promise<TenantConnection>
  /** New objects are sealed with a new key; the older ones stay until nothing is sealed with them. */
  rotateKey(name: string): Promise<void>
  /** Restore over: fills an instance beside the serving one and switches to it; kept for `undoReplace` for 7 days. */
  replaceInstance(
    name: string,
    options: { readonly template?: string; readonly prepare: (connection: TenantConnection) => Promise<void> },
  ): Promise<TenantConnection>
  /** @param prepare runs on the instance that comes back, before it serves */
  undoReplace(name: string, prepare?: (connection: TenantConnection) => Promise<void>): Promise<TenantConnection>
  /** Copies the database while it serves and removes the copy when `use` is over; nobody else can reach it. */
  withTrial<T>(name: string, use: (trial: Trial) => Promise<T>): Promise<T>
  /** The bootstrap superuser's way in, for the platform's own maintenance; each use is an event. */
  asSuperuser(name: string, reason: string): Promise<DatabaseEndpoint>
  /** Called, and awaited, before an instance stops or changes generation, so that pools are closed in time. */
  watch(listener: (event: TenantEvent) => void | Promise<void>): () => void
  /** Destroys what is past its grace; runs by itself once an hour and at start. */
  sweepDue(): Promise<void>
}

const DAY_MS = 86_400_000
const DEFAULT_GRACE_DAYS = 30
const SWEEP_EVERY_MS = 3_600_000

/** Opens the tenants of a home from their registry rows. */
export async function openTenants(
  context: HomeContext,
  rows: readonly TenantRow[],
  listeners: Set<(event: TenantEvent) => void | Promise<void>>,
  idleTimeoutMs: number,
): Promise<Tenants & { close(): Promise<void>; rewrapKeys(): Promise<void> }> {
  const byName = new Map(rows.map((row) => [row.name, newEntry(row)]))
  const underWay = new Set<Promise<unknown>>()
  const seeds = new Map<string, Promise<Uint8Array>>()
  let isClosed = false

  const entryOf = (name: string): TenantEntry => {
    const entry = byName.get(name)
    if (entry === undefined) throw new MissingError('ERR_TENANT_UNKNOWN', 'There is no database of that name.')
    return entry
  }
  const wakeNow = async (entry: TenantEntry): Promise<TenantConnection> => {
    checkServing(entry.row, isClosed)
    const connection = await connect(context, entry)
    await context.engine.start(entry.row.id)
    entry.lastUsedMs = performance.now()
    return connection
  }
  const wake = async (name: string): Promise<TenantConnection> => {
    const entry = entryOf(name)
    checkServing(entry.row, isClosed)
    entry.lastUsedMs = performance.now()
    if (entry.connection !== null && !entry.isHalting && context.engine.status(entry.row.id) === 'running')
      return entry.connection
    return inTurn(entry, () => wakeNow(entry))
  }
  /** What `close` waits for. */
  const tracked = <T>(work: Promise<T>): Promise<T> => {
    underWay.add(work)
    return work.finally(() => underWay.delete(work))
  }
  const setState = async (entry: TenantEntry, state: TenantState, deleteAfter: Date | null): Promise<void> => {
    await context.registry.setState(entry.row.id, state, deleteAfter)
    entry.row = { ...entry.row, state, deleteAfter }
  }
  const destroy = async (entry: TenantEntry): Promise<void> => {
    await destroyTenant(context, entry.row)
    byName.delete(entry.row.name)
  }
  const sweepDue = async (): Promise<void> => {
    const now = context.now()
    for (const entry of [...byName.values()]) {
      const isDue = entry.row.state === 'deleting' && entry.row.deleteAfter !== null && entry.row.deleteAfter <= now
      if (isDue) await inTurn(entry, () => destroy(entry))
    }
    await sweepRetired(context)
  }

  await sweepDue()
  const hourly = setInterval(() => void sweepDue().catch(() => {}), SWEEP_EVERY_MS).unref() // tried again the next hour
  const stopIdle = watchIdle(context, byName, idleTimeoutMs)

  return {
    create: async (options) => {
      checkTenantName(options.name)
      if (isClosed) throw closed()
      const entry = await tracked(provision(context, options))
      byName.set(options.name, entry)
      await context.emit({ kind: 'created', tenantId: entry.row.id })
      return connect(context, entry)
    },
    list: () =>
      [...byName.values()].map((entry) => recordOf(context, entry.row)).sort((a, b) => (a.name < b.name ? -1 : 1)),
    get: (name) => {
      const entry = byName.get(name)
      return entry === undefined ? null : recordOf(context, entry.row)
    },
    wake,
    running: () =>
      [...byName.values()].flatMap(({ row, connection, lastUsedMs }) =>
        connection !== null && context.engine.status(row.id) === 'running'
          ? [{ connection, idleMs: performance.now() - lastUsedMs }]
          : [],
      ),
    auditSeed: (tenantId) => {
      // Two at once must not make two keys.
      const asked = seeds.get(tenantId) ?? auditSeed(context, tenantId).finally(() => seeds.delete(tenantId))
      seeds.set(tenantId, asked)
      return asked
    },
    touch: (name) => {
      const entry = byName.get(name)
      if (entry !== undefined) entry.lastUsedMs = performance.now()
    },
    sleep: (name) => {
      const entry = entryOf(name)
      return inTurn(entry, () => halt(context, entry, 'asleep'))
    },
    rename: (name, to) => {
      const entry = entryOf(name)
      checkTenantName(to)
      return inTurn(entry, async () => {
        const now = context.now()
        await context.registry.rename(entry.row.id, name, to, quarantineEnd(now), now)
        byName.delete(name)
        entry.row = { ...entry.row, name: to }
        entry.connection = null
        byName.set(to, entry)
        await context.emit({ kind: 'renamed', tenantId: entry.row.id })
      })
    },
    suspend: (name) => {
      const entry = entryOf(name)
      return inTurn(entry, async () => {
        if (entry.row.state !== 'active') throw wrongState()
        await setState(entry, 'suspended', null)
        await halt(context, entry, 'suspended')
      })
    },
    resume: (name) => {
      const entry = entryOf(name)
      return inTurn(entry, async () => {
        if (entry.row.state === 'active') return
        await setState(entry, 'active', null)
        await context.emit({ kind: 'resumed', tenantId: entry.row.id })
      })
    },
    delete: (name, { graceDays = DEFAULT_GRACE_DAYS } = {}) => {
      const entry = entryOf(name)
      return inTurn(entry, async () => {
        await setState(entry, 'deleting', new Date(context.now().getTime() + graceDays * DAY_MS))
        await halt(context, entry, 'deleting')
        if (graceDays <= 0) await destroy(entry)
      })
    },
    rotate: (name) => {
      const entry = entryOf(name)
      return inTurn(entry, async () => {
        await rotate(context, entry)
        return connect(context, entry)
      })
    },
    rotateKey: (name) => {
      const entry = entryOf(name)
      return inTurn(entry, async () => {
        const versions = (await context.registry.keys(entry.row.id))
          .filter(({ purpose }) => purpose === 'seal')
          .map(({ version }) => version)
        const next = await makeTenantKey(context.kms, entry.row.id, 'seal', Math.max(...versions) + 1)
        await context.registry.saveKeys(entry.row.id, [next])
        entry.connection = null
        await context.emit({ kind: 'rekeyed', tenantId: entry.row.id })
      })
    },
    replaceInstance: async (name, { template, prepare }) => {
      const entry = entryOf(name)
      if (isClosed) throw closed()
      await tracked(replaceInstance(context, entry, await templateOf(context, template ?? null), prepare))
      return connect(context, entry)
    },
    undoReplace: async (name, prepare) => {
      const entry = entryOf(name)
      await inTurn(entry, () => undoReplace(context, entry, prepare))
      return connect(context, entry)
    },
    asSuperuser: async (name, reason) => {
      const entry = entryOf(name)
      await wake(name)
      await context.emit({ kind: 'superuser', tenantId: entry.row.id, detail: reason })
      return context.engine.instance(entry.row.id).admin
    },
    withTrial: async (name, use) => {
      const entry = entryOf(name)
      const connection = await wake(name)
      const release = connection.hold()
      try {
        await context.emit({ kind: 'superuser', tenantId: entry.row.id, detail: 'copy for a trial' })
        const folder = instanceFolder(context, entry.row.instance)
        const { admin } = context.engine.instance(entry.row.id)
        const source = { folder, admin, files: connection.files }
        return await tracked(withTrial(context.layout, context.tools, source, use))
      } finally {
        release()
      }
    },
    watch: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    sweepDue,
    rewrapKeys: async () => {
      for (const entry of byName.values()) await inTurn(entry, () => rewrap(context, entry))
    },
    close: async () => {
      isClosed = true
      clearInterval(hourly)
      stopIdle()
      await Promise.allSettled(underWay)
      const stopped = await Promise.allSettled(
        [...byName.values()].map((entry) => inTurn(entry, () => halt(context, entry, 'asleep'))),
      )
      for (const result of stopped) if (result.status === 'rejected') throw result.reason
    },
  }
}

function checkServing(row: TenantRow, isClosed: boolean): void {
  if (isClosed) throw closed()
  if (row.state === 'active') return
  if (row.state === 'suspended')
    throw new UnavailableError('ERR_TENANT_SUSPENDED', 'This database is suspended; ask your administrator.')
  throw new MissingError('ERR_TENANT_UNKNOWN', 'There is no database of that name.')
}

function recordOf(context: HomeContext, row: TenantRow): TenantRecord {
  const status = context.engine.status(row.id)
  const { id, name, state, generation, createdAt, deleteAfter } = row
  return { id, name, state, generation, createdAt, deleteAfter, instance: status === 'absent' ? 'asleep' : status }
}

async function rewrap(context: HomeContext, entry: TenantEntry): Promise<void> {
  const { id, generation, credential } = entry.row
  const keys = await context.registry.keys(id)
  await context.registry.saveKeys(id, await Promise.all(keys.map((key) => rewrapTenantKey(context.kms, key, id))))
  if (credential === null) return
  const sealed = await sealCredentials(
    context.kms,
    id,
    generation,
    await openCredentials(context.kms, id, generation, credential),
  )
  await context.registry.replaceCredential(id, generation, sealed)
  entry.row = { ...entry.row, credential: sealed }
}

async function auditSeed({ kms, registry }: HomeContext, tenantId: string): Promise<Uint8Array> {
  const found = (await registry.keys(tenantId)).find(({ purpose }) => purpose === 'audit')
  const key = found ?? (await makeTenantKey(kms, tenantId, 'audit', 1))
  if (found === undefined) await registry.saveKeys(tenantId, [key])
  return openTenantKey(kms, tenantId, key)
}

function wrongState(): ConflictError {
  return new ConflictError('ERR_TENANT_STATE', 'The database is not in a state in which that can be done.')
}

function closed(): UnavailableError {
  return new UnavailableError('ERR_HOME_CLOSED', 'The platform is stopping; try again in a moment.')
}
