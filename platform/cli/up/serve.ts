/** Brings everything into service on an open home, and takes it out again in order. */

import { loadEveryApp } from '../../../framework/modules/index.ts'
import type { Report, Verb } from '../command/verb.ts'
import { type ControlServer, startControlServer } from '../control/server.ts'
import { firstLoginLink } from '../hosting/admin-link.ts'
import type { Hosting } from '../hosting/hosting.ts'
import { ownVersion } from '../verbs/help.ts'
import { demoName, firstStart, prepareCommonTemplates } from './first-start.ts'
import type { UpLog } from './log.ts'
import { backupsOf, listen } from './listen.ts'
import { startNightly } from './nightly.ts'
import { openQueue } from './queue.ts'
import type { Ready } from './ready.ts'
import { startCrew } from './workers/crew.ts'
import type { Listening } from './workers/messages.ts'

export interface Serving {
  readonly ready: Ready
  readonly isFirstStart: boolean
  /** No new requests, running ones finish, then queue and background work. */
  stop(): Promise<void>
}

const REQUEST_GRACE_MS = 10_000
const VERB_GRACE_MS = 30_000
const BACKUP_GRACE_MS = 30_000

/** Starts in the order of what can fail early: port, first start, queue, control socket. @throws whatever does */
export async function serve(hosting: Hosting, verbs: readonly Verb[], log: UpLog, report: Report): Promise<Serving> {
  const closers: (() => Promise<void>)[] = []
  // In the opposite order of the start; one that fails must not keep the others from being stopped.
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) {
      await close().catch((cause: unknown) =>
        log.write({ level: 'error', event: 'a part did not stop in order', cause }),
      )
    }
  }
  try {
    for (const { name, cause } of await loadEveryApp())
      log.write({ level: 'error', event: `the application ${name} cannot be loaded`, cause })
    report.progress('starting HTTPS')
    const { at, close } = await open(hosting, log)
    closers.push(() => close(REQUEST_GRACE_MS))
    hosting.httpsPort = at.httpsPort
    const token = await firstStart(hosting, report)
    report.progress('starting the queue')
    const jobs = await openQueue(hosting, log.write)
    closers.push(() => jobs.close())
    hosting.audit.start(log.write)
    hosting.isServing = true
    const control: ControlServer = await startControlServer({
      hosting,
      verbs,
      version: ownVersion(),
      log: (reference, cause) => log.write({ level: 'error', event: 'a command failed', reference, cause }),
    })
    closers.push(() => control.close(VERB_GRACE_MS))
    closers.push(inBackground(hosting, log))
    return { ready: await describe(hosting, at, token), isFirstStart: token !== null, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

// One process serves by itself; with more the owner only hands connections on, and keeps its time for the home.
async function open(
  hosting: Hosting,
  log: UpLog,
): Promise<{ readonly at: Listening; close(graceMs: number): Promise<void> }> {
  const { settings, home, directory } = hosting
  if (settings.processes > 1) {
    const crew = await startCrew(hosting, settings.processes, log)
    return { at: crew.listening, close: crew.close }
  }
  const http = await listen({
    settings,
    directory,
    log: log.write,
    backups: (tenant) => backupsOf(home, tenant),
  })
  return { at: http, close: http.close }
}

/** Nightly backups and templates. @returns a function that waits for what they have begun */
function inBackground(hosting: Hosting, log: UpLog): () => Promise<void> {
  const nightly = startNightly(hosting, log.write)
  const prepared = prepareCommonTemplates(hosting).catch((cause: unknown) => {
    if (!hosting.stopping.aborted)
      log.write({
        level: 'warn',
        event: 'templates could not be prepared; the next tenant takes longer to make',
        cause,
      })
  })
  return async () => {
    await nightly.stop(BACKUP_GRACE_MS)
    await prepared
  }
}

async function describe(hosting: Hosting, http: Listening, token: string | null): Promise<Ready> {
  const { home, urlOf } = hosting
  const tenants = home.tenants
    .list()
    .filter(({ state }) => state === 'active')
    .map(({ name }) => ({ name, url: urlOf(name) }))
  const hasDemo = tenants.some(({ name }) => name === demoName)
  const loginLink =
    token !== null
      ? `${urlOf(demoName)}/web/first-login/${token}`
      : hasDemo
        ? await firstLoginLink(hosting, demoName)
        : null
  return { ready: true, url: http.url, httpUrl: http.httpUrl, ca: http.caPath, tenants, loginLink }
}
