import { existsSync } from 'node:fs'
import { discard, removeFolder, writeMarker } from '../postgres/cluster-folder.ts'
import type { TenantRow } from '../registry/registry.ts'
import { filesFolder, type HomeContext, instanceFolder } from './context.ts'

/** So long nobody else gets a name that a deleted or renamed tenant bore. */
export const QUARANTINE_DAYS = 90
const DAY_MS = 86_400_000

/** The end of a name's quarantine that begins now. */
export function quarantineEnd(now: Date): Date {
  return new Date(now.getTime() + QUARANTINE_DAYS * DAY_MS)
}

/**
 * Destroys a tenant whose grace is over: keys first, so that from then on nothing of it can be opened, in backups either;
 * then instances and files. Without undo: what a crash interrupts is completed at the next start.
 */
export async function destroyTenant(context: HomeContext, row: TenantRow): Promise<void> {
  const retired = (await context.registry.retired()).filter(({ tenantId }) => tenantId === row.id)
  const folders = [row.instance, ...retired.map(({ instance }) => instance)].map((name) =>
    instanceFolder(context, name),
  )
  const now = context.now()
  await context.workflows.run({
    kind: 'destroy',
    tenantId: row.id,
    steps: [
      { name: 'stop', run: async () => void (await context.engine.forget(row.id)?.stop('fast')) },
      { name: 'condemn', run: () => condemn(context, folders) },
      { name: 'keys', run: () => context.registry.bury(row.id, quarantineEnd(now), now) },
      { name: 'instances', run: () => discardAll(folders, context.layout.staging) },
      { name: 'files', run: () => removeFolder(filesFolder(context, row.id)) },
    ],
  })
  await context.emit({ kind: 'deleted', tenantId: row.id })
}

async function condemn(context: HomeContext, folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    if (existsSync(folder))
      await writeMarker(folder, { kind: 'instance', registry: context.registryId, phase: 'condemned' })
  }
}

async function discardAll(folders: readonly string[], staging: string): Promise<void> {
  for (const folder of folders) await discard(folder, staging)
}
