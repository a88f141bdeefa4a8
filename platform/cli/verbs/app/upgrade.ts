/** `holdfast app upgrade`. */

import { ConflictError } from '../../../../framework/errors.ts'
import { upgradeTenant } from '../../../../framework/modules/index.ts'
import { argument, homeVerb, isSet, type VerbArgs } from '../../command/verb.ts'
import type { Hosting } from '../../hosting/hosting.ts'
import { recordOf } from '../tenant/change.ts'
import { afterBackup, type Brought, printBrought, upToDate } from './brought.ts'
import { rehearse } from './rehearsal/rehearse.ts'

/** Brings a database to the applications as they are on disk now. */
export const appUpgrade = homeVerb<Brought>({
  name: 'app upgrade',
  summary: 'Bring a database to the applications as they are on disk now',
  details: `To be done for each database after a new version of Holdfast or of an application was put in place, and after an
old backup was restored. First it is tried on a copy, by a process that loads the applications from disk: the database
serves on meanwhile, and where the trial fails it is not touched. Then a safety backup is taken and the same is done to the
database, in one transaction that checks itself and takes everything back when a check fails.

--rehearse stops after the trial. It works while an older version still serves: try first, then stop Holdfast, start the new
version and upgrade. A second time there is nothing to do.`,
  arguments: [{ name: 'NAME', isRequired: true, doc: 'name of the database' }],
  options: {
    rehearse: { doc: 'only try it on a copy and tell what it would do' },
    'drop-removed': { doc: 'drop what removed fields and models left behind, with its values' },
  },
  examples: ['holdfast app upgrade acme --rehearse', 'holdfast app upgrade acme'],
  home: 'need',
  plan: async (hosting, args) => {
    const { reasons, words } = await tried(hosting, args)
    return reasons.length + words.length === 0
      ? ['nothing: it is up to date']
      : [`back up ${argument(args, 'NAME')}`, ...reasons, ...words]
  },
  run: async (hosting, args, report) => {
    const { name } = recordOf(hosting.home, argument(args, 'NAME'))
    report.progress('trying it on a copy')
    const { reasons, words, isCurrent } = await tried(hosting, args)
    const done = [...reasons, ...words]
    if (done.length === 0) return upToDate(name, (await hosting.tenants.open(name)).registry.apps)
    if (isSet(args, 'rehearse')) return { ...upToDate(name, []), done }
    if (!isCurrent)
      throw new ConflictError(
        'ERR_APP_RESTART',
        `The trial on a copy went well, but the running Holdfast has older applications loaded. Stop it, start it again, and then run: holdfast app upgrade ${name}`,
      )
    const tenant = await hosting.tenants.open(name)
    return afterBackup(hosting, name, report, 'upgrading', () => upgradeTenant(tenant, optionsOf(args)))
  },
  print: (result, terminal) =>
    result.safetyBackup === null && result.done.length > 0
      ? [
          `${terminal.green('✓')} The trial on a copy of ${terminal.bold(result.name)} went well:`,
          ...result.done.map((words) => `  ${words}`),
        ].join('\n')
      : printBrought(result, terminal),
})

function tried({ home }: Hosting, args: VerbArgs): ReturnType<typeof rehearse> {
  const { name } = recordOf(home, argument(args, 'NAME'))
  return rehearse(home, name, { do: 'upgrade', ...optionsOf(args) })
}

function optionsOf(args: VerbArgs): { dropRemoved: boolean } {
  return { dropRemoved: isSet(args, 'drop-removed') }
}
