/** Takes a backup: one snapshot of rows and attachments, compressed, sealed with the tenant's key, read back. */

import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream, readFileSync } from 'node:fs'
import { open, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppError, ServerError } from '../../../framework/errors.ts'
import { copyOut, openPool, type Pool } from '../../../framework/sql/index.ts'
import { type Home, sealStream, type TenantConnection } from '../../tenants/index.ts'
import type { ArchiveFacts, TableFacts } from '../archive/manifest.ts'
import { FACTS, FORMAT, MAX_FILE_BYTES, SCHEMA, VERSION } from '../archive/members.ts'
import { type ArchiveTotals, type ArchiveWriter, writeArchive } from '../archive/write-archive.ts'
import { type BackupRecord, objectKey } from '../stores/catalog.ts'
import { sumRows } from '../database/row-sums.ts'
import { type Snapshot, withSnapshot } from '../database/snapshot.ts'
import { type Progress, silent } from './progress.ts'
import { dataColumns } from '../schema/description.ts'
import { scripts } from '../schema/scripts.ts'
import type { Store } from '../stores/store.ts'
import { vaultOf } from '../stores/vault.ts'

export interface CreateOptions {
  readonly reason?: BackupRecord['reason']
  readonly progress?: Progress
}

/** A finished backup; the archive itself names what it lacks. */
export interface CreatedBackup extends BackupRecord {
  readonly leftOut: ArchiveFacts['notCarried']
  readonly missing: ArchiveTotals['missingFiles']
}

/**
 * Backs up a tenant while people go on working. Durable and in the catalog when it returns; a failure leaves nothing.
 * @throws ConflictError ERR_BACKUP_UNSUPPORTED or ERR_BACKUP_SCHEMA_BUSY
 */
export async function createBackup(
  home: Home,
  tenantName: string,
  options: CreateOptions = {},
): Promise<CreatedBackup> {
  const { store, catalog, staging } = await vaultOf(home)
  const tenant = await home.tenants.wake(tenantName)
  const release = tenant.hold()
  const id = randomUUID()
  const file = join(staging, `${id}.sealed`)
  try {
    const { facts, totals, sealed } = await seal(tenant, id, file, options.progress ?? silent)
    const record: BackupRecord = {
      id,
      tenantId: tenant.id,
      tenantName: tenant.name,
      kind: 'archive',
      reason: options.reason ?? 'manual',
      generation: tenant.generation,
      takenAt: facts.takenAt,
      lsn: facts.snapshot.lsn,
      postgres: facts.postgres,
      sizeBytes: sealed.sizeBytes,
      sha256: sealed.sha256,
      keyVersion: tenant.keys.sealVersion,
      contentBytes: totals.bytes,
      tables: facts.tables.length,
      rows: facts.tables.reduce((sum, table) => sum + table.rows, 0),
      files: facts.files,
      missingFiles: totals.missingFiles.length,
      notCarried: facts.notCarried.length,
      state: 'stored',
      checkedAt: null,
      fault: null,
    }
    await keep(store, record, file, `${file}.json`)
    await catalog.add(record)
    return { ...record, leftOut: facts.notCarried, missing: totals.missingFiles }
  } finally {
    release()
    await rm(file, { force: true })
    await rm(`${file}.json`, { force: true })
  }
}

interface Sealed {
  readonly sizeBytes: number
  readonly sha256: string
}

/** Writes the sealed archive to a file; nothing but ciphertext touches the disk. */
async function seal(
  tenant: TenantConnection,
  id: string,
  file: string,
  progress: Progress,
): Promise<{ facts: ArchiveFacts; totals: ArchiveTotals; sealed: Sealed }> {
  const pool = openPool({ ...tenant.address, max: 2, statementTimeoutMs: 0, applicationName: 'holdfast-backup' })
  const hash = createHash('sha256')
  let sizeBytes = 0
  const hashed = async function* (source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      hash.update(chunk)
      sizeBytes += chunk.length
      progress('seal', sizeBytes, 0)
      yield chunk
    }
  }
  let facts: ArchiveFacts | null = null
  try {
    const totals = await writeArchive(
      id,
      new Date(),
      async (writer) => {
        facts = await fill(writer, pool, tenant, id, progress)
      },
      async (archive) => {
        // Keeps promise: encryption/at-rest
        const sealing = sealStream(archive, tenant.keys, { kind: kindOf(id), generation: tenant.generation })
        await pipeline(hashed(sealing), createWriteStream(file, { mode: 0o600, flags: 'wx' }))
        await syncFile(file)
      },
    )
    if (facts === null) throw new ServerError('ERR_BACKUP', 'The backup is not complete.')
    return { facts, totals, sealed: { sizeBytes, sha256: hash.digest('hex') } }
  } finally {
    await pool.close()
  }
}

async function fill(
  writer: ArchiveWriter,
  pool: Pool,
  tenant: TenantConnection,
  id: string,
  progress: Progress,
): Promise<ArchiveFacts> {
  const { facts, files, texts } = await withSnapshot(pool, async (snapshot) => {
    const facts = await factsOf(snapshot, tenant, id, progress)
    await writer.addText(FACTS, `${JSON.stringify(facts, null, 1)}\n`)
    await writer.addText(SCHEMA, `${JSON.stringify(snapshot.schema, null, 1)}\n`)
    const parts = await writeRows(writer, snapshot, facts, progress)
    return { facts, files: snapshot.files, texts: scripts(facts, snapshot.schema, parts) }
  })
  // Files are immutable and stay, so the transaction need not wait for them: the snapshot's names say which they are.
  let done = 0
  for (const name of files) {
    await addFile(writer, tenant, name)
    progress('files', ++done, files.length)
  }
  for (const [name, text] of texts) await writer.addText(name, text)
  return facts
}

async function factsOf(
  snapshot: Snapshot,
  tenant: TenantConnection,
  id: string,
  progress: Progress,
): Promise<ArchiveFacts> {
  const tables: TableFacts[] = []
  for (const table of snapshot.schema.tables) {
    tables.push(await sumRows(snapshot.tx, table))
    progress('count', tables.length, snapshot.schema.tables.length)
  }
  return {
    format: FORMAT,
    version: VERSION,
    id,
    kind: 'archive',
    tenant: { id: tenant.id, name: tenant.name, generation: tenant.generation },
    takenAt: snapshot.takenAt.toISOString(),
    snapshot: { lsn: snapshot.lsn, transactions: snapshot.transactions },
    postgres: snapshot.postgres,
    holdfast: ownVersion(),
    apps: snapshot.apps,
    tables,
    files: snapshot.files.length,
    notCarried: snapshot.notCarried,
  }
}

async function writeRows(
  writer: ArchiveWriter,
  snapshot: Snapshot,
  facts: ArchiveFacts,
  progress: Progress,
): Promise<Map<string, number>> {
  const parts = new Map<string, number>()
  const total = facts.tables.reduce((sum, table) => sum + table.rows, 0)
  let done = 0
  for (const table of snapshot.schema.tables) {
    const copied = await writer.addRows(
      table.name,
      copyOut(snapshot.tx, { schema: 'app', table: table.name, columns: dataColumns(table) }),
    )
    const counted = facts.tables.find(({ name }) => name === table.name)?.rows
    // Both come from one snapshot: if they differ, neither can be trusted.
    if (copied.rows !== counted)
      throw new ServerError(
        'ERR_BACKUP_ROWS',
        'The rows of a table could not be read consistently; the backup is given up.',
        { detail: { table: table.name } },
      )
    parts.set(table.name, copied.parts)
    done += copied.rows
    progress('rows', done, total)
  }
  return parts
}

/** A file that is missing or damaged is told, and is no reason to have no backup of all the others. */
async function addFile(writer: ArchiveWriter, tenant: TenantConnection, name: string): Promise<void> {
  if (!/^[0-9a-f]{64}$/.test(name)) return writer.missFile(name.slice(0, 200), 'no name of the file store')
  let bytes: Uint8Array | null
  try {
    bytes = await tenant.files.get(name)
  } catch (error) {
    if (!(error instanceof AppError) || !error.code.startsWith('ERR_SEAL_')) throw error
    return writer.missFile(name, 'damaged')
  }
  if (bytes === null) writer.missFile(name, 'missing')
  else if (bytes.length > MAX_FILE_BYTES) writer.missFile(name, 'too large')
  else await writer.addFile(name, bytes)
}

async function keep(store: Store, record: BackupRecord, file: string, noteFile: string): Promise<void> {
  const key = objectKey(record)
  await store.putIfAbsent(key, file)
  const hash = createHash('sha256')
  for await (const chunk of store.get(key)) hash.update(chunk)
  if (hash.digest('hex') !== record.sha256)
    throw new ServerError(
      'ERR_BACKUP_STORE',
      'The store does not give back what was written to it; the backup does not count.',
    )
  await writeFile(noteFile, `${JSON.stringify(record, null, 1)}\n`, { mode: 0o600 })
  await store.putIfAbsent(`${key}.json`, noteFile)
}

/** What the seal of a backup is bound to: another backup's object cannot take its place. */
export function kindOf(backupId: string): string {
  return `backup:${backupId}`
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function ownVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return manifest.version
}
