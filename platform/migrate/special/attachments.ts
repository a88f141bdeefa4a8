/** Brings the bytes of attachments into the tenant's sealed file store, before their rows are written. */

import { describeContent } from '../../../framework/modules/index.ts'
import type { FileStore } from '../../../framework/orm/index.ts'
import type { OdooArchive } from '../archive/odoo-archive.ts'
import type { StoredFile } from '../mapping/mapping.ts'

export interface StoredFiles {
  readonly files: Map<number, StoredFile>
  readonly stored: number
  readonly bytes: number
  /** `store_fname` of attachments whose bytes the backup does not have. */
  readonly missing: readonly string[]
  /** `store_fname` of files that were changed before the backup was made. */
  readonly altered: readonly string[]
  /** Files of the backup that no attachment names. */
  readonly unreferenced: number
}

/** Stores every file that an attachment of the backup names; tells `note` each name in the store, so that it can be taken back. */
export async function storeFiles(
  archive: OdooArchive,
  store: FileStore,
  note: (hash: string) => void,
): Promise<StoredFiles> {
  const table = archive.dump.tables.get('ir_attachment')
  const files = new Map<number, StoredFile>()
  const byName = new Map<string, StoredFile>()
  const missing = new Set<string>()
  const altered = new Set<string>()
  let bytes = 0
  const column = (name: string) => table?.columns.findIndex((c) => c.name === name) ?? -1
  const [id, storeName, inDatabase] = [column('id'), column('store_fname'), column('db_datas')]
  for await (const row of table?.rows() ?? []) {
    const name = row[storeName] ?? null
    const data = row[inDatabase] ?? null
    const before = name === null ? undefined : byName.get(name)
    const content = before
      ? null
      : name !== null
        ? await archive.file(name)
        : data?.startsWith('\\x')
          ? Buffer.from(data.slice(2), 'hex')
          : null
    if (name !== null && !before && content === null) missing.add(name)
    const file = before ?? (content && (await put(store, content, note)))
    if (!file) continue
    if (content) bytes += content.length
    if (name !== null) {
      byName.set(name, file)
      if (archive.alteredFiles.has(name)) altered.add(name)
    }
    files.set(Number(row[id]), file)
  }
  return {
    files,
    stored: new Set([...files.values()].map((f) => f.hash)).size,
    bytes,
    missing: [...missing],
    altered: [...altered],
    unreferenced: archive.fileCount - byName.size,
  }
}

async function put(store: FileStore, content: Buffer, note: (hash: string) => void): Promise<StoredFile> {
  const facts = describeContent(content)
  const hash = await store.put(content)
  note(hash)
  return { hash, sizeBytes: content.length, sha1: facts.checksum, mimetype: facts.mimetype }
}
