/** `holdfast tenant install|upgrade`. */

import {
  installApps,
  loadApps,
  needsUpgrade,
  type SchemaReport,
  upgradeTenant,
} from '../../../../framework/modules/index.ts'
import { createBackup } from '../../../backups/index.ts'
import { argument, homeVerb, option, type VerbArgs } from '../../command/verb.ts'
import type { Terminal } from '../../output/terminal.ts'
import { count } from '../../output/words.ts'
import { inWords } from '../backup/progress.ts'
import { recordOf } from './change.ts'

interface Brought {
  readonly name: string
  /** Installed applications, those that come along included. */
  readonly apps: readonly string[]
  /** Statements that changed the schema; 0 when it was up to date. */
  readonly changes: number
  /** Required fields that rows lack: `model.field: count`. */
  readonly lacking: readonly string[]
  /** Id of the backup that was taken before; null when there was nothing to do. */
  readonly safetyBackup: string | null
}

/** Installs further applications into a database. */
export const tenantInstall = homeVerb<Brought>({
  name: 'tenant install',
  summary: 'Install further applications into a database',
  details: 'All in one transaction, after a safety backup. What the applications depend on comes along.',
  arguments: [{ name: 'NAME', isRequired: true, doc: 'name of the database' }],
  options: { apps: { value: 'A,B', isRequired: true, doc: 'applications, with commas' } },
  home: 'need',
  plan: async ({ home, tenants }, args) => {
    const { name } = recordOf(home, argument(args, 'NAME'))
    const present = (await tenants.open(name)).registry.apps
    const fresh = (await loadApps(appsOf(args))).filter((app) => !present.includes(app.name)).map((app) => app.name)
    return fresh.length === 0
      ? ['nothing: they are installed already']
      : [`back up ${name}`, `install ${fresh.join(', ')}`]
  },
  run: async ({ home, tenants }, args, report) => {
    const { name } = recordOf(home, argument(args, 'NAME'))
    const tenant = await tenants.open(name)
    const wanted = (await loadApps(appsOf(args))).map((app) => app.name)
    if (wanted.every((app) => tenant.registry.apps.includes(app))) return upToDate(name, tenant.registry.apps)
    const { id } = await createBackup(home, name, { reason: 'safety', progress: inWords(report) })
    report.progress('installing')
    return brought(name, await installApps(tenant, wanted, { demo: false }), tenant.registry.apps, id)
  },
  print: printBrought,
})

/** Brings a database to the applications as they are on disk now. */
export const tenantUpgrade = homeVerb<Brought>({
  name: 'tenant upgrade',
  summary: 'Bring a database to the applications as they are on disk now',
  details: `To be done for each database after a new version of Holdfast or of an application was put in place, and after an
old backup was restored. All in one transaction, after a safety backup; a second time it changes nothing.`,
  arguments: [{ name: 'NAME', isRequired: true, doc: 'name of the database' }],
  options: {},
  home: 'need',
  plan: async ({ home, tenants }, args) => {
    const { name } = recordOf(home, argument(args, 'NAME'))
    const isOld = await needsUpgrade(await tenants.open(name))
    return isOld
      ? [`back up ${name}`, 'bring schema, records and rights to the applications on disk']
      : ['nothing: it is up to date']
  },
  run: async ({ home, tenants }, args, report) => {
    const { name } = recordOf(home, argument(args, 'NAME'))
    const tenant = await tenants.open(name)
    if (!(await needsUpgrade(tenant))) return upToDate(name, tenant.registry.apps)
    const { id } = await createBackup(home, name, { reason: 'safety', progress: inWords(report) })
    report.progress('upgrading')
    return brought(name, await upgradeTenant(tenant), tenant.registry.apps, id)
  },
  print: printBrought,
})

function appsOf(args: VerbArgs): string[] {
  return (option(args, 'apps') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

function upToDate(name: string, apps: readonly string[]): Brought {
  return { name, apps, changes: 0, lacking: [], safetyBackup: null }
}

function brought(
  name: string,
  { changes, lacking }: SchemaReport,
  apps: readonly string[],
  safetyBackup: string,
): Brought {
  return { name, apps, changes, lacking, safetyBackup }
}

function printBrought(
  { name, apps, changes, lacking, safetyBackup }: Brought,
  { green, yellow, bold }: Terminal,
): string {
  if (safetyBackup === null) return `${green('✓')} ${bold(name)} is up to date.`
  const lines = [
    `${green('✓')} ${bold(name)} has ${apps.join(', ')} (${count(changes, 'change')} of the schema).`,
    `  Safety backup: ${safetyBackup}`,
  ]
  if (lacking.length > 0) lines.push(`${yellow('!')} Required fields that some records lack: ${lacking.join(', ')}`)
  return lines.join('\n')
}
