import { readdirSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Layout } from '../instances/layout.ts'
import { discard, makeFolder, readMarker, removeFolder } from '../postgres/cluster-folder.ts'
import type { TenantRow } from '../registry/registry.ts'
import { endPostgresProcesses } from '../supervision/end-processes.ts'
import { filesFolder, type HomeContext } from './context.ts'
import { completeRotation } from './generation.ts'
import { undoProvision } from './provision.ts'

/** What a start found of an end that was not in order. */
export interface SweepReport {
  readonly processesEnded: number
  readonly staged: number
  readonly undone: readonly string[]
  readonly removed: readonly string[]
  /** Instances that held data and that this registry does not know: never deleted, moved to `set-aside`. */
  readonly setAside: readonly string[]
}

/** Before anything runs: ends processes whose owner is gone and clears half-made folders and old sockets. */
export async function sweepProcesses(layout: Layout): Promise<{ processesEnded: number; staged: number }> {
  const processesEnded = await endPostgresProcesses(layout.clusters, 0)
  const staged = readdirSync(layout.staging)
  for (const name of staged) await removeFolder(join(layout.staging, name))
  for (const name of readdirSync(layout.sockets)) {
    if (/^[it]_[0-9a-f]{16}\.\d+$/.test(name)) await removeFolder(join(layout.sockets, name))
  }
  return { processesEnded, staged: staged.length }
}

/**
 * After the registry is open: undoes tenants that were being made, completes changes of generation, and clears instance
 * folders that no tenant has.
 * @param controlInstance the folder name of the control plane's own instance
 */
export async function sweepTenants(
  context: HomeContext,
  rows: readonly TenantRow[],
  controlInstance: string,
): Promise<{ rows: TenantRow[]; undone: string[]; removed: string[]; setAside: string[] }> {
  const kept: TenantRow[] = []
  const undone: string[] = []
  for (const row of rows) {
    if (row.state === 'creating') {
      await undoProvision(context, row)
      undone.push(row.id)
    } else kept.push(await completeRotation(context, row))
  }
  const open = await context.workflows.unfinished()
  for (const workflow of open) {
    if (workflow.kind === 'provision') await context.workflows.close(workflow.id, 'undone')
  }
  // A destroyed tenant is no row of `rows` any more; what a crash left of it goes now.
  for (const workflow of open) {
    if (workflow.kind !== 'destroy' || kept.some(({ id }) => id === workflow.tenantId)) continue
    await removeFolder(filesFolder(context, workflow.tenantId))
    await context.workflows.close(workflow.id, 'done')
  }
  const known = new Set([controlInstance, ...kept.map(({ instance }) => instance)])
  for (const { instance } of await context.registry.retired()) known.add(instance)
  return { rows: kept, undone, ...(await sweepFolders(context, known)) }
}

async function sweepFolders(
  context: HomeContext,
  known: ReadonlySet<string>,
): Promise<{ removed: string[]; setAside: string[] }> {
  const removed: string[] = []
  const setAside: string[] = []
  for (const name of readdirSync(context.layout.instances)) {
    if (known.has(name)) continue
    const folder = join(context.layout.instances, name)
    const marker = readMarker(folder)
    if (marker === null) continue // not ours
    if (marker.phase !== 'serving' && (marker.registry === null || marker.registry === context.registryId)) {
      await discard(folder, context.layout.staging)
      removed.push(name)
    } else {
      // It served once: a registry that was lost or put back from a backup must not cost anybody's data.
      const aside = join(context.layout.clusters, 'set-aside')
      if (!readdirSync(context.layout.clusters).includes('set-aside')) makeFolder(aside, null)
      await rename(folder, join(aside, name))
      setAside.push(name)
    }
  }
  return { removed, setAside }
}
