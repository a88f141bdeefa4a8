/** The list of backups in the control plane's database, and the note beside each object from which it can be rebuilt. */

import { MissingError } from '../../../framework/errors.ts'
import { type Pool, type Row, sql } from '../../../framework/sql/index.ts'
import { count, matching, nullOr, oneOf, parseJson, shape, text } from '../archive/shape.ts'
import type { Store } from './store.ts'

/** `stored` when it was read back whole, `verified` when all of its content was checked, `damaged` when a check failed. */
export const STATES = ['stored', 'verified', 'damaged'] as const
export const REASONS = ['manual', 'scheduled', 'safety'] as const

/** What is known of a backup without opening it. */
export interface BackupRecord {
  readonly id: string
  readonly tenantId: string
  /** The tenant's name when it was taken. */
  readonly tenantName: string
  /** `archive`: portable. Physical kinds come later. */
  readonly kind: string
  readonly reason: (typeof REASONS)[number]
  readonly generation: number
  /** UTC, ISO 8601: the moment of the snapshot. */
  readonly takenAt: string
  readonly lsn: string
  readonly postgres: string
  /** Of the sealed object. */
  readonly sizeBytes: number
  readonly sha256: string
  /** Version of the tenant's key that opens it. */
  readonly keyVersion: number
  /** Before compression. */
  readonly contentBytes: number
  readonly tables: number
  readonly rows: number
  readonly files: number
  readonly missingFiles: number
  /** What of the database it does not carry; see `schema/description.ts`. */
  readonly notCarried: number
  readonly state: (typeof STATES)[number]
  /** When its content was last checked, and the code of what was found wrong. */
  readonly checkedAt: string | null
  readonly fault: string | null
}

const hex = matching(/^[0-9a-f]{64}$/)
const uuid = matching(/^[0-9a-f-]{36}$/)
const moment = matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const record = shape<BackupRecord>({
  id: uuid,
  tenantId: uuid,
  tenantName: text(200),
  kind: text(40),
  reason: oneOf(REASONS),
  generation: count,
  takenAt: moment,
  lsn: text(40),
  postgres: text(100),
  sizeBytes: count,
  sha256: hex,
  keyVersion: count,
  contentBytes: count,
  tables: count,
  rows: count,
  files: count,
  missingFiles: count,
  notCarried: count,
  state: oneOf(STATES),
  checkedAt: nullOr(moment),
  fault: nullOr(text(100)),
})

export interface Catalog {
  add(backup: BackupRecord): Promise<void>
  /** Newest first; of one tenant or of all. */
  list(tenantId?: string): Promise<BackupRecord[]>
  /** @throws MissingError ERR_BACKUP_UNKNOWN */
  get(id: string): Promise<BackupRecord>
  noteCheck(id: string, state: BackupRecord['state'], checkedAt: Date, fault: string | null): Promise<void>
}

/** Opens the catalog, making its table at the first use. */
export async function openCatalog(control: Pool): Promise<Catalog> {
  await control.query(sql`CREATE TABLE IF NOT EXISTS backup_catalog (
    id uuid PRIMARY KEY, tenant_id uuid NOT NULL, taken_at timestamptz NOT NULL, state text NOT NULL, sha256 text NOT NULL UNIQUE, facts jsonb NOT NULL)`)
  await control.query(sql`CREATE INDEX IF NOT EXISTS backup_catalog_tenant ON backup_catalog (tenant_id, taken_at)`)
  const read = (row: Row): BackupRecord => record(row.facts, 'backup')
  return {
    add: async (backup) => {
      await control.query(sql`INSERT INTO backup_catalog (id, tenant_id, taken_at, state, sha256, facts)
        VALUES (${backup.id}, ${backup.tenantId}, ${backup.takenAt}, ${backup.state}, ${backup.sha256}, ${JSON.stringify(backup)}::jsonb)
        ON CONFLICT (id) DO NOTHING`)
    },
    list: async (tenantId) => {
      const rows = await control.query(
        tenantId === undefined
          ? sql`SELECT facts FROM backup_catalog ORDER BY taken_at DESC, id`
          : sql`SELECT facts FROM backup_catalog WHERE tenant_id = ${tenantId} ORDER BY taken_at DESC, id`,
      )
      return rows.map(read)
    },
    get: async (id) => {
      const rows = await control.query(sql`SELECT facts FROM backup_catalog WHERE id::text = ${id}`)
      if (rows[0] === undefined)
        throw new MissingError(
          'ERR_BACKUP_UNKNOWN',
          'There is no backup of that id; list the backups to see which there are.',
        )
      return read(rows[0])
    },
    noteCheck: async (id, state, checkedAt, fault) => {
      const change = JSON.stringify({ state, checkedAt: checkedAt.toISOString(), fault })
      await control.query(
        sql`UPDATE backup_catalog SET state = ${state}, facts = facts || ${change}::jsonb WHERE id = ${id}`,
      )
    },
  }
}

/** The key of a sealed object in a store. */
export function objectKey(backup: Pick<BackupRecord, 'tenantId' | 'sha256'>): string {
  return `${backup.tenantId}/${backup.sha256}`
}

/** Every backup that a store has a note of; what is no note of ours is passed over. */
export async function* notedIn(store: Store): AsyncGenerator<BackupRecord> {
  for await (const { key, sizeBytes } of store.list('')) {
    if (!key.endsWith('.json') || sizeBytes > 100_000) continue
    const parts: Uint8Array[] = []
    for await (const part of store.get(key)) parts.push(part)
    const noted = record(parseJson(Buffer.concat(parts).toString('utf8'), key), 'note')
    if (key === `${objectKey(noted)}.json`) yield noted
  }
}
