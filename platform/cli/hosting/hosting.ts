/** An open home with everything on top of it that verbs and the web server share. */

import { join } from 'node:path'
import type { TenantDirectory } from '../../../framework/http/index.ts'
import { type Alarms, openAlarms } from '../../../framework/jobs/index.ts'
import { type AuditKeeper, keepAudit } from '../../audit/index.ts'
import { appendToLog } from '../output/home-log.ts'
import { type Home, openHome, type TenantEvent } from '../../tenants/index.ts'
import { tenantDirectory } from './directory.ts'
import { forgetFacts } from './facts.ts'
import { keepOpenTenants, onlyCurrent, type OpenTenants, tenantsOfHome } from './open-tenants.ts'
import { type Settings, tenantUrl } from './settings.ts'
import { appTemplates, type Templates } from './templates.ts'

export interface Hosting {
  readonly settings: Settings
  readonly home: Home
  readonly tenants: OpenTenants
  readonly directory: TenantDirectory
  /** When each tenant's next scheduled action is due; kept also while nothing serves. */
  readonly alarms: Alarms
  /** The audit logs of all tenants. */
  readonly audit: AuditKeeper
  readonly templates: Templates
  readonly certificateFolder: string
  /** Fires when the process is asked to stop: long work gives up. */
  readonly stopping: AbortSignal
  /** The port that addresses of tenants carry; known for sure once the server listens. */
  httpsPort: number
  /** Whether `up` serves requests. */
  isServing: boolean
  urlOf(name: string): string
  /** Closes tenants and instances in order and gives the home up. */
  close(): Promise<void>
}

const DEFAULT_HTTPS_PORT = 8443

/** Opens the home of the settings. @throws as `openHome` */
export async function openHosting(
  settings: Settings,
  stopping: AbortSignal,
  onEvent: (event: TenantEvent) => void = () => {},
): Promise<Hosting> {
  const home = await openHome({ path: settings.homePath, idleTimeoutMs: settings.idleTimeoutMs, onEvent })
  const alarms = openAlarms(home.control)
  const tenants = keepOpenTenants(tenantsOfHome(home), alarms, (entry) => appendToLog(home.path, entry))
  followTenants(home, alarms)
  const audit = keepAudit(home, (entry) => appendToLog(home.path, entry))
  const hosting: Hosting = {
    settings,
    home,
    tenants,
    alarms,
    audit,
    directory: tenantDirectory(home, onlyCurrent(tenants), settings.domains),
    templates: appTemplates(home),
    certificateFolder: join(home.path, 'certificates'),
    stopping,
    httpsPort: settings.httpsPort === 0 ? DEFAULT_HTTPS_PORT : settings.httpsPort,
    isServing: false,
    urlOf: (name) => tenantUrl(name, settings, hosting.httpsPort),
    close: async () => {
      await tenants.close()
      await home.close()
      await audit.close()
    },
  }
  return hosting
}

/** Keeps facts and alarms in step with what happens to tenants, whichever process does it. */
export function followTenants(home: Home, alarms: Alarms): void {
  home.tenants.watch(async ({ kind, tenantId }) => {
    if (tenantId === null) return
    if (kind === 'deleted') {
      await forgetFacts(home, tenantId)
      await alarms.forget(tenantId)
    }
    // What stands in it may be new, or overdue: the clock of `up` looks.
    if (kind === 'created' || kind === 'generation' || kind === 'resumed') await alarms.set(tenantId, new Date())
  })
}
