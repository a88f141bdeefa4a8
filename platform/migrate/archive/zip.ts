/** Reads an uploaded zip as hostile input: every entry is checked before the first byte is unpacked, every byte by its CRC. */

import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import yauzl from 'yauzl'
import { AppError, ValidationError } from '../../../framework/errors.ts'
import { type ArchiveLimits, defaultLimits, entryRules } from './entry-rules.ts'

export interface ZipFile {
  /** Names of all files, in the order of the zip; folders are left out. */
  readonly names: readonly string[]
  /**
   * The unpacked bytes of one file, checked while they pass: the last chunk comes only if length and CRC agree.
   * @throws ValidationError ERR_IMPORT_ZIP_DAMAGED; ERR_IMPORT_ZIP_SIZE when the entry is larger than it says
   */
  read(name: string): AsyncGenerator<Buffer>
  sizeBytes(name: string): number
  close(): Promise<void>
}

/**
 * Opens a zip and checks its list of entries.
 * @throws ValidationError ERR_IMPORT_ZIP_DAMAGED (no zip, cut off), ERR_IMPORT_ZIP_ENTRY (forbidden entry), ERR_IMPORT_ZIP_SIZE (too large)
 */
export async function openZip(path: string, limits: ArchiveLimits = defaultLimits): Promise<ZipFile> {
  const fileBytes = await stat(path).then(
    (s) => s.size,
    (cause: unknown) => {
      throw damaged('The file cannot be read.', cause)
    },
  )
  const zip = await open(path)
  try {
    const entries = await listEntries(zip, limits, fileBytes)
    return {
      names: [...entries.keys()],
      read: (name) => readEntry(zip, entries.get(name), name),
      sizeBytes: (name) => entries.get(name)?.uncompressedSize ?? 0,
      close: () => closeZip(zip),
    }
  } catch (error) {
    await closeZip(zip)
    throw error
  }
}

function open(path: string): Promise<yauzl.ZipFile> {
  return new Promise((resolve, reject) => {
    yauzl.open(
      path,
      { lazyEntries: true, autoClose: false, strictFileNames: true, decodeStrings: true, validateEntrySizes: true },
      (error, zip) => {
        if (error || !zip) reject(damaged('The file is no zip archive, or its end is missing.', error))
        else resolve(zip)
      },
    )
  })
}

async function listEntries(
  zip: yauzl.ZipFile,
  limits: ArchiveLimits,
  fileBytes: number,
): Promise<Map<string, yauzl.Entry>> {
  if (zip.entryCount > limits.maxEntries)
    throw tooLarge(`The zip holds ${zip.entryCount} entries; at most ${limits.maxEntries} are taken.`)
  const entries = new Map<string, yauzl.Entry>()
  const seen = new Set<string>()
  let unpacked = 0
  let packed = 0
  for await (const entry of entriesOf(zip)) {
    const rule = entryRules.find((r) => r.broken(entry))
    if (rule) throw forbidden(rule.name, entry.fileName)
    // Two names that a file system may take for one are one.
    const key = entry.fileName.normalize('NFC').toLowerCase()
    if (seen.has(key)) throw forbidden('a name that comes twice', entry.fileName)
    seen.add(key)
    unpacked += entry.uncompressedSize
    packed += entry.compressedSize
    if (unpacked > limits.maxBytes) throw tooLarge(`The zip unpacks to more than ${limits.maxBytes} bytes.`)
    await checkLocalHeader(zip, entry)
    if (!entry.fileName.endsWith('/')) entries.set(entry.fileName, entry)
  }
  // Entries that share bytes (a "better zip bomb") add up to more than the file.
  if (packed > fileBytes) throw forbidden('entries that overlap', '')
  if (unpacked > 64 * 2 ** 20 && unpacked > packed * limits.maxRatio)
    throw tooLarge(`The zip unpacks to more than ${limits.maxRatio} times its size.`)
  return entries
}

async function* entriesOf(zip: yauzl.ZipFile): AsyncGenerator<yauzl.Entry> {
  for (;;) {
    const entry = await new Promise<yauzl.Entry | null>((resolve, reject) => {
      const done = (settle: () => void) => {
        zip.removeAllListeners('entry').removeAllListeners('end').removeAllListeners('error')
        settle()
      }
      zip.once('entry', (e: yauzl.Entry) => done(() => resolve(e)))
      zip.once('end', () => done(() => resolve(null)))
      zip.once('error', (error: Error) => done(() => reject(listError(error))))
      zip.readEntry()
    })
    // A later error belongs to reading one entry and is reported there.
    zip.on('error', () => {})
    if (entry === null) return
    yield entry
  }
}

// yauzl refuses some names by itself, before our rules see them.
function listError(error: Error): ValidationError {
  if (/absolute path|relative path|invalid characters/.test(error.message))
    return new ValidationError(
      'ERR_IMPORT_ZIP_ENTRY',
      'The zip holds a name that leaves its folder. It is refused as a whole; nothing was imported.',
      { cause: error },
    )
  return damaged('Its list of entries is damaged.', error)
}

// Each entry describes itself twice. Where both differ, the zip is damaged, or made to show different things to different readers.
async function checkLocalHeader(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<void> {
  const local = await new Promise<yauzl.LocalFileHeader>((resolve, reject) => {
    zip.readLocalFileHeader(entry, (error, header) =>
      error || !header ? reject(damaged('An entry of its list is not where it says.', error)) : resolve(header),
    )
  })
  const same =
    local.compressionMethod === entry.compressionMethod &&
    local.generalPurposeBitFlag === entry.generalPurposeBitFlag &&
    local.lastModFileTime === entry.lastModFileTime &&
    local.lastModFileDate === entry.lastModFileDate &&
    local.fileName.equals(entry.fileNameRaw)
  if (!same) throw damaged('An entry is described in two different ways.', undefined)
}

async function* readEntry(zip: yauzl.ZipFile, entry: yauzl.Entry | undefined, name: string): AsyncGenerator<Buffer> {
  if (!entry) throw missingEntry(name)
  const source = await new Promise<Readable>((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) =>
      error || !stream ? reject(damaged(`The entry ${name} cannot be read.`, error)) : resolve(stream),
    )
  })
  let sum = 0
  let length = 0
  let held: Buffer | undefined
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      sum = crc32(chunk, sum)
      length += chunk.length
      if (length > entry.uncompressedSize) throw tooLarge(`The entry ${name} is larger than it says.`)
      if (held) yield held
      held = chunk
    }
  } catch (error) {
    throw error instanceof AppError ? error : damaged(`The entry ${name} does not unpack.`, error)
  } finally {
    source.destroy()
  }
  if (length !== entry.uncompressedSize || sum !== entry.crc32)
    throw damaged(`The bytes of ${name} do not match their checksum.`, undefined)
  if (held) yield held
}

function closeZip(zip: yauzl.ZipFile): Promise<void> {
  return new Promise((resolve) => {
    if (!zip.isOpen) return resolve()
    zip.once('close', () => resolve())
    zip.close()
  })
}

/** The error for a zip without a file that it must have. */
export function missingEntry(name: string): ValidationError {
  return new ValidationError(
    'ERR_IMPORT_ZIP_MISSING',
    `The zip holds no ${name}: it is no backup of Odoo's database manager. Nothing was imported.`,
  )
}

function damaged(what: string, cause: unknown): ValidationError {
  return new ValidationError(
    'ERR_IMPORT_ZIP_DAMAGED',
    `The zip is damaged. ${what} Nothing was imported; make or download the backup again.`,
    { cause },
  )
}

function tooLarge(what: string): ValidationError {
  return new ValidationError('ERR_IMPORT_ZIP_SIZE', `${what} Nothing was imported.`)
}

function forbidden(rule: string, name: string): ValidationError {
  return new ValidationError(
    'ERR_IMPORT_ZIP_ENTRY',
    `The zip holds ${rule}. It is refused as a whole; nothing was imported.`,
    { detail: { name: name.slice(0, 200) } },
  )
}
