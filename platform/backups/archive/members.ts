/** What lies in an archive, in which order and how large at most; docs/backup-format.md tells the same to people. */

export const FORMAT = 'holdfast-archive'
export const VERSION = 1

/** The first member: what the archive is. */
export const FACTS = 'archive.json'
/** The second one: tables, keys, indexes, sequences. */
export const SCHEMA = 'schema.json'
/** After rows and files, for people without Holdfast; a restore by Holdfast never looks into them. */
export const FOR_STRANGERS: readonly string[] = ['README.txt', 'schema.sql', 'load.sql', 'rules.sql', 'verify.sql']
/** The last member: SHA-256 of all others. */
export const MANIFEST = 'manifest.json'

/** Rows are cut into members of about this size: a tar needs each size beforehand, and memory stays bounded. */
export const PART_BYTES = 8 * 1024 * 1024
/** One row may be as large as PostgreSQL lets it be. */
export const MAX_PART_BYTES: number = 1024 ** 3 + PART_BYTES
export const MAX_FILE_BYTES: number = 2 * 1024 ** 3 - 1
/** Descriptions and scripts. */
export const MAX_TEXT_BYTES: number = 128 * 1024 * 1024

/** The name of a part of a table's rows; parts count from 1. */
export function partName(table: string, part: number): string {
  return `data/${table}.${String(part).padStart(6, '0')}.copy`
}

export function fileName(hash: string): string {
  return `files/${hash.slice(0, 2)}/${hash}`
}

/** @returns the content's name in the file store, or null when the member is no attachment. */
export function hashOfFile(member: string): string | null {
  const match = /^files\/([0-9a-f]{2})\/([0-9a-f]{64})$/.exec(member)
  return match?.[2]?.startsWith(match[1] ?? '-') === true ? match[2] : null
}
