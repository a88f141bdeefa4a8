/** What an entry of an uploaded zip may look like. The first rule that an entry breaks refuses the whole file. */

import type { Entry } from 'yauzl'

/** How large an import may be. */
export interface ArchiveLimits {
  /** Entries in the zip; default 2 000 000. */
  readonly maxEntries: number
  /** Bytes of all entries unpacked; default 256 GiB. */
  readonly maxBytes: number
  /** Unpacked bytes per packed byte, over the whole file once it unpacks to more than 64 MiB; default 200 (deflate reaches 1032). */
  readonly maxRatio: number
}

export const defaultLimits: ArchiveLimits = { maxEntries: 2_000_000, maxBytes: 256 * 2 ** 30, maxRatio: 200 }

/** Names one rule; `broken` says whether the entry breaks it. */
export interface EntryRule {
  readonly name: string
  readonly broken: (entry: Entry) => boolean
}

const fileType = (entry: Entry): number => ((entry.externalFileAttributes >>> 16) & 0o170000) >>> 0

/** The rules in the order in which they are asked. */
export const entryRules: readonly EntryRule[] = [
  { name: 'an encrypted entry', broken: (e) => (e.generalPurposeBitFlag & 0x41) !== 0 },
  { name: 'an absolute name', broken: (e) => /^[/\\]|^[A-Za-z]:/.test(e.fileName) },
  { name: 'a name with a backslash', broken: (e) => e.fileName.includes('\\') },
  {
    name: 'a name that leaves its folder',
    broken: (e) =>
      e.fileName
        .replace(/\/$/, '')
        .split('/')
        .some((part) => part === '..' || part === '.' || part === ''),
  },
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  { name: 'a name with control characters', broken: (e) => /[\0-\x1f\x7f\ufffd]/.test(e.fileName) },
  { name: 'a name that is too long', broken: (e) => e.fileName.length > 1024 },
  // 0 = made on a system without file types; anything else must be a regular file or a folder, no link, device or pipe.
  { name: 'a link or special file', broken: (e) => ![0, 0o100000, 0o040000].includes(fileType(e)) },
  { name: 'an unknown compression', broken: (e) => e.compressionMethod !== 0 && e.compressionMethod !== 8 },
]
