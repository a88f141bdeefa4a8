/** `holdfast app uninstall`. */

import { ConflictError, UserError } from '../../../../framework/errors.ts'
import { planUninstall, uninstallApps } from '../../../../framework/modules/index.ts'
import { argument, homeVerb, isSet } from '../../command/verb.ts'
import { recordOf } from '../tenant/change.ts'
import { afterBackup, appsOf, type Brought, printBrought } from './brought.ts'
import { rehearse } from './rehearsal/rehearse.ts'

/** Takes applications out of a database, with their data. */
export const appUninstall = homeVerb<Brought>({
  name: 'app uninstall',
  summary: 'Take applications out of a database, with all of their data',
  details: `Their tables, columns, records and rights go, and what people hung on them. --dry-run lists it with numbers. It is refused
while other installed applications depend on them, unless --dependants takes these out, too. It is tried on a copy first; then
a safety backup is taken, from which a restore brings everything back.`,
  arguments: [
    { name: 'NAME', isRequired: true, doc: 'name of the database' },
    { name: 'APPS', isRequired: true, doc: 'applications, with commas between them' },
  ],
  options: {
    yes: { doc: 'really do it; without it nothing is removed' },
    dependants: { doc: 'also take out what depends on them' },
  },
  examples: ['holdfast app uninstall acme sales --dry-run', 'holdfast app uninstall acme sales --yes'],
  home: 'need',
  plan: async ({ home, tenants }, args) => {
    const { name } = recordOf(home, argument(args, 'NAME'))
    const { apps, words, refusals } = await planUninstall(await tenants.open(name), appsOf(args))
    refuseDependants(apps, appsOf(args), isSet(args, 'dependants'))
    return [`back up ${name}`, `take out ${apps.join(', ')}`, ...words, ...refusals.map((why) => `refused: ${why}`)]
  },
  run: async ({ ...hosting }, args, report) => {
    const { name } = recordOf(hosting.home, argument(args, 'NAME'))
    const tenant = await hosting.tenants.open(name)
    const { apps } = await planUninstall(tenant, appsOf(args))
    refuseDependants(apps, appsOf(args), isSet(args, 'dependants'))
    if (!isSet(args, 'yes'))
      throw new UserError(
        'ERR_NOT_CONFIRMED',
        `Nothing was removed. See what would be lost: holdfast app uninstall ${name} ${argument(args, 'APPS')} --dry-run. If you mean it, add --yes.`,
      )
    report.progress('trying it on a copy')
    await rehearse(hosting.home, name, { do: 'uninstall', apps })
    return afterBackup(hosting, name, report, 'taking them out', () => uninstallApps(tenant, apps))
  },
  print: printBrought,
})

function refuseDependants(all: readonly string[], named: readonly string[], isMeant: boolean): void {
  const others = all.filter((app) => !named.includes(app))
  if (others.length > 0 && !isMeant)
    throw new ConflictError(
      'ERR_APP_NEEDED',
      `${others.join(', ')} ${others.length === 1 ? 'depends' : 'depend'} on it. Name ${others.length === 1 ? 'it' : 'them'}, too, or add --dependants.`,
    )
}
