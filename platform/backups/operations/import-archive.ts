/** Makes a tenant from an archive file of unknown origin: read whole as hostile input first, then loaded. */

import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { ConflictError, ValidationError } from '../../../framework/errors.ts'
import { adoptLog } from '../../audit/index.ts'
import { type Home, keyVault, openSealed } from '../../tenants/index.ts'
import { readArchive } from '../archive/read-archive.ts'
import { type ArchiveLimits, FOREIGN_LIMITS } from '../archive/tar-entries.ts'
import { loadArchive } from '../database/load.ts'
import { neutralise } from './neutralise.ts'
import { type Progress, silent } from './progress.ts'
import { filled, holder, type RestoredBackup, type RestoreOptions } from './restore.ts'
import { tenantOf } from '../stores/vault.ts'

const SEAL_MAGIC = Buffer.from('HFSEAL', 'latin1')

export interface ImportOptions extends RestoreOptions {
  /** What reading may cost; default 200 GiB, and a thousand bytes from each compressed one. */
  readonly limits?: ArchiveLimits
}

/**
 * Imports an exported archive, plain or sealed (then its database must be in this home, for its key opens it), as a new
 * tenant. Nothing is made before the whole file was found to be in order, and no SQL of the file is ever run.
 * @throws ValidationError ERR_ARCHIVE_… or ERR_SEAL_…; ConflictError ERR_TENANT_NAME_TAKEN
 */
export async function importArchive(
  home: Home,
  file: string,
  name: string,
  options: ImportOptions = {},
): Promise<RestoredBackup> {
  const progress = options.progress ?? silent
  const limits = options.limits ?? FOREIGN_LIMITS
  if (home.tenants.get(name) !== null)
    throw new ConflictError('ERR_TENANT_NAME_TAKEN', `There is a database '${name}' already; choose another name.`)
  const plain = await opener(home, file)
  await readArchive(plain(progress), limits)
  const restored = holder()
  const tenant = await home.tenants.create({
    name,
    prepare: async (target) => {
      // Read and checked a second time: the file may be another one by now.
      restored.report = await loadArchive(target, plain(silent), limits, progress, async (tx) => {
        restored.neutralised = await neutralise(tx, { outbound: options.neutralise ?? true })
        await adoptLog(tx, null, keyVault(target.keys))
      })
    },
  })
  return { tenant, safety: null, ...filled(restored) }
}

/** @returns a function that reads the file's plain form from its beginning, each time it is called. */
async function opener(home: Home, file: string): Promise<(progress: Progress) => AsyncIterable<Uint8Array>> {
  const { size } = await stat(file)
  const read = async function* (progress: Progress): AsyncGenerator<Uint8Array> {
    let done = 0
    for await (const chunk of createReadStream(file, { highWaterMark: 262_144 })) {
      done += (chunk as Uint8Array).length
      progress('verify', done, size)
      yield chunk as Uint8Array
    }
  }
  const head = await firstBytes(file, 300)
  if (!head.subarray(0, SEAL_MAGIC.length).equals(SEAL_MAGIC)) return read
  // What stands here is only a hint until the tenant's key has authenticated it.
  const { tenantId, kind } = sealHint(head)
  const { keys } = await tenantOf(home, { tenantId })
  return (progress) => openSealed(read(progress), keys, { kind })
}

/** Tenant and kind as the header of a sealed object states them: magic 8, length 4, tenant 16, generation 8, key 4, kind 1 + n bytes. */
function sealHint(head: Buffer): { tenantId: string; kind: string } {
  if (head.length < 41) throw new ValidationError('ERR_SEAL_FORMAT', 'The sealed file ends inside its header.')
  const id = head.toString('hex', 12, 28)
  const kind = head.toString('latin1', 41, 41 + head.readUInt8(40))
  if (!kind.startsWith('backup:')) throw new ValidationError('ERR_SEAL_KIND', 'The sealed file is no backup.')
  return {
    tenantId: [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)].join('-'),
    kind,
  }
}

async function firstBytes(file: string, length: number): Promise<Buffer> {
  const handle = await open(file, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
