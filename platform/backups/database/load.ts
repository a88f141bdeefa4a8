/** Fills an empty tenant from an archive: schema from the checked description, rows by COPY, then proof. */

import { ServerError, ValidationError } from '../../../framework/errors.ts'
import {
  copyIn,
  openPool,
  type Pool,
  type Sql,
  sql,
  type Transaction,
  withTransaction,
} from '../../../framework/sql/index.ts'
import type { TenantConnection } from '../../tenants/index.ts'
import type { ArchiveFacts } from '../archive/manifest.ts'
import { type ArchiveReport, readArchive } from '../archive/read-archive.ts'
import type { ArchiveLimits } from '../archive/tar-entries.ts'
import { countRows } from '../archive/write-archive.ts'
import type { Progress } from '../operations/progress.ts'
import { dataColumns, type SchemaDescription } from '../schema/description.ts'
import {
  foreignKeyStatements,
  sequenceStatements,
  sequenceStateStatements,
  tableRuleStatements,
  tableStatements,
} from '../schema/schema-statements.ts'
import { sumRows } from './row-sums.ts'

type Target = Pick<TenantConnection, 'address' | 'files'>

/** Tables made in one transaction: each costs locks, of which an instance has some thousands. */
const TABLES_AT_ONCE = 40
const SETTINGS = [
  sql`SET LOCAL search_path = pg_catalog`,
  // Long enough for the index of a large table; a hostile check cannot run for ever.
  sql`SET LOCAL statement_timeout = '2h'`,
  sql`SET LOCAL idle_in_transaction_session_timeout = 0`,
  // Nobody uses the database before the last transaction, and that one waits for the disk.
  sql`SET LOCAL synchronous_commit = off`,
]

/**
 * Loads an archive into a database whose schema `app` is empty, and checks rows and files against the archive. When it
 * throws, the caller throws the database away.
 * @param finish runs last, in the transaction that makes everything durable
 */
export async function loadArchive(
  target: Target,
  source: AsyncIterable<Uint8Array>,
  limits: ArchiveLimits,
  progress: Progress,
  finish: (tx: Transaction) => Promise<void>,
): Promise<ArchiveReport> {
  const pool = openPool({ ...target.address, max: 1, statementTimeoutMs: 0, applicationName: 'holdfast-restore' })
  try {
    let schema: SchemaDescription = { tables: [], sequences: [] }
    let [rows, files, total, totalFiles] = [0, 0, 0, 0]
    const report = await readArchive(source, limits, {
      begin: async (facts, described) => {
        schema = described
        total = facts.tables.reduce((sum, table) => sum + table.rows, 0)
        totalFiles = facts.files
        await createTables(pool, schema)
      },
      rows: async (name, part) => {
        const table = schema.tables.find((candidate) => candidate.name === name)
        if (table === undefined) throw new ServerError('ERR_RESTORE', 'The archive names rows of an unknown table.')
        await inTransaction(pool, (tx) =>
          copyIn(
            tx,
            { schema: 'app', table: name, columns: dataColumns(table) },
            counting(part, (more) => {
              rows += more
            }),
          ),
        )
        progress('rows', rows, total)
      },
      file: async (hash, bytes) => {
        await storeFile(target, hash, bytes)
        progress('files', ++files, totalFiles)
      },
    })
    await createRules(pool, schema, progress)
    await checkRows(pool, schema, report.facts, progress)
    await withTransaction(pool, finish, { tries: 1 })
    return report
  } finally {
    await pool.close()
  }
}

async function createTables(pool: Pool, schema: SchemaDescription): Promise<void> {
  await runAll(pool, sequenceStatements(schema))
  for (let from = 0; from < schema.tables.length; from += TABLES_AT_ONCE) {
    await runAll(
      pool,
      schema.tables.slice(from, from + TABLES_AT_ONCE).flatMap((table) => tableStatements(table, schema)),
    )
  }
}

async function createRules(pool: Pool, schema: SchemaDescription, progress: Progress): Promise<void> {
  let done = 0
  for (const table of schema.tables) {
    await runAll(pool, tableRuleStatements(table, schema))
    progress('rules', ++done, schema.tables.length)
  }
  for (const table of schema.tables) await runAll(pool, foreignKeyStatements(table))
  await runAll(pool, sequenceStateStatements(schema))
}

async function checkRows(
  pool: Pool,
  schema: SchemaDescription,
  facts: ArchiveFacts,
  progress: Progress,
): Promise<void> {
  const expected = new Map(facts.tables.map((table) => [table.name, table]))
  let done = 0
  for (const table of schema.tables) {
    const found = await inTransaction(pool, (tx) => sumRows(tx, table))
    const wanted = expected.get(table.name)
    if (wanted === undefined || found.rows !== wanted.rows || found.sum !== wanted.sum) {
      throw new ValidationError(
        'ERR_RESTORE_ROWS',
        `After the restore the table '${table.name}' has not the rows that were backed up; the restore is undone.`,
        {
          detail: { table: table.name, found, wanted },
        },
      )
    }
    progress('check', ++done, schema.tables.length)
  }
}

async function storeFile(target: Target, hash: string, bytes: Uint8Array): Promise<void> {
  await target.files.putAs(hash, bytes)
  // Read back: the store may have had the name before, and what counts is what it gives.
  const stored = await target.files.get(hash)
  if (stored === null || !Buffer.from(stored).equals(bytes)) {
    throw new ServerError(
      'ERR_RESTORE_FILE',
      'An attachment could not be stored as it was backed up; the restore is undone.',
      { detail: { hash } },
    )
  }
}

function runAll(pool: Pool, statements: readonly Sql[]): Promise<void> {
  if (statements.length === 0) return Promise.resolve()
  return inTransaction(pool, async (tx) => {
    for (const statement of statements) await tx.query(statement, { prepared: false })
  })
}

function inTransaction<T>(pool: Pool, run: (tx: Transaction) => Promise<T>): Promise<T> {
  return withTransaction(
    pool,
    async (tx) => {
      for (const setting of SETTINGS) await tx.query(setting)
      return run(tx)
    },
    { isolation: 'read committed', tries: 1 },
  )
}

async function* counting(part: AsyncIterable<Uint8Array>, count: (rows: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of part) {
    count(countRows(chunk))
    yield chunk
  }
}
