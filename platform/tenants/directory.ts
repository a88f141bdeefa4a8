import { resolve } from 'node:path'
import type { Pool } from '../../framework/sql/index.ts'
import type { ClusterEngine, DatabaseEndpoint } from './instances/engine.ts'
import { UnavailableError } from '../../framework/errors.ts'
import type { FileStore } from './files/file-store.ts'
import { embeddedEngine } from './instances/embedded-engine.ts'
import type { Instance } from './instances/instance.ts'
import { layOut } from './instances/layout.ts'
import { openTemplates } from './instances/templates.ts'
import { openRootKey } from './keys/root-key.ts'
import { addressOf, type HomeContext, type TenantConnection, type TenantEvent } from './lifecycle/context.ts'
import { type SweepReport, sweepProcesses, sweepTenants } from './lifecycle/sweep.ts'
import { openTenants, type Tenants } from './lifecycle/tenants.ts'
import { postgresAccount } from './postgres/account.ts'
import { findBinaries } from './postgres/binaries.ts'
import { hasControl, openControlPlane } from './registry/control-plane.ts'
import { openRegistry } from './registry/registry.ts'
import { prepareRegistry } from './registry/schema.ts'
import { openWorkflows } from './registry/workflow.ts'
import { endPostgresProcesses } from './supervision/end-processes.ts'
import { type Guard, startGuard } from './supervision/guard.ts'
import { takeHome } from './supervision/owner-lock.ts'

export interface HomeOptions {
  /** Folder of the state; default HOLDFAST_HOME, else `./data`. */
  readonly path?: string
  /** Folder with a system's `postgres` and `initdb`; default HOLDFAST_POSTGRES_BIN; null takes npm's. */
  readonly postgresBin?: string | null
  /** Milliseconds without use after which an instance is stopped; default 15 minutes; 0 = never. */
  readonly idleTimeoutMs?: number
  /** Told of what happens to tenants; no customer content. */
  readonly onEvent?: (event: TenantEvent) => void
  /** Default: the machine's clock. */
  readonly now?: () => Date
}

/** What a template or tenant in the making offers to the code that fills it. */
export interface TemplateConnection extends Pick<TenantConnection, 'database' | 'address'> {
  /** Files that every tenant made from the template gets, under the same names. */
  readonly files: FileStore
}

/** An open home: all tenants of this machine's Holdfast and the means to run them. One process at a time has it. */
export interface Home {
  readonly path: string
  /** Folder for control sockets and notes of the owner; mode 0700. */
  readonly runFolder: string
  /** Version of PostgreSQL that runs the instances. */
  readonly postgresVersion: string
  readonly engine: ClusterEngine
  readonly tenants: Tenants
  /** The control plane's own database, for the tables of other rooms of the platform; no request reaches it. */
  readonly control: Pool
  /** What the last end, if it was not in order, left behind and this start healed. */
  readonly swept: SweepReport
  /** Prepares the instance that `create({ template: key })` copies, unless it is there. A crash leaves nothing of a half one. */
  prepareTemplate(key: string, build: (connection: TemplateConnection) => Promise<void>): Promise<void>
  hasTemplate(key: string): boolean
  /** Wraps every tenant's keys and credentials with a new root key. */
  rotateRootKey(): Promise<void>
  /** Stops all instances in order and gives the home up. */
  close(): Promise<void>
}

const DEFAULT_IDLE_MS = 15 * 60_000

/**
 * Opens a home, making it at the first start: takes the owner's lock, heals what a killed predecessor left, starts the
 * control plane. Tenants start when they are woken.
 * @throws ConflictError ERR_HOME_OWNED when another process has it; UnavailableError when PostgreSQL is missing or too old
 */
export async function openHome(options: HomeOptions = {}): Promise<Home> {
  const account = postgresAccount()
  const layout = layOut(resolve(options.path ?? process.env.HOLDFAST_HOME ?? 'data'), account)
  const lock = await takeHome(layout.run)
  let guard: Guard | null = null
  const running: Instance[] = []
  const giveUp = async (): Promise<void> => {
    for (const instance of running) await instance.stop('fast')
    await endPostgresProcesses(layout.clusters, 0) // a template that was being built
    await guard?.release()
    lock.release()
  }
  try {
    const swept = await sweepProcesses(layout)
    const systemFolder =
      options.postgresBin === undefined ? (process.env.HOLDFAST_POSTGRES_BIN ?? null) : options.postgresBin
    const tools = { account, binaries: await findBinaries(systemFolder || null, account, layout.programs) }
    // No process of PostgreSQL before the guardian watches.
    guard = await startGuard(layout.clusters, (pid) => void lock.noteGuardian(pid).catch(() => {})) // the note only saves a wait
    const kms = await openRootKey(layout.keys, !hasControl(layout))
    const templates = openTemplates(layout, tools)
    const control = await openControlPlane(layout, tools, kms, templates)
    running.push(control.instance)
    const epoch = await prepareRegistry(control.pool)
    const listeners = new Set<(event: TenantEvent) => void | Promise<void>>()
    const context: HomeContext = {
      layout,
      tools,
      kms,
      engine: embeddedEngine(),
      templates,
      registry: openRegistry(control.pool),
      workflows: openWorkflows(control.pool, epoch),
      registryId: control.registryId,
      now: options.now ?? (() => new Date()),
      emit: async (event) => {
        options.onEvent?.(event)
        // A pool that cannot be closed must not keep an instance from being stopped.
        await Promise.allSettled([...listeners].map(async (listener) => listener(event)))
      },
    }
    const found = await sweepTenants(context, await context.registry.load(), control.instance.name)
    const tenants = await openTenants(context, found.rows, listeners, options.idleTimeoutMs ?? DEFAULT_IDLE_MS)
    let closing: Promise<void> | null = null
    const close = async (): Promise<void> => {
      await tenants.close()
      await control.pool.close()
      await giveUp()
    }
    return {
      path: layout.home,
      runFolder: layout.run,
      postgresVersion: tools.binaries.version,
      engine: context.engine,
      tenants,
      control: control.pool,
      swept: { ...swept, undone: found.undone, removed: found.removed, setAside: found.setAside },
      prepareTemplate: async (key, build) => {
        if (closing !== null)
          throw new UnavailableError('ERR_HOME_CLOSED', 'The platform is stopping; try again in a moment.')
        await templates.prepare(key, (instance, files) => build({ ...endpointOf(instance.runtime), files }))
      },
      hasTemplate: (key) => templates.find(key) !== null,
      rotateRootKey: async () => {
        await kms.rotate()
        await tenants.rewrapKeys()
      },
      close: () => (closing ??= close()),
    }
  } catch (error) {
    await giveUp()
    throw error
  }
}

function endpointOf(database: DatabaseEndpoint): Pick<TenantConnection, 'database' | 'address'> {
  return { database, address: addressOf(database) }
}
