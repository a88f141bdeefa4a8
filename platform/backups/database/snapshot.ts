/** One consistent view of a tenant's database: what a backup reads, while people go on writing. */

import { AppError, ConflictError } from '../../../framework/errors.ts'
import {
  id,
  join,
  type Pool,
  type Queryable,
  sql,
  type Transaction,
  withTransaction,
} from '../../../framework/sql/index.ts'
import { readSchema, type ReadSchema } from '../schema/read-schema.ts'
import { tablesQuery } from '../schema/catalog-queries.ts'

export interface Snapshot extends ReadSchema {
  readonly tx: Transaction
  readonly takenAt: Date
  /** Write-ahead log position right after the snapshot. */
  readonly lsn: string
  /** `pg_current_snapshot()`. */
  readonly transactions: string
  /** PostgreSQL's version. */
  readonly postgres: string
  readonly apps: readonly { readonly name: string; readonly version: string }[]
  /** What the attachments of the snapshot are called in the file store, sorted. */
  readonly files: readonly string[]
}

const TRIES = 5
const SETTINGS = [
  sql`SET LOCAL search_path = pg_catalog`, // names come with their schema, and nothing of the tenant is called by accident
  sql`SET LOCAL statement_timeout = 0`,
  sql`SET LOCAL idle_in_transaction_session_timeout = 0`,
  sql`SET LOCAL lock_timeout = '5s'`,
  sql`SET LOCAL extra_float_digits = 1`,
  sql`SET LOCAL bytea_output = 'hex'`,
]

/**
 * Runs `read` in one REPEATABLE READ, READ ONLY transaction, with the tables locked against changes of their form (not
 * of their rows).
 * @throws ConflictError ERR_BACKUP_SCHEMA_BUSY when an installation goes on for longer than the backup waits
 */
export async function withSnapshot<T>(pool: Pool, read: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    let begun = false
    try {
      const expected = await tableNames(pool)
      return await withTransaction(
        pool,
        async (tx) => {
          for (const setting of SETTINGS) await tx.query(setting)
          // Locks come before the first SELECT, which takes the snapshot: else a table could change its form between the two.
          if (expected.length > 0)
            await tx.query(sql`LOCK TABLE ${join(expected.map((name) => id('app', name)))} IN ACCESS SHARE MODE`, {
              prepared: false,
            })
          const snapshot = await describe(tx)
          const found = snapshot.schema.tables.map((table) => table.name)
          if (found.length !== expected.length || found.some((name) => !expected.includes(name)))
            throw new SchemaChanged()
          begun = true
          return await read(snapshot)
        },
        { isolation: 'repeatable read', readOnly: true, tries: 1 },
      )
    } catch (error) {
      if (begun || !isSchemaBusy(error)) throw error
      if (attempt < TRIES) continue
      throw new ConflictError(
        'ERR_BACKUP_SCHEMA_BUSY',
        'An application is being installed or upgraded; take the backup again when that is done.',
        { cause: error },
      )
    }
  }
}

class SchemaChanged extends Error {}

async function describe(tx: Transaction): Promise<Snapshot> {
  const [moment] = await tx.query<{ taken_ms: number; lsn: string; transactions: string; postgres: string }>(
    sql`SELECT pg_current_wal_insert_lsn()::text AS lsn, pg_current_snapshot()::text AS transactions,
      floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS taken_ms, current_setting('server_version') AS postgres`,
  )
  if (moment === undefined) throw new SchemaChanged()
  const { schema, notCarried } = await readSchema(tx)
  const columns = new Map(
    schema.tables.map((table) => [table.name, new Set(table.columns.map((column) => column.name))]),
  )
  const { lsn, transactions, postgres } = moment
  const apps = columns.get('ir_module_module')?.has('latest_version') === true ? await installedApps(tx) : []
  const files = columns.get('ir_attachment')?.has('store_fname') === true ? await referencedFiles(tx) : []
  return { tx, schema, notCarried, takenAt: new Date(moment.taken_ms), lsn, transactions, postgres, apps, files }
}

async function tableNames(db: Queryable): Promise<string[]> {
  return (await db.query<{ name: string }>(tablesQuery)).map(({ name }) => name)
}

function installedApps(tx: Queryable): Promise<{ name: string; version: string }[]> {
  return tx.query(
    sql`SELECT name::text AS name, coalesce(latest_version::text, '') AS version FROM app.ir_module_module WHERE state = 'installed' ORDER BY name`,
  )
}

async function referencedFiles(tx: Queryable): Promise<string[]> {
  const rows = await tx.query<{ name: string }>(
    sql`SELECT DISTINCT store_fname::text AS name FROM app.ir_attachment WHERE store_fname IS NOT NULL AND store_fname <> ''`,
  )
  return rows.map(({ name }) => name).sort()
}

// 55P03 a lock that is not given, 42P01 a table that is gone meanwhile, 40P01 a deadlock with the installation.
function isSchemaBusy(error: unknown): boolean {
  if (error instanceof SchemaChanged) return true
  const cause = error instanceof AppError && error.cause instanceof Error ? error.cause : error
  return ['55P03', '42P01', '40P01'].includes((cause as { code?: string }).code ?? '')
}
