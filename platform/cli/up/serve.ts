/** Brings everything into service on an open home, and takes it out again in order. */

import { createHttpServer, type HttpServer, pageRoutes } from '../../../framework/http/index.ts'
import { listBackups } from '../../backups/index.ts'
import type { Report, Verb } from '../command/verb.ts'
import { type ControlServer, startControlServer } from '../control/server.ts'
import { firstLoginLink } from '../hosting/admin-link.ts'
import type { Hosting } from '../hosting/hosting.ts'
import { ownVersion } from '../verbs/help.ts'
import { demoName, firstStart, prepareCommonTemplates } from './first-start.ts'
import type { UpLog } from './log.ts'
import { startNightly } from './nightly.ts'
import { openQueue } from './queue.ts'
import type { Ready } from './ready.ts'

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
    report.progress('starting HTTPS')
    const http = await listen(hosting, log)
    closers.push(() => http.close(REQUEST_GRACE_MS))
    hosting.httpsPort = http.httpsPort
    const token = await firstStart(hosting, report)
    report.progress('starting the queue')
    const jobs = await openQueue(hosting, log.write)
    closers.push(() => jobs.close())
    hosting.isServing = true
    const control: ControlServer = await startControlServer({
      hosting,
      verbs,
      version: ownVersion(),
      log: (reference, cause) => log.write({ level: 'error', event: 'a command failed', reference, cause }),
    })
    closers.push(() => control.close(VERB_GRACE_MS))
    closers.push(inBackground(hosting, log))
    return { ready: await describe(hosting, http, token), isFirstStart: token !== null, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function listen(hosting: Hosting, log: UpLog): Promise<HttpServer> {
  const { settings, home, directory } = hosting
  return createHttpServer({
    directory,
    httpsPort: settings.httpsPort,
    ...(settings.listen === undefined ? {} : { httpsHost: settings.listen }),
    ...(settings.httpPort === undefined ? {} : { httpPort: settings.httpPort }),
    certificateFolder: hosting.certificateFolder,
    domains: settings.domains,
    log: log.write,
    routes: pageRoutes({
      backups: async (tenant) =>
        (await listBackups(home, tenant)).map(({ takenAt, kind, sizeBytes, state }) => ({
          takenAt: new Date(takenAt),
          kind,
          sizeBytes,
          state: state === 'stored' ? 'complete' : state === 'damaged' ? 'failed' : 'verified',
        })),
    }),
  })
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

async function describe(hosting: Hosting, http: HttpServer, token: string | null): Promise<Ready> {
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
