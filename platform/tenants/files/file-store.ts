import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { UnavailableError, ValidationError } from '../../../framework/errors.ts'
import { openBytes, sealBytes } from '../keys/seal.ts'
import type { TenantKeys } from '../keys/tenant-keys.ts'
import { syncFolder, writeDurably } from './durable.ts'

/** Where a tenant's attachments lie: immutable, named by what they contain, durable when `put` returns. */
export interface FileStore {
  /** @returns the keyed hash (HMAC-SHA-256, hex) that names these bytes within the tenant. */
  put(bytes: Uint8Array): Promise<string>
  /** @returns the bytes, or null when the store has none of that name. @throws ValidationError ERR_SEAL_DAMAGED. */
  get(hash: string): Promise<Uint8Array | null>
  has(hash: string): Promise<boolean>
  /** All names, in no order. */
  list(): AsyncIterable<string>
}

/** A tenant's store, which can also take over files under the name they had in the template or tenant they come from. */
export interface TenantFileStore extends FileStore {
  /** @throws UnavailableError ERR_SQL_DISK_FULL, as `put` */
  putAs(hash: string, bytes: Uint8Array): Promise<void>
  /** Takes a file back that no committed row names; for work that failed half-way. */
  remove(hash: string): Promise<void>
}

/** Opens the sealed store of one tenant in a folder of its own; each file's name is bound to its content. */
export function openFileStore(folder: string, keys: TenantKeys, generation: () => number): TenantFileStore {
  const putAs = async (hash: string, bytes: Uint8Array): Promise<void> => {
    const path = pathOf(folder, hash)
    if (await exists(path)) return
    const sealed = await sealBytes(bytes, keys, { kind: kindOf(hash), generation: generation() })
    try {
      await makeShard(folder, hash)
      // Keeps promise: encryption/at-rest
      await writeDurably(path, sealed)
    } catch (error) {
      throw isFull(error) ? diskFull(error) : error
    }
  }
  return {
    put: async (bytes) => {
      const hash = keys.nameOf(bytes)
      await putAs(hash, bytes)
      return hash
    },
    putAs,
    remove: (hash) => rm(pathOf(folder, hash), { force: true }),
    get: async (hash) => {
      const sealed = await readOrNull(pathOf(folder, hash))
      return sealed === null ? null : openBytes(sealed, keys, { kind: kindOf(hash) })
    },
    has: (hash) => exists(pathOf(folder, hash)),
    list: () => listNames(folder),
  }
}

/** The store of a template: plain files, for what an application ships is no customer's content. */
export function openSeedStore(folder: string, nameOf: (bytes: Uint8Array) => string): FileStore {
  return {
    put: async (bytes) => {
      const hash = nameOf(bytes)
      await makeShard(folder, hash)
      await writeDurably(pathOf(folder, hash), bytes)
      return hash
    },
    get: (hash) => readOrNull(pathOf(folder, hash)),
    has: (hash) => exists(pathOf(folder, hash)),
    list: () => listNames(folder),
  }
}

function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')
}

// The same answer as of a database that finds no room: to the caller they are one.
function diskFull(cause: unknown): UnavailableError {
  return new UnavailableError(
    'ERR_SQL_DISK_FULL',
    'There is no disk space left; nothing was changed. Ask your administrator to make room.',
    { cause },
  )
}

/** A file's name is bound into its seal, so that two files of a tenant cannot be exchanged on disk. */
function kindOf(hash: string): string {
  return `file:${hash}`
}

function pathOf(folder: string, hash: string): string {
  // The name reaches the file system, and callers pass what stands in a database row.
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new ValidationError('ERR_FILE_NAME', 'That is no name of a stored file.')
  return join(folder, hash.slice(0, 2), hash)
}

async function makeShard(folder: string, hash: string): Promise<void> {
  const made = await mkdir(join(folder, hash.slice(0, 2)), { recursive: true, mode: 0o700 })
  if (made !== undefined) await syncFolder(folder)
}

async function* listNames(folder: string): AsyncGenerator<string> {
  for (const shard of await readdirOrEmpty(folder)) {
    if (!/^[0-9a-f]{2}$/.test(shard)) continue
    for (const name of await readdirOrEmpty(join(folder, shard))) if (/^[0-9a-f]{64}$/.test(name)) yield name
  }
}

async function readdirOrEmpty(folder: string): Promise<string[]> {
  return unlessMissing(readdir(folder), [])
}

async function readOrNull(path: string): Promise<Uint8Array | null> {
  return unlessMissing(readFile(path), null)
}

async function exists(path: string): Promise<boolean> {
  return unlessMissing(
    stat(path).then(() => true),
    false,
  )
}

async function unlessMissing<T, U>(work: Promise<T>, missing: U): Promise<T | U> {
  try {
    return await work
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return missing
    throw error
  }
}
