/** Reads backups back: whole and checked, or out into a file for the customer. */

import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { link, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { AppError, ConflictError, ValidationError } from '../../../framework/errors.ts'
import { type Home, openSealed, type TenantKeys } from '../../tenants/index.ts'
import { type ArchiveHandler, type ArchiveReport, readArchive } from '../archive/read-archive.ts'
import { OWN_LIMITS } from '../archive/tar-entries.ts'
import { type BackupRecord, objectKey } from '../stores/catalog.ts'
import { kindOf } from './create.ts'
import { type Phase, type Progress, silent } from './progress.ts'
import type { Store } from '../stores/store.ts'
import { tenantOf, vaultOf } from '../stores/vault.ts'

/**
 * Reads a backup from its first to its last byte: name of the object, seal of each chunk, form, hash of each member,
 * number of rows. The result stands in the catalog.
 * @throws ValidationError ERR_BACKUP_OBJECT, ERR_SEAL_… or ERR_ARCHIVE_… that names what failed; MissingError ERR_STORE_OBJECT
 */
export async function verifyBackup(
  home: Home,
  id: string,
  options: { readonly progress?: Progress } = {},
): Promise<ArchiveReport> {
  const { store, catalog } = await vaultOf(home)
  const backup = await catalog.get(id)
  const { keys } = await tenantOf(home, backup)
  try {
    const report = await readBackup(store, backup, keys, options.progress ?? silent)
    await catalog.noteCheck(id, 'verified', new Date(), null)
    return report
  } catch (error) {
    if (isFault(error)) await catalog.noteCheck(id, 'damaged', new Date(), error.code)
    throw error
  }
}

/** Reads a sealed backup whole. @throws as `verifyBackup` */
export async function readBackup(
  store: Store,
  backup: BackupRecord,
  keys: TenantKeys,
  progress: Progress,
  handler: ArchiveHandler = {},
): Promise<ArchiveReport> {
  const report = await readArchive(openBackup(store, backup, keys, 'verify', progress), OWN_LIMITS, handler)
  if (report.facts.id !== backup.id || report.facts.tenant.id !== backup.tenantId) throw wrongObject()
  return report
}

/**
 * The plain archive of a backup, decrypted as it is read. Only at the end is it known to be whole, so a caller that acts
 * on what it reads must be able to undo it.
 */
export async function* openBackup(
  store: Store,
  backup: BackupRecord,
  keys: TenantKeys,
  phase: Phase,
  progress: Progress,
): AsyncGenerator<Uint8Array> {
  yield* openSealed(hashed(store, backup, phase, progress), keys, { kind: kindOf(backup.id) })
}

/**
 * Writes a backup to a file: by default as a standard `.tar.zst` that opens without Holdfast, or sealed as it lies in the
 * store. The file appears when it is whole.
 * @throws ConflictError ERR_EXPORT_EXISTS when there is a file of that name
 */
export async function exportBackup(
  home: Home,
  id: string,
  file: string,
  options: { readonly sealed?: boolean; readonly progress?: Progress } = {},
): Promise<BackupRecord> {
  const { store, catalog } = await vaultOf(home)
  const backup = await catalog.get(id)
  const progress = options.progress ?? silent
  const source =
    options.sealed === true
      ? hashed(store, backup, 'export', progress)
      : openBackup(store, backup, (await tenantOf(home, backup)).keys, 'export', progress)
  // Keeps promise: backups/download-any-time
  const temporary = `${file}.${randomUUID()}.part`
  try {
    await pipeline(source, createWriteStream(temporary, { mode: 0o600, flags: 'wx', flush: true }))
    await link(temporary, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new ConflictError('ERR_EXPORT_EXISTS', 'There is a file of that name already; choose another one.', {
      cause: error,
    })
  } finally {
    await rm(temporary, { force: true })
  }
  return backup
}

/** The object's bytes; at the end they must be what its name says. */
async function* hashed(
  store: Store,
  backup: BackupRecord,
  phase: Phase,
  progress: Progress,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let done = 0
  for await (const chunk of store.get(objectKey(backup))) {
    hash.update(chunk)
    done += chunk.length
    progress(phase, done, backup.sizeBytes)
    yield chunk
  }
  if (done !== backup.sizeBytes || hash.digest('hex') !== backup.sha256) throw wrongObject()
}

function wrongObject(): ValidationError {
  return new ValidationError(
    'ERR_BACKUP_OBJECT',
    'The stored object is not the one that was backed up: its SHA-256 or identity differs.',
  )
}

function isFault(error: unknown): error is AppError {
  return error instanceof AppError && /^ERR_(ARCHIVE|SEAL|BACKUP_OBJECT|STORE_OBJECT|KEY_DESTROYED)/.test(error.code)
}
