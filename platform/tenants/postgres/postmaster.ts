import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { join } from 'node:path'
import { UnavailableError } from '../../../framework/errors.ts'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'
import { PROCESS_ENVIRONMENT } from './single-user.ts'

export type StopMode = 'smart' | 'fast' | 'immediate'

/** A running PostgreSQL server process that is our child. */
export interface Postmaster {
  readonly pid: number
  /** Resolves when the process is gone, however it ended. */
  readonly exited: Promise<void>
  isAlive(): boolean
  /** Ends it; what does not obey within its time is ended harder. */
  stop(mode: StopMode): Promise<void>
}

export interface PostmasterOptions {
  readonly binaries: Binaries
  readonly account: Account | null
  readonly dataDir: string
  readonly socketDir: string
  readonly logFile: string
  /** How long crash recovery may take; default 120 000 ms. */
  readonly startTimeoutMs?: number
}

const SIGNALS = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const
/** Milliseconds that each mode is given before the next harder one. */
const PATIENCE_MS = { smart: 30_000, fast: 20_000, immediate: 5_000 } as const
const MAX_LOG_BYTES = 5_000_000

/**
 * Starts a server and returns when it accepts connections.
 * @throws UnavailableError ERR_INSTANCE_START when it ends before, or takes longer than `startTimeoutMs`
 */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  rotateLog(options.logFile)
  const log = openSync(options.logFile, 'a', 0o600)
  let child: ChildProcess
  try {
    child = spawn(options.binaries.postgres, ['-D', options.dataDir, '-k', options.socketDir], {
      ...(options.account === null ? {} : { uid: options.account.uid, gid: options.account.gid }),
      cwd: '/',
      env: PROCESS_ENVIRONMENT,
      stdio: ['ignore', log, log],
      detached: true, // a session of its own: Ctrl-C reaches Holdfast alone, which stops instances in order
    })
  } finally {
    closeSync(log)
  }
  child.unref() // a script that forgot to close its home may end; the guardian then ends the server
  let alive = true
  const exited = new Promise<void>((resolve) => {
    const end = (): void => {
      alive = false
      resolve()
    }
    child.once('exit', end).once('error', end)
  })
  const postmaster: Postmaster = {
    pid: child.pid ?? -1,
    exited,
    isAlive: () => alive,
    stop: (mode) => stopChild(child, exited, () => alive, mode),
  }
  await untilReady(postmaster, options)
  return postmaster
}

async function untilReady(postmaster: Postmaster, options: PostmasterOptions): Promise<void> {
  const deadline = Date.now() + (options.startTimeoutMs ?? 120_000)
  for (let waitMs = 5; postmaster.isAlive(); waitMs = Math.min(waitMs * 1.3, 100)) {
    if (statusLine(options.dataDir, postmaster.pid) === 'ready') return
    if (Date.now() > deadline) {
      await postmaster.stop('immediate')
      break
    }
    await delay(waitMs)
  }
  throw new UnavailableError('ERR_INSTANCE_START', 'The database did not start; try again in a moment.', {
    detail: { dataDir: options.dataDir, logEnd: logEnd(options.logFile) },
  })
}

/** Line 8 of postmaster.pid is the state that pg_ctl waits for too; the first line must be our own child. */
function statusLine(dataDir: string, pid: number): string | null {
  try {
    const lines = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')
    return lines[0] === String(pid) ? (lines[7] ?? '').trim() : null
  } catch {
    return null // not written yet
  }
}

async function stopChild(
  child: ChildProcess,
  exited: Promise<void>,
  isAlive: () => boolean,
  mode: StopMode,
): Promise<void> {
  const ladder: StopMode[] =
    mode === 'smart' ? ['smart', 'fast', 'immediate'] : mode === 'fast' ? ['fast', 'immediate'] : ['immediate']
  for (const step of ladder) {
    if (!isAlive()) return
    child.kill(SIGNALS[step])
    const timer = new AbortController()
    await Promise.race([exited, delay(PATIENCE_MS[step], undefined, { signal: timer.signal }).catch(() => {})])
    timer.abort()
  }
  if (!isAlive()) return
  child.kill('SIGKILL')
  await exited
}

function rotateLog(path: string): void {
  try {
    if (statSync(path).size > MAX_LOG_BYTES) renameSync(path, `${path}.1`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

function logEnd(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(-2_000)
  } catch {
    return ''
  }
}
