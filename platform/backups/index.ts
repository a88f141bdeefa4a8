/**
 * Backups of tenants: taken in one snapshot while people work, sealed, checked, exported, and brought back beside or over.
 * This room runs no SQL from an archive and never deletes a backup.
 *
 * const backup = await createBackup(home, 'acme', { progress })     durable and in the catalog when it returns
 * await verifyBackup(home, backup.id)                               every byte of it
 * await exportBackup(home, backup.id, 'acme.tar.zst')               opens without Holdfast; see docs/backup-format.md
 * await restoreBackup(home, backup.id, { as: 'acme-copy' })         a new tenant
 * await restoreBackup(home, backup.id, { over: 'acme' })            safety backup first; undoRestore(home, 'acme')
 * await importArchive(home, 'acme.tar.zst', 'acme-again')           hostile input until proven otherwise
 */

import type { Home } from '../tenants/index.ts'
import type { BackupRecord } from './stores/catalog.ts'
import { vaultOf } from './stores/vault.ts'

export type { ArchiveFacts } from './archive/manifest.ts'
export type { ArchiveReport } from './archive/read-archive.ts'
export type { ArchiveLimits } from './archive/tar-entries.ts'
export type { BackupRecord } from './stores/catalog.ts'
export { createBackup, type CreatedBackup, type CreateOptions } from './operations/create.ts'
export { importArchive, type ImportOptions } from './operations/import-archive.ts'
export type { Phase, Progress } from './operations/progress.ts'
export {
  restoreBackup,
  restoreBeside,
  type RestoredBackup,
  type RestoreOptions,
  restoreOver,
  undoRestore,
} from './operations/restore.ts'
export type { Site, Store, StoredObject } from './stores/store.ts'
export { missingBackups, rebuildCatalog } from './stores/vault.ts'
export { exportBackup, verifyBackup } from './operations/verify.ts'

/** The backups of a tenant, or of all, newest first. An unknown name has none. */
export async function listBackups(home: Home, tenantName?: string): Promise<BackupRecord[]> {
  const { catalog } = await vaultOf(home)
  if (tenantName === undefined) return catalog.list()
  const tenant = home.tenants.get(tenantName)
  return tenant === null ? [] : catalog.list(tenant.id)
}

/** One backup's entry. @throws MissingError ERR_BACKUP_UNKNOWN */
export async function getBackup(home: Home, id: string): Promise<BackupRecord> {
  return (await vaultOf(home)).catalog.get(id)
}
