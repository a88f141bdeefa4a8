import { ConflictError, UnavailableError } from '../../../framework/errors.ts'
import type { Instance } from '../instances/instance.ts'
import type { Template } from '../instances/templates.ts'
import { discard, newCredentials, renewCredentials, writeMarker } from '../postgres/cluster-folder.ts'
import type { TenantRow } from '../registry/registry.ts'
import {
  connectionOf,
  type HomeContext,
  instanceFolder,
  openCredentials,
  sealCredentials,
  supervise,
  type TenantConnection,
} from './context.ts'
import { connect, halt, hold, inTurn, type TenantEntry } from './entry.ts'
import { cloneInstance, newInstanceName } from './provision.ts'

/** How long a replaced instance is kept for the undo. */
const KEEP_RETIRED_DAYS = 7

/**
 * Gives a tenant its next generation: new passwords and a new socket. Whoever holds the old ones is out. The next
 * passwords are recorded before they are set, so a crash between leaves a tenant that the next start completes.
 */
export async function rotate(context: HomeContext, entry: TenantEntry): Promise<void> {
  const wasRunning = context.engine.status(entry.row.id) === 'running'
  const generation = entry.row.generation + 1
  const next = newCredentials()
  const sealed = await sealCredentials(context.kms, entry.row.id, generation, next)
  await context.registry.announceCredential(entry.row.id, sealed)
  await halt(context, entry, 'generation')
  await renewCredentials(context.tools, instanceFolder(context, entry.row.instance), next)
  await context.registry.commitGeneration(entry.row.id, generation)
  enter(context, entry, { ...entry.row, generation, credential: sealed, credentialNext: null })
  await connect(context, entry)
  if (wasRunning) await context.engine.start(entry.row.id)
}

/** Completes a rotation that a crash interrupted; the instance is stopped. */
export async function completeRotation(context: HomeContext, row: TenantRow): Promise<TenantRow> {
  if (row.credentialNext === null) return row
  const generation = row.generation + 1
  const next = await openCredentials(context.kms, row.id, generation, row.credentialNext)
  await renewCredentials(context.tools, instanceFolder(context, row.instance), next)
  await context.registry.commitGeneration(row.id, generation)
  return { ...row, generation, credential: row.credentialNext, credentialNext: null }
}

/**
 * Builds another instance beside the serving one, lets `prepare` fill it, and puts it in the other's place in one
 * transaction: restore over. The replaced instance is kept for seven days.
 */
export async function replaceInstance(
  context: HomeContext,
  entry: TenantEntry,
  template: Template,
  prepare: (connection: TenantConnection) => Promise<void>,
): Promise<void> {
  const { row } = entry
  const { keys } = await connect(context, entry)
  const name = newInstanceName()
  const generation = row.generation + 1
  const sealed = await cloneInstance(context, row.id, name, generation, template)
  const beside = supervise(
    context,
    row.id,
    name,
    generation,
    await openCredentials(context.kms, row.id, generation, sealed),
  )
  try {
    await beside.start()
    await prepare(connectionOf(context, row, beside, keys, () => hold(entry)))
    await inTurn(entry, () => takePlace(context, entry, beside, sealed))
  } catch (error) {
    if (entry.row.instance !== name) {
      await beside.stop('immediate')
      await discard(instanceFolder(context, name), context.layout.staging)
    }
    throw error
  }
}

/**
 * Puts back the instance that the last `replaceInstance` replaced.
 * @param prepare runs on it before it serves
 * @throws ConflictError ERR_NOTHING_RETIRED
 */
export async function undoReplace(
  context: HomeContext,
  entry: TenantEntry,
  prepare: (connection: TenantConnection) => Promise<void> = async () => {},
): Promise<void> {
  const { row } = entry
  const retired = (await context.registry.retired()).filter(({ tenantId }) => tenantId === row.id).at(-1)
  if (retired === undefined) {
    throw new ConflictError(
      'ERR_NOTHING_RETIRED',
      'There is no replaced database to go back to; it is kept for seven days.',
    )
  }
  const generation = row.generation + 1
  const next = newCredentials()
  await renewCredentials(context.tools, instanceFolder(context, retired.instance), next)
  const sealed = await sealCredentials(context.kms, row.id, generation, next)
  const beside = supervise(context, row.id, retired.instance, generation, next)
  const { keys } = await connect(context, entry)
  try {
    await beside.start()
    await prepare(connectionOf(context, row, beside, keys, () => hold(entry)))
    await takePlace(context, entry, beside, sealed)
  } catch (error) {
    if (entry.row.instance !== retired.instance) await beside.stop('immediate')
    throw error
  }
}

/** Removes replaced instances whose time is over. */
export async function sweepRetired(context: HomeContext): Promise<void> {
  const now = context.now()
  for (const retired of await context.registry.retired()) {
    if (retired.keepUntil > now) continue
    await discard(instanceFolder(context, retired.instance), context.layout.staging)
    await context.registry.dropRetired(retired.instance)
  }
}

async function takePlace(
  context: HomeContext,
  entry: TenantEntry,
  beside: Instance,
  sealed: Uint8Array,
): Promise<void> {
  const { row } = entry
  if (!(await beside.isHealthy()))
    throw new UnavailableError('ERR_INSTANCE_START', 'The new database does not answer; the old one stays.')
  await writeMarker(instanceFolder(context, beside.name), {
    kind: 'instance',
    registry: context.registryId,
    phase: 'serving',
  })
  // From here on no commit of the old generation is acknowledged: it is stopped before the row changes.
  await halt(context, entry, 'generation')
  const keepUntil = new Date(context.now().getTime() + KEEP_RETIRED_DAYS * 86_400_000)
  await context.registry.switchInstance(row.id, beside.generation, beside.name, sealed, {
    instance: row.instance,
    tenantId: row.id,
    keepUntil,
  })
  entry.row = { ...row, generation: beside.generation, instance: beside.name, credential: sealed, credentialNext: null }
  entry.connection = null
  context.engine.adopt(row.id, beside)
  await connect(context, entry)
}

function enter(context: HomeContext, entry: TenantEntry, row: TenantRow): void {
  context.engine.forget(row.id)
  entry.row = row
  entry.connection = null
}
