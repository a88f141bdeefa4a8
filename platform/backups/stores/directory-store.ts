import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { constants, copyFile, link, mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { MissingError, ValidationError } from '../../../framework/errors.ts'
import type { Site, Store, StoredObject } from './store.ts'

/** A store in a folder of this machine: the first copy, quick to take and to restore; no protection from its loss. */
export function openDirectoryStore(folder: string, site: Site): Store {
  return {
    name: 'local',
    site,
    putIfAbsent: (key, file) => put(pathOf(folder, key), file),
    get: (key, range) => read(pathOf(folder, key), range),
    list: (prefix) => list(folder, prefix),
    head: async (key) => {
      const found = await stat(pathOf(folder, key)).catch(nullIfMissing)
      return found === null ? null : { key, sizeBytes: found.size }
    },
  }
}

async function put(path: string, file: string): Promise<'stored' | 'present'> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await copyFile(file, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    await sync(temporary)
    // A link, unlike a rename, refuses a name that is there: two writers cannot overwrite each other.
    await link(temporary, path)
    await sync(dirname(path))
    return 'stored'
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'present'
    throw error
  } finally {
    await rm(temporary, { force: true })
  }
}

async function* read(
  path: string,
  range?: { readonly start: number; readonly end: number },
): AsyncGenerator<Uint8Array> {
  const bounds = range === undefined ? {} : { start: range.start, end: range.end - 1 }
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 262_144, ...bounds })) yield chunk as Uint8Array
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new MissingError('ERR_STORE_OBJECT', 'The store has no such object any more.', { cause: error })
  }
}

async function* list(folder: string, prefix: string): AsyncGenerator<StoredObject> {
  for (const tenant of (await readdir(folder).catch(nullIfMissing)) ?? []) {
    for (const name of (await readdir(join(folder, tenant)).catch(nullIfMissing)) ?? []) {
      const key = `${tenant}/${name}`
      if (!isKey(key) || !key.startsWith(prefix)) continue
      const found = await stat(join(folder, key)).catch(nullIfMissing)
      if (found !== null) yield { key, sizeBytes: found.size }
    }
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function isKey(key: string): boolean {
  return /^[0-9a-f-]{36}\/[0-9a-f]{64}(\.json)?$/.test(key)
}

function pathOf(folder: string, key: string): string {
  if (!isKey(key)) throw new ValidationError('ERR_STORE_KEY', 'That is no name of a stored object.')
  return join(folder, key)
}

function nullIfMissing(error: unknown): null {
  if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
  throw error
}
