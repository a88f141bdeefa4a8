/** A backup of Odoo's database manager, checked as a whole before anything is imported: manifest, dump, file store. */

import { createHash } from 'node:crypto'
import { type AppError, ValidationError } from '../../../framework/errors.ts'
import { type Dump, readDump } from '../dump/dump.ts'
import type { ArchiveLimits } from './entry-rules.ts'
import { missingEntry, openZip, type ZipFile } from './zip.ts'

export interface OdooArchive {
  /** What the backup says about itself. */
  readonly manifest: OdooManifest
  readonly dump: Dump
  /** Entries of the zip that are no part of a backup as we know it. */
  readonly unknownEntries: readonly string[]
  /** Files of the file store whose bytes are not what their name says, by `store_fname`. */
  readonly alteredFiles: ReadonlySet<string>
  /** Files in the backup's file store. */
  readonly fileCount: number
  /** Bytes behind an attachment's `store_fname`; null when the backup has none. */
  file(storeName: string): Promise<Buffer | null>
  close(): Promise<void>
}

export interface OdooManifest {
  readonly database: string
  /** `18.0` */
  readonly version: string
  readonly modules: readonly string[]
}

/** Versions whose tables are known; others are refused rather than half understood. */
export const knownVersions: readonly string[] = ['17.0', '18.0', '19.0']

/**
 * Opens a backup and checks every byte of it; the plain text of the tables goes to `scratch`.
 * @throws ValidationError ERR_IMPORT_ZIP_* , ERR_IMPORT_DUMP_*, ERR_IMPORT_MANIFEST, ERR_IMPORT_VERSION
 */
export async function openOdooArchive(
  path: string,
  scratch: string,
  options: { limits?: ArchiveLimits; progress?: (step: string) => void } = {},
): Promise<OdooArchive> {
  const zip = await openZip(path, options.limits)
  try {
    for (const name of ['manifest.json', 'dump.sql']) if (!zip.names.includes(name)) throw missingEntry(name)
    const manifest = parseManifest(await readAll(zip, 'manifest.json', 16 * 2 ** 20))
    options.progress?.('reading the database dump')
    const dump = await readDump(zip.read('dump.sql'), scratch)
    options.progress?.('checking the files')
    const files = zip.names.filter((name) => filePattern.test(name))
    const alteredFiles = await findAltered(zip, files)
    const known = new Set(['manifest.json', 'dump.sql', ...files])
    return {
      manifest,
      dump,
      alteredFiles,
      fileCount: files.length,
      unknownEntries: zip.names.filter((name) => !known.has(name)),
      file: async (storeName) =>
        known.has(`filestore/${storeName}`) && filePattern.test(`filestore/${storeName}`)
          ? readAll(zip, `filestore/${storeName}`, maxFileBytes)
          : null,
      close: () => zip.close(),
    }
  } catch (error) {
    await zip.close()
    throw error
  }
}

// Odoo names a file by the SHA-1 of its bytes, in a folder named by the first two digits.
const filePattern = /^filestore\/([0-9a-f]{2})\/\1[0-9a-f]{38}$/

/** Largest attachment in bytes; it is held in memory while it is sealed. */
const maxFileBytes = 1 * 2 ** 30

// Reading an entry to its end checks its CRC; Odoo's own name tells of damage that happened before the backup.
async function findAltered(zip: ZipFile, files: readonly string[]): Promise<Set<string>> {
  const altered = new Set<string>()
  for (const name of files) {
    if (zip.sizeBytes(name) > maxFileBytes)
      throw new ValidationError(
        'ERR_IMPORT_ZIP_SIZE',
        `An attachment in the zip is larger than ${maxFileBytes} bytes. Nothing was imported.`,
      )
    const hash = createHash('sha1')
    for await (const chunk of zip.read(name)) hash.update(chunk)
    if (hash.digest('hex') !== name.slice(-40)) altered.add(name.slice('filestore/'.length))
  }
  return altered
}

async function readAll(zip: ZipFile, name: string, maxBytes: number): Promise<Buffer> {
  if (zip.sizeBytes(name) > maxBytes)
    throw new ValidationError('ERR_IMPORT_ZIP_SIZE', `${name} is larger than ${maxBytes} bytes. Nothing was imported.`)
  const chunks: Buffer[] = []
  for await (const chunk of zip.read(name)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function parseManifest(bytes: Buffer): OdooManifest {
  let raw: unknown
  try {
    raw = JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw badManifest(cause)
  }
  if (typeof raw !== 'object' || raw === null) throw badManifest(undefined)
  const { db_name: database, major_version: version, modules } = raw as Record<string, unknown>
  if (typeof version !== 'string' || typeof modules !== 'object' || modules === null) throw badManifest(undefined)
  const plain = /^(?:saas~)?(\d{1,3}\.\d{1,3})/.exec(version)?.[1] ?? ''
  if (!knownVersions.includes(plain)) {
    throw new ValidationError(
      'ERR_IMPORT_VERSION',
      `The backup is of Odoo ${version.slice(0, 20)}; ${knownVersions.join(', ')} can be imported. Upgrade the database to one of these first. Nothing was imported.`,
    )
  }
  return { database: typeof database === 'string' ? database : '', version: plain, modules: Object.keys(modules) }
}

function badManifest(cause: unknown): AppError {
  return new ValidationError(
    'ERR_IMPORT_MANIFEST',
    'manifest.json in the zip is not the one of an Odoo backup. Nothing was imported.',
    { cause },
  )
}
