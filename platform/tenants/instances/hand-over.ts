/** A tenant's connection for another process of this Holdfast: as plain data, and back. It never touches the disk. */

import { openFileStore } from '../files/file-store.ts'
import { Secret } from '../keys/secret.ts'
import { openKeyMaterial, type TenantKeyMaterial } from '../keys/tenant-keys.ts'
import { addressOf, type TenantConnection } from '../lifecycle/context.ts'

/** Secrets in the clear: for the channel between processes of one Holdfast only. */
export interface HandedConnection {
  readonly id: string
  readonly name: string
  readonly generation: number
  readonly database: {
    readonly socketDir: string
    readonly port: number
    readonly database: string
    readonly user: string
    readonly password: string
  }
  readonly filesFolder: string
  readonly keys: TenantKeyMaterial
}

/** What a process that serves requests gets of the owner. It belongs to one generation, and says so. */
export function handOver(connection: TenantConnection): HandedConnection {
  const { id, name, generation, database, filesFolder, keys } = connection
  return {
    id,
    name,
    generation,
    database: { ...database, password: database.password.reveal() },
    filesFolder,
    keys: keys.material(),
  }
}

/** The same connection in the other process, which serves requests only: nothing there holds an instance awake for long. */
export function takeOver(handed: HandedConnection): TenantConnection {
  const { id, name, generation, filesFolder } = handed
  const database = { ...handed.database, password: new Secret(handed.database.password) }
  const keys = openKeyMaterial(handed.keys)
  return {
    id,
    name,
    generation,
    database,
    address: addressOf(database),
    files: openFileStore(filesFolder, keys, () => generation),
    filesFolder,
    keys,
    hold: () => {
      throw new TypeError('Long work that keeps an instance awake runs in the process that owns it.')
    },
  }
}
