import { randomBytes } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Writes a file so that after the return it is there whole, also when the power fails, and before the return it is not
 * there at all: temporary name, fsync, rename, fsync of the folder.
 */
export async function writeDurably(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  let handle: FileHandle | null = null
  try {
    handle = await open(temporary, 'wx', mode)
    await handle.writeFile(content)
    await handle.sync()
    await handle.close()
    handle = null
    await rename(temporary, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await handle?.close()
    await rm(temporary, { force: true })
    throw error
  }
}

/** Makes renames and new names inside a folder survive a power failure. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
