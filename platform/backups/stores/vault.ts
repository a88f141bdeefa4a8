/** What all operations on backups share: the store, the catalog, a folder for half-made objects. */

import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { MissingError } from '../../../framework/errors.ts'
import type { Home, TenantConnection } from '../../tenants/index.ts'
import { type BackupRecord, type Catalog, notedIn, objectKey, openCatalog } from './catalog.ts'
import { openDirectoryStore } from './directory-store.ts'
import type { Store } from './store.ts'

export interface Vault {
  readonly store: Store
  readonly catalog: Catalog
  /** Sealed objects in the making; emptied when the vault is opened. */
  readonly staging: string
}

const vaults = new WeakMap<Home, Promise<Vault>>()

/** The vault of a home, opened at the first use. */
export function vaultOf(home: Home): Promise<Vault> {
  let vault = vaults.get(home)
  if (vault === undefined) {
    vault = openVault(home)
    vaults.set(home, vault)
    // A failure is told to this caller only; the next one tries again.
    vault.catch(() => vaults.delete(home))
  }
  return vault
}

async function openVault(home: Home): Promise<Vault> {
  const folder = join(home.path, 'backups')
  const staging = join(folder, 'staging')
  await rm(staging, { recursive: true, force: true }) // one process owns a home, so nobody is at work here
  await mkdir(staging, { recursive: true, mode: 0o700 })
  const store = openDirectoryStore(join(folder, 'objects'), {
    provider: 'this machine',
    dataCentre: 'local',
    continent: 'unknown',
    immutable: false,
  })
  return { store, catalog: await openCatalog(home.control), staging }
}

/** Enters into the catalog what the stores know and it does not. @returns how many */
export async function rebuildCatalog(home: Home): Promise<number> {
  const { store, catalog } = await vaultOf(home)
  const known = new Set((await catalog.list()).map((backup) => backup.id))
  let added = 0
  for await (const noted of notedIn(store)) {
    if (known.has(noted.id) || (await store.head(objectKey(noted)))?.sizeBytes !== noted.sizeBytes) continue
    await catalog.add({ ...noted, state: 'stored', checkedAt: null, fault: null })
    added++
  }
  return added
}

/** Ids of backups whose object is not in its store any more, or has another size. Reads no content. */
export async function missingBackups(home: Home): Promise<string[]> {
  const { store, catalog } = await vaultOf(home)
  const missing: string[] = []
  for (const backup of await catalog.list()) {
    if ((await store.head(objectKey(backup)))?.sizeBytes !== backup.sizeBytes) missing.push(backup.id)
  }
  return missing
}

/** The tenant whose key opens a backup. @throws MissingError ERR_BACKUP_TENANT */
export async function tenantOf(home: Home, backup: Pick<BackupRecord, 'tenantId'>): Promise<TenantConnection> {
  const tenant = home.tenants.list().find(({ id }) => id === backup.tenantId)
  if (tenant === undefined)
    throw new MissingError(
      'ERR_BACKUP_TENANT',
      'The database of this backup is not here any more, and with it the key that opens the backup.',
    )
  return home.tenants.wake(tenant.name)
}
