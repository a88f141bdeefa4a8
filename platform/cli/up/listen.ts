/** The web server of `up`, in its own process or in each of those that share the load. */

import { join } from 'node:path'
import {
  createHttpServer,
  type HttpServer,
  type Log,
  type PageOptions,
  pageRoutes,
  type TenantDirectory,
} from '../../../framework/http/index.ts'
import { listBackups } from '../../backups/index.ts'
import type { Home } from '../../tenants/index.ts'
import type { Settings } from '../hosting/settings.ts'

/** What all processes together take at once, as `createHttpServer` has it for one. */
const MOST_REQUESTS = 2_000
const MOST_BODY_BYTES = 1024 * 1024 * 1024

export interface ListenOptions {
  readonly settings: Settings
  readonly directory: TenantDirectory
  readonly log: Log
  readonly backups: NonNullable<PageOptions['backups']>
  /** Shared by all processes, so that each resumes the TLS sessions of the others. */
  readonly ticketKeys?: Uint8Array
  /** How many processes share the load; default 1. */
  readonly processes?: number
}

/** Starts HTTPS, and plain HTTP where the settings name a port. */
export function listen({
  settings,
  directory,
  log,
  backups,
  ticketKeys,
  processes = 1,
}: ListenOptions): Promise<HttpServer> {
  return createHttpServer({
    directory,
    httpsPort: settings.httpsPort,
    ...(settings.listen === undefined ? {} : { httpsHost: settings.listen }),
    ...(settings.httpPort === undefined ? {} : { httpPort: settings.httpPort }),
    certificateFolder: certificateFolder(settings),
    domains: settings.domains,
    log,
    routes: pageRoutes({ backups }),
    maxRequests: Math.ceil(MOST_REQUESTS / processes),
    maxBodyBytes: Math.ceil(MOST_BODY_BYTES / processes),
    ...(ticketKeys === undefined ? {} : { ticketKeys }),
  })
}

/** Where the local certificate authority lies. */
export function certificateFolder({ homePath }: Pick<Settings, 'homePath'>): string {
  return join(homePath, 'certificates')
}

/** The backups of a tenant as the start page shows them. */
export async function backupsOf(home: Home, tenant: string): Promise<Awaited<ReturnType<ListenOptions['backups']>>> {
  return (await listBackups(home, tenant)).map(({ takenAt, kind, sizeBytes, state }) => ({
    takenAt: new Date(takenAt),
    kind,
    sizeBytes,
    state: state === 'stored' ? 'complete' : state === 'damaged' ? 'failed' : 'verified',
  }))
}
