import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { FileStore } from '../files/file-store.ts'
import { removeFolder, renewCredentials, type Toolset } from '../postgres/cluster-folder.ts'
import { copyRunning } from '../postgres/copy-running.ts'
import type { DatabaseEndpoint } from './engine.ts'
import { superviseInstance } from './instance.ts'
import type { Layout } from './layout.ts'

/** A copy of a tenant's database to try something on. */
export interface Trial {
  readonly database: DatabaseEndpoint
  /** Reads the tenant's files; what is put there is kept in memory and gone with the copy. */
  readonly files: FileStore
}

/**
 * Copies a running instance beside it, with passwords and a socket of its own, and removes the copy when `use` returns
 * or throws. Nobody but `use` can reach it; the tenant serves on.
 */
export async function withTrial<T>(
  layout: Layout,
  tools: Toolset,
  source: { readonly folder: string; readonly admin: DatabaseEndpoint; readonly files: FileStore },
  use: (trial: Trial) => Promise<T>,
): Promise<T> {
  const name = `t_${randomBytes(8).toString('hex')}`
  const staged = join(layout.staging, name)
  try {
    await copyRunning(tools, source.admin, source.folder, staged)
    const credentials = await renewCredentials(tools, staged)
    const instance = superviseInstance({
      tools,
      name,
      folder: staged,
      sockets: layout.sockets,
      generation: 0,
      credentials,
    })
    try {
      await instance.start()
      return await use({ database: instance.runtime, files: overlaid(source.files) })
    } finally {
      await instance.stop('immediate')
    }
  } finally {
    await removeFolder(staged)
  }
}

function overlaid(files: FileStore): FileStore {
  const own = new Map<string, Uint8Array>()
  return {
    put: async (bytes) => {
      const hash = createHash('sha256').update(bytes).digest('hex')
      own.set(hash, bytes)
      return hash
    },
    get: async (hash) => own.get(hash) ?? files.get(hash),
    has: async (hash) => own.has(hash) || files.has(hash),
    list: () => files.list(),
  }
}
