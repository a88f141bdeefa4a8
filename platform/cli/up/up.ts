/** `holdfast up`: everything, in the foreground. */

import { setTimeout as delay } from 'node:timers/promises'
import { AppError, ConflictError } from '../../../framework/errors.ts'
import { type LocalContext, localVerb } from '../command/verb.ts'
import { askOwner } from '../control/client.ts'
import { type Hosting, openHosting } from '../hosting/hosting.ts'
import { terminalOf } from '../output/terminal.ts'
import { openLog, type UpLog } from './log.ts'
import { printReady } from './ready.ts'
import { serve } from './serve.ts'

/** Starts Holdfast and stays until it is told to stop. */
export const up = localVerb<null>({
  name: 'up',
  summary: 'Start Holdfast and stay in the foreground until Ctrl-C',
  details: `Starts the databases' PostgreSQL as they are used, HTTPS, the queue and nightly backups. The first start makes a
database 'demo' with applications and data and prints a one-time link to log in. A second Ctrl-C ends it at once.

With --json it prints one line when it is ready:
{"ready":true,"url":…,"httpUrl":…,"ca":…,"tenants":[{"name":…,"url":…}],"loginLink":…}`,
  arguments: [],
  options: {},
  run: async (context) => {
    const startedMs = performance.now()
    const hosting = await openPatiently(context)
    const log = openLog(hosting.home.path, context.settings.isDebug, process.stderr, terminalOf(process.stderr))
    log.write({
      level: 'info',
      event: 'started',
      detail: { pid: process.pid, postgres: hosting.home.postgresVersion, swept: { ...hosting.home.swept } },
    })
    // One request's slip must not take everybody else's service down.
    const onRejection = (cause: unknown): void =>
      log.write({ level: 'error', event: 'something failed that nobody waited for', cause })
    process.on('unhandledRejection', onRejection)
    try {
      await serveUntilStopped(context, hosting, log, startedMs)
    } finally {
      await hosting.close()
      log.write({ level: 'info', event: 'stopped' })
      await log.close()
      process.off('unhandledRejection', onRejection)
    }
    return null
  },
  print: () => '',
})

async function serveUntilStopped(
  context: LocalContext,
  hosting: Hosting,
  log: UpLog,
  startedMs: number,
): Promise<void> {
  const { stopping, isJson, terminal, report, write } = context
  let stopServing: (() => Promise<void>) | null = null
  try {
    const serving = await serve(hosting, context.controlVerbs, log, report)
    stopServing = serving.stop
    const details = {
      isFirstStart: serving.isFirstStart,
      home: hosting.home.path,
      log: log.path,
      postgres: hosting.home.postgresVersion,
      tookMs: performance.now() - startedMs,
    }
    write(isJson ? JSON.stringify(serving.ready) : printReady(serving.ready, details, terminal))
    await new Promise<void>((resolve) => {
      if (stopping.aborted) resolve()
      else stopping.addEventListener('abort', () => resolve(), { once: true })
    })
    if (!isJson) write(`${terminal.dim('  Stopping …')}`)
  } catch (error) {
    // Told to stop while it was starting: what was begun has given up, and that is no failure.
    if (!stopping.aborted) throw error
  } finally {
    await stopServing?.()
  }
}

const VERB_PATIENCE_MS = 30_000

/** Opens the home; a verb that has it for a moment is waited for, another `up` is not. */
async function openPatiently({ settings, stopping, report }: LocalContext): Promise<Hosting> {
  const deadline = Date.now() + VERB_PATIENCE_MS
  for (;;) {
    try {
      return await openHosting(settings, stopping)
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'ERR_HOME_OWNED') throw error
      const owner = await askOwner(`${settings.homePath}/run`)
      if (owner !== null)
        throw new ConflictError(
          'ERR_HOME_OWNED',
          `Holdfast is running already: process ${owner.pid} serves ${owner.url} from this home. Stop that one first, or use another HOLDFAST_HOME.`,
        )
      if (Date.now() >= deadline) throw error
      report.progress('waiting for the process that has the home')
      await delay(250, undefined, { signal: stopping })
    }
  }
}
