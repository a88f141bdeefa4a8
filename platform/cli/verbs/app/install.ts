/** `holdfast app install`. */

import { installApps, loadApps } from '../../../../framework/modules/index.ts'
import { argument, homeVerb } from '../../command/verb.ts'
import { recordOf } from '../tenant/change.ts'
import { afterBackup, appsOf, type Brought, printBrought, upToDate } from './brought.ts'

/** Installs further applications into a database. */
export const appInstall = homeVerb<Brought>({
  name: 'app install',
  summary: 'Install further applications into a database',
  details: 'All in one transaction, after a safety backup. What the applications depend on comes along.',
  arguments: [
    { name: 'NAME', isRequired: true, doc: 'name of the database' },
    { name: 'APPS', isRequired: true, doc: 'applications, with commas between them' },
  ],
  options: {},
  examples: ['holdfast app install acme sales'],
  home: 'need',
  plan: async ({ home, tenants }, args) => {
    const { name } = recordOf(home, argument(args, 'NAME'))
    const present = (await tenants.open(name)).registry.apps
    const fresh = (await loadApps(appsOf(args))).map((app) => app.name).filter((app) => !present.includes(app))
    return fresh.length === 0
      ? ['nothing: they are installed already']
      : [`back up ${name}`, `install ${fresh.join(', ')}`]
  },
  run: async (hosting, args, report) => {
    const { name } = recordOf(hosting.home, argument(args, 'NAME'))
    const tenant = await hosting.tenants.open(name)
    const wanted = (await loadApps(appsOf(args))).map((app) => app.name)
    if (wanted.every((app) => tenant.registry.apps.includes(app))) return upToDate(name, tenant.registry.apps)
    return afterBackup(hosting, name, report, 'installing', () => installApps(tenant, wanted, { demo: false }))
  },
  print: printBrought,
})
