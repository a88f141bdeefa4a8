/** `holdfast import-odoo`: a backup of Odoo becomes records of a tenant, in one transaction, and a report says what became of every row. */

import { type Tenant, bumpEpoch, withSystemEnv } from '../../framework/access/index.ts'
import { sql, type Transaction, withTransaction } from '../../framework/sql/index.ts'
import type { ArchiveLimits } from './archive/entry-rules.ts'
import { type OdooArchive, openOdooArchive } from './archive/odoo-archive.ts'
import { withScratch } from './archive/scratch.ts'
import { Aside } from './load/aside.ts'
import { keepTableAside } from './special/foreign-tables.ts'
import { IdMaps } from './load/id-maps.ts'
import { createImportTables } from './report/import-tables.ts'
import { importLinks } from './load/links.ts'
import { loadRecords } from './load/load-records.ts'
import { linkMappings } from './mapping/all.ts'
import type { ImportReport } from './report/import-report.ts'
import type { ImportRun } from './load/run.ts'
import { type StoredFiles, storeFiles } from './special/attachments.ts'
import { advanceOrderNumbers } from './special/sequences.ts'
import { FileSweep } from './special/file-sweep.ts'

/** Where to import to: an existing tenant, or one that is made for it. */
export interface ImportTarget {
  /** Runs `work` on the tenant, once, after the backup was checked. A tenant that is made for it goes again when `work` fails. */
  use(work: (tenant: Tenant, created: boolean) => Promise<void>): Promise<void>
}

export interface ImportOptions {
  readonly limits?: ArchiveLimits
  /** Told about each step, in words for people. */
  readonly progress?: (step: string) => void
  /** Folder for the plain text while the import runs; default the system's. */
  readonly scratchParent?: string
}

/**
 * Imports a backup of Odoo's database manager. Nothing of it is executed; a failure leaves neither rows nor files.
 * @throws ValidationError ERR_IMPORT_* for a backup that cannot be imported
 */
export async function importOdoo(
  target: ImportTarget,
  zipPath: string,
  options: ImportOptions = {},
): Promise<ImportReport> {
  const started = performance.now()
  const progress = options.progress ?? (() => {})
  return withScratch(async (scratch) => {
    const archive = await openOdooArchive(zipPath, scratch, {
      progress,
      ...(options.limits ? { limits: options.limits } : {}),
    })
    try {
      let report: ImportReport | null = null
      await target.use(async (tenant, created) => {
        report = await importInto(tenant, archive, { created, started, progress })
      })
      return report ?? neverUsed()
    } finally {
      await archive.close()
    }
  }, options.scratchParent)
}

function neverUsed(): never {
  throw new TypeError('The target of the import used no tenant.')
}

interface Circumstances {
  readonly created: boolean
  readonly started: number
  readonly progress: (step: string) => void
}

async function importInto(tenant: Tenant, archive: OdooArchive, circumstances: Circumstances): Promise<ImportReport> {
  const sweep = await FileSweep.begin(tenant)
  try {
    circumstances.progress('storing the files')
    const files = await storeFiles(archive, tenant.files, (hash) => sweep.note(hash))
    return await withTransaction(tenant.pool, (tx) => importRows(tx, tenant, archive, files, circumstances))
  } catch (error) {
    await sweep.undo()
    throw error
  }
}

async function importRows(
  tx: Transaction,
  tenant: Tenant,
  archive: OdooArchive,
  stored: StoredFiles,
  { created, started, progress }: Circumstances,
): Promise<ImportReport> {
  return withSystemEnv(
    tenant,
    'import of an Odoo backup',
    { tx, mode: 'write', isBulk: true, context: { active_test: false, lang: 'en_US' } },
    async (env) => {
      await createImportTables(tx)
      const source = await databaseUuid(archive)
      const [row] = await tx.query<{ id: number }>(sql`INSERT INTO hf_import (source) VALUES (${source}) RETURNING id`)
      const importId = row?.id ?? 0
      const run: ImportRun = {
        tx,
        env,
        registry: tenant.registry,
        archive,
        source,
        importId,
        progress,
        ids: new IdMaps(),
        aside: new Aside(tx, importId),
        files: stored.files,
        tallies: new Map(),
        notes: [],
      }
      const { differences, brokenRules } = await loadRecords(run, async () => {
        for (const link of linkMappings) await importLinks(run, link)
      })
      progress('keeping the rest aside')
      for (const table of archive.dump.tables.values())
        if (!run.tallies.has(table.name)) await keepTableAside(run, table)
      await run.aside.flush()
      await advanceOrderNumbers(run)
      noteWhatMatters(run, stored)
      const tables = [...run.tallies.values()].map((tally) => tally.done()).sort((a, b) => (a.table < b.table ? -1 : 1))
      const sum = (key: 'read' | 'imported' | 'matched' | 'aside') => tables.reduce((total, t) => total + t[key], 0)
      const report: ImportReport = {
        importId,
        tenant: tenant.name,
        tenantCreated: created,
        source: { database: archive.manifest.database, version: archive.manifest.version, uuid: source },
        seconds: (performance.now() - started) / 1000,
        rows: { read: sum('read'), imported: sum('imported'), matched: sum('matched'), aside: sum('aside') },
        tables,
        differences,
        brokenRules,
        files: {
          stored: stored.stored,
          bytes: stored.bytes,
          missing: stored.missing,
          altered: stored.altered,
          unreferenced: stored.unreferenced,
        },
        statementsPassedOver: Object.fromEntries(archive.dump.passedOver),
        unknownEntries: archive.unknownEntries,
        notes: run.notes,
      }
      await tx.query(sql`UPDATE hf_import SET report = ${JSON.stringify(report)}::jsonb WHERE id = ${importId}`)
      await bumpEpoch(tx)
      return report
    },
  )
}

// Odoo gives each database an identity; a second backup of the same database is recognised by it.
async function databaseUuid(archive: OdooArchive): Promise<string> {
  const table = archive.dump.tables.get('ir_config_parameter')
  const [key, value] = ['key', 'value'].map((name) => table?.columns.findIndex((c) => c.name === name) ?? -1) as [
    number,
    number,
  ]
  for await (const row of table?.rows() ?? [])
    if (row[key] === 'database.uuid' && row[value]) return row[value].slice(0, 100)
  return `name:${archive.manifest.database.slice(0, 100)}`
}

function noteWhatMatters(run: ImportRun, stored: StoredFiles): void {
  const secondFactor = run.tallies.get('res_users')?.withheld.get('totp_secret') ?? 0
  if (secondFactor > 0)
    run.notes.push(
      `${secondFactor} users had a second factor in Odoo. It was left behind: they sign in with their password alone until they set up a new one.`,
    )
  if (stored.missing.length > 0)
    run.notes.push(`${stored.missing.length} files are missing in the backup; their attachments came without content.`)
  if (stored.altered.length > 0)
    run.notes.push(`${stored.altered.length} files had been changed before the backup was made; they came as they are.`)
  const matched = run.tallies.get('res_users')
  if (matched && matched.matched > matched.takenOver)
    run.notes.push(`${matched.matched - matched.takenOver} users were here already and kept their login and password.`)
  for (const [name, count] of run.archive.dump.passedOver)
    if (/^(DROP|TRUNCATE|DELETE|UPDATE|CREATE FUNCTION|CREATE OR|DO)\b/.test(name))
      run.notes.push(`The dump holds ${count} × ${name}, which no backup of Odoo has by itself. It was not executed.`)
}
