/** The facts at the head of an archive and the list of members at its end. */

import { ValidationError } from '../../../framework/errors.ts'
import type { NotCarried } from '../schema/description.ts'
import { NAME } from '../schema/parse-schema.ts'
import { FORMAT, VERSION } from './members.ts'
import { count, listOf, matching, misshapen, parseJson, shape, text } from './shape.ts'

/** A table's rows as they were in the snapshot: how many, and a sum over their hashes that knows no order. */
export interface TableFacts {
  readonly name: string
  readonly rows: number
  /** Sum of the first 64 bits of each row's SHA-256, as decimal text; `database/row-sums.ts` says of what exactly. */
  readonly sum: string
}

/** What an archive is and of what moment. */
export interface ArchiveFacts {
  readonly format: string
  readonly version: number
  readonly id: string
  readonly kind: string
  readonly tenant: { readonly id: string; readonly name: string; readonly generation: number }
  /** UTC, ISO 8601. */
  readonly takenAt: string
  readonly snapshot: {
    /** Write-ahead log position when the snapshot was taken: everything in it was written before. */
    readonly lsn: string
    /** `pg_current_snapshot()`: which transactions it sees. */
    readonly transactions: string
  }
  readonly postgres: string
  readonly holdfast: string
  readonly apps: readonly { readonly name: string; readonly version: string }[]
  /** In the order of their rows in the archive. */
  readonly tables: readonly TableFacts[]
  /** How many attachments the rows refer to. */
  readonly files: number
  readonly notCarried: readonly NotCarried[]
}

export interface Member {
  readonly name: string
  readonly size: number
  readonly sha256: string
}

export interface Manifest {
  readonly format: string
  readonly version: number
  readonly id: string
  readonly members: readonly Member[]
  /** Attachments that a row names and the file store could not give. */
  readonly missingFiles: readonly { readonly name: string; readonly reason: string }[]
}

const uuid = matching(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
const sha256 = matching(/^[0-9a-f]{64}$/)
const format = matching(new RegExp(`^${FORMAT}$`))

const facts = shape<ArchiveFacts>({
  format,
  version: count,
  id: uuid,
  kind: matching(/^[a-z-]{1,40}$/),
  tenant: shape<ArchiveFacts['tenant']>({ id: uuid, name: text(200), generation: count }),
  takenAt: matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  snapshot: shape<ArchiveFacts['snapshot']>({
    lsn: matching(/^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/),
    transactions: text(1_000_000),
  }),
  postgres: text(100),
  holdfast: text(100),
  apps: listOf(shape<ArchiveFacts['apps'][number]>({ name: text(200), version: text(100) }), 10_000),
  tables: listOf(shape<TableFacts>({ name: matching(NAME), rows: count, sum: matching(/^-?\d{1,40}$/) }), 5_000),
  files: count,
  notCarried: listOf(shape<NotCarried>({ kind: text(100), name: text(500), reason: text(1_000) }), 100_000),
})

const manifest = shape<Manifest>({
  format,
  version: count,
  id: uuid,
  members: listOf(shape<Member>({ name: text(200), size: count, sha256 }), 10_000_000),
  missingFiles: listOf(shape<Manifest['missingFiles'][number]>({ name: text(500), reason: text(200) }), 10_000_000),
})

/** @throws ValidationError ERR_ARCHIVE_JSON, ERR_ARCHIVE_SHAPE or ERR_ARCHIVE_VERSION */
export function parseFacts(json: string): ArchiveFacts {
  const value = parseJson(json, 'archive.json')
  const version = (value as { version?: unknown } | null)?.version
  if (Number.isInteger(version) && version !== VERSION) {
    throw new ValidationError(
      'ERR_ARCHIVE_VERSION',
      `The archive has format version ${Number(version)}; this Holdfast reads version ${VERSION}.`,
    )
  }
  const parsed = facts(value, 'archive')
  const names = parsed.tables.map((table) => table.name)
  if (new Set(names).size !== names.length) throw misshapen('archive.tables')
  return parsed
}

/** @throws ValidationError ERR_ARCHIVE_JSON or ERR_ARCHIVE_SHAPE */
export function parseManifest(json: string): Manifest {
  return manifest(parseJson(json, 'manifest.json'), 'manifest')
}
