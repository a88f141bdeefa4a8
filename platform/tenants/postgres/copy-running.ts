import { execFile } from 'node:child_process'
import { chownSync, rmSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openPool, sql, withTransaction } from '../../../framework/sql/index.ts'
import type { DatabaseEndpoint } from '../instances/engine.ts'
import { dataDirOf, makeFolder, type Toolset } from './cluster-folder.ts'

const run = promisify(execFile)

/** Longest wait for the checkpoint before the copy, and for the copy itself. */
const PATIENCE_MS = 600_000

/**
 * Copies the files of an instance that goes on serving, as it was at the end of the copy. The copy has to recover when it
 * is started: it replays the write-ahead log that came along.
 * @param admin the superuser's way into the running instance
 * @param to a folder that is not there yet
 */
export async function copyRunning(tools: Toolset, admin: DatabaseEndpoint, from: string, to: string): Promise<void> {
  const pool = openPool({
    host: admin.socketDir,
    port: admin.port,
    database: admin.database,
    user: admin.user,
    password: () => admin.password.reveal(),
    max: 1,
    statementTimeoutMs: PATIENCE_MS,
    applicationName: 'holdfast-copy',
  })
  const [source, target] = [dataDirOf(from), dataDirOf(to)]
  makeFolder(to, null)
  try {
    // PostgreSQL's "online backup": between the two calls the files may change while they are read, and its label tells
    // the copy from where to replay. Both have to come from one session, which a transaction holds.
    const label = await withTransaction(
      pool,
      async (tx) => {
        await tx.query(sql`SELECT pg_catalog.pg_backup_start('holdfast-copy', true)`, { prepared: false })
        await copyFolder(source, target)
        const [row] = await tx.query<{ label: string }>(
          sql`SELECT labelfile AS label FROM pg_catalog.pg_backup_stop(false)`,
          { prepared: false },
        )
        return row?.label ?? ''
      },
      { isolation: 'read committed', tries: 1 },
    )
    // What was written meanwhile stands in the log up to the end of the backup, so the log is copied after it.
    await rm(join(target, 'pg_wal'), { recursive: true, force: true })
    await copyFolder(join(source, 'pg_wal'), join(target, 'pg_wal'))
    for (const name of ['postmaster.pid', 'postmaster.opts']) rmSync(join(target, name), { force: true })
    const path = join(target, 'backup_label')
    writeFileSync(path, label, { mode: 0o600 })
    if (tools.account !== null) chownSync(path, tools.account.uid, tools.account.gid)
  } finally {
    await pool.close()
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  const sharing = process.platform === 'linux' ? ['-a', '--reflink=auto'] : ['-pR']
  try {
    await run('cp', [...sharing, from, to], { env: { ...process.env, LC_ALL: 'C' }, maxBuffer: 16 * 1024 * 1024 })
  } catch (error) {
    // Files that went away while they were listed are replayed from the log; anything else is a failure.
    const lines = String((error as { stderr?: string }).stderr ?? '').split('\n')
    if (lines.every((line) => line === '')) throw error
    if (!lines.every((line) => line === '' || line.endsWith(': No such file or directory'))) throw error
  }
}
