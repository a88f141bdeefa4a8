import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { UnavailableError } from '../../../framework/errors.ts'
import { openPool, sql } from '../../../framework/sql/index.ts'
import type { DatabaseEndpoint, InstanceState } from './engine.ts'
import { type Credentials, dataDirOf, makeFolder, type Toolset, writeHba } from '../postgres/cluster-folder.ts'
import { type Postmaster, type StopMode, startPostmaster } from '../postgres/postmaster.ts'
import { ADMIN_ROLE, DATABASE, PORT, RUNTIME_ROLE } from '../postgres/settings.ts'

/** One PostgreSQL instance under supervision: started on request, started again when it dies, stopped on request. */
export interface Instance {
  readonly name: string
  readonly folder: string
  readonly generation: number
  readonly runtime: DatabaseEndpoint
  readonly admin: DatabaseEndpoint
  state(): InstanceState
  pid(): number | null
  /** Starts it unless it runs; calls at the same time share one start. @throws UnavailableError */
  start(): Promise<void>
  stop(mode: StopMode): Promise<void>
  /** Whether it answers a real query of the runtime role within 5 s. */
  isHealthy(): Promise<boolean>
  /** Statements that clients are running now, idle connections not counted. */
  activeSessions(): Promise<number>
}

export interface InstanceOptions {
  readonly tools: Toolset
  readonly name: string
  readonly folder: string
  /** Parent of the socket folders. */
  readonly sockets: string
  readonly generation: number
  readonly credentials: Credentials
  /** Told of every crash and restart. */
  readonly onCrash?: (name: string, failures: number) => void
}

/** A run of this length counts as healthy: the next crash is the first one again. */
const STABLE_MS = 60_000
const FIRST_BACKOFF_MS = 100
const LONGEST_BACKOFF_MS = 30_000
/** After a start that failed, requests are refused for so long instead of each trying again. */
const RETRY_AFTER_MS = 500
/** Failures in a row after which a request is refused at once instead of waiting for the next attempt. */
const HOPELESS_FAILURES = 4

/** Takes an existing, stopped instance folder under supervision. */
export function superviseInstance(options: InstanceOptions): Instance {
  // The generation is part of the socket's path: whoever holds an old one finds nothing there.
  const socketDir = join(options.sockets, `${options.name}.${options.generation}`)
  const endpoint = { socketDir, port: PORT, database: DATABASE }
  const runtime = { ...endpoint, user: RUNTIME_ROLE, password: options.credentials.runtime }
  const admin = { ...endpoint, user: ADMIN_ROLE, password: options.credentials.admin }
  let postmaster: Postmaster | null = null
  let isWanted = false
  let failures = 0
  let startedAt = 0
  let starting: Promise<void> | null = null
  let stopping: Promise<void> | null = null
  let pause = new AbortController()
  let refusedUntil = 0
  let lastStartFailed = false

  const startOnce = async (): Promise<void> => {
    await stopping
    rmSync(socketDir, { recursive: true, force: true })
    makeFolder(socketDir, options.tools.account, 0o700)
    writeHba(options.tools, options.folder)
    const started = await startPostmaster({
      ...options.tools,
      dataDir: dataDirOf(options.folder),
      socketDir,
      logFile: join(options.folder, 'postgres.log'),
    })
    postmaster = started
    startedAt = Date.now()
    void started.exited.then(() => ended(started))
    await probe(runtime)
  }

  const start = (): Promise<void> => {
    if (starting !== null) return failures >= HOPELESS_FAILURES ? Promise.reject(failing()) : starting
    if (postmaster?.isAlive() === true && stopping === null) return Promise.resolve()
    if (Date.now() < refusedUntil) return Promise.reject(failing())
    isWanted = true
    starting = startOnce()
      .then(() => {
        lastStartFailed = false
      })
      .catch(async (error: unknown) => {
        lastStartFailed = true
        refusedUntil = Date.now() + RETRY_AFTER_MS
        const half = postmaster
        postmaster = null
        await half?.stop('fast')
        throw error
      })
      .finally(() => {
        starting = null
      })
    return starting
  }

  const ended = (which: Postmaster): void => {
    if (postmaster !== which) return
    postmaster = null
    if (!isWanted || stopping !== null || starting !== null) return
    failures = Date.now() - startedAt > STABLE_MS ? 0 : failures
    starting = revive().finally(() => {
      starting = null
    })
    starting.catch(() => {}) // who waits for it gets the error; here nobody may be waiting
  }

  const revive = async (): Promise<void> => {
    for (;;) {
      failures++
      options.onCrash?.(options.name, failures)
      const pauseMs = Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), LONGEST_BACKOFF_MS)
      await delay(pauseMs, undefined, { signal: pause.signal }).catch(() => {})
      if (!isWanted) throw failing()
      try {
        return await startOnce()
      } catch {
        postmaster = null // counted above; the next round waits longer
      }
    }
  }

  const stop = async (mode: StopMode): Promise<void> => {
    isWanted = false
    if (stopping !== null) return stopping
    pause.abort() // a restart that is only waiting for its turn need not be waited for
    pause = new AbortController()
    const halt = async (): Promise<void> => {
      await postmaster?.stop(mode)
      postmaster = null
      failures = 0
      lastStartFailed = false
      rmSync(socketDir, { recursive: true, force: true })
    }
    // A start under way is let through, for a half-started server cannot be told to stop in order.
    await starting?.catch(() => {})
    if (isWanted) return // somebody woke it meanwhile
    stopping = halt().finally(() => {
      stopping = null
    })
    return stopping
  }

  return {
    name: options.name,
    folder: options.folder,
    generation: options.generation,
    runtime,
    admin,
    state: () => {
      if (starting !== null) return failures >= HOPELESS_FAILURES ? 'failed' : 'starting'
      if (postmaster?.isAlive() === true && stopping === null) return 'running'
      return lastStartFailed ? 'failed' : 'asleep'
    },
    pid: () => postmaster?.pid ?? null,
    start,
    stop,
    isHealthy: () =>
      probe(runtime).then(
        () => true,
        () => false,
      ),
    activeSessions: () => countActive(admin),
  }
}

async function probe(endpoint: DatabaseEndpoint): Promise<void> {
  await withOneConnection(endpoint, (pool) => pool.query(sql`SELECT 1 AS alive`))
}

/** A session that is still logging in has no user or state yet, and counts. */
async function countActive(endpoint: DatabaseEndpoint): Promise<number> {
  const rows = await withOneConnection(endpoint, (pool) =>
    pool.query<{ active: number }>(
      sql`SELECT count(*) AS active FROM pg_stat_activity WHERE backend_type = 'client backend' AND usename IS DISTINCT FROM ${ADMIN_ROLE} AND state IS DISTINCT FROM 'idle'`,
    ),
  )
  return rows[0]?.active ?? 0
}

/** Opens a pool of one connection for one question, as the platform itself. */
export async function withOneConnection<T>(
  endpoint: DatabaseEndpoint,
  ask: (pool: ReturnType<typeof openPool>) => Promise<T>,
): Promise<T> {
  const pool = openPool({
    host: endpoint.socketDir,
    port: endpoint.port,
    database: endpoint.database,
    user: endpoint.user,
    password: () => endpoint.password.reveal(),
    max: 1,
    statementTimeoutMs: 5_000,
    applicationName: 'holdfast-platform',
  })
  try {
    return await ask(pool)
  } finally {
    await pool.close()
  }
}

function failing(): UnavailableError {
  return new UnavailableError(
    'ERR_INSTANCE_FAILED',
    'The database cannot be started at the moment; we are trying again.',
  )
}
