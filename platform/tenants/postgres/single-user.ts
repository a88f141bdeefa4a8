import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { ServerError } from '../../../framework/errors.ts'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'

/** What every PostgreSQL process is started with: an environment of its own, so that no PG* variable reaches it. */
export const PROCESS_ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

/**
 * Runs statements as bootstrap superuser in a stopped instance, without any connection (`postgres --single`): roles and
 * passwords are set before the instance can be reached at all. 30 ms.
 * @throws ServerError ERR_INSTANCE_SETUP when a statement fails
 */
export async function runSingleUser(
  binaries: Binaries,
  account: Account | null,
  dataDir: string,
  database: string,
  statements: readonly string[],
): Promise<void> {
  for (const statement of statements) {
    if (/;\s*\n\s*\n/.test(statement))
      throw new TypeError('A statement for single-user mode holds no empty line after a semicolon.')
  }
  const options = ['-c', 'exit_on_error=true', '-c', 'log_checkpoints=off', '-c', 'search_path=pg_catalog']
  const child = spawn(binaries.postgres, ['--single', '-j', '-D', dataDir, ...options, database], {
    ...(account === null ? {} : { uid: account.uid, gid: account.gid }),
    cwd: '/',
    env: PROCESS_ENVIRONMENT,
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true, // Ctrl-C in the terminal is for Holdfast, which then ends things in order
  })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4_000)
  })
  child.stdin.on('error', () => {}) // it ended before it read everything; its exit code tells
  // With -j a statement ends at a semicolon that an empty line follows.
  child.stdin.end(statements.map((statement) => `${statement};\n\n`).join(''))
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  if (code !== 0) {
    throw new ServerError('ERR_INSTANCE_SETUP', 'A database instance could not be set up.', {
      detail: { code, signal, complaint },
    })
  }
}
