/** What the first start of a home makes: a database to try things out in, and its first backup. */

import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createBackup } from '../../backups/index.ts'
import type { Report } from '../command/verb.ts'
import { createTenant } from '../hosting/create-tenant.ts'
import type { Hosting } from '../hosting/hosting.ts'

export const demoName = 'demo'
const demoApps = ['contacts', 'products', 'sales']

/**
 * Makes the demo tenant in a home that has no tenant and never had one; a start that was killed half-way is completed by the next.
 * @returns the token of the administrator's first-login link; null when this is not the first start
 */
export async function firstStart(hosting: Hosting, report: Report): Promise<string | null> {
  const note = join(hosting.home.path, 'first-start-done')
  if (existsSync(note)) return null
  let token: string | null = null
  if (hosting.home.tenants.list().length === 0) {
    report.progress('first start: making the demo database')
    token = await createTenant(
      hosting.home,
      hosting.templates,
      { name: demoName, apps: demoApps, demo: true, adminLogin: 'admin' },
      report,
      hosting.stopping,
    )
    report.progress('first start: taking the first backup')
    await createBackup(hosting.home, demoName, { reason: 'scheduled' })
  }
  writeFileSync(note, `${new Date().toISOString()}\n`, { mode: 0o600 })
  return token
}

/** Prepares what `tenant create` mostly copies, so that a new database is there at once; gives up when the process stops. */
export async function prepareCommonTemplates({ templates, stopping }: Hosting): Promise<void> {
  for (const apps of [['base'], ['sales']]) {
    if (stopping.aborted) return
    await templates.prepare(apps, false, stopping)
  }
}
