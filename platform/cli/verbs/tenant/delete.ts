/** `holdfast tenant delete`. */

import { UserError } from '../../../../framework/errors.ts'
import { argument, homeVerb, isSet } from '../../command/verb.ts'
import { moment } from '../../output/words.ts'
import { recordOf } from './change.ts'

interface Deleted {
  readonly name: string
  /** `deleting`: can be taken back; `deleted`: destroyed, with its keys. */
  readonly state: 'deleting' | 'deleted'
  /** ISO 8601; null when it is gone already. */
  readonly deleteAfter: string | null
}

/** Deletes a database: with 30 days of grace, or at once. */
export const tenantDelete = homeVerb<Deleted>({
  name: 'tenant delete',
  summary: 'Delete a database: out of service now, destroyed after 30 days',
  details: `For 30 days 'holdfast tenant undelete NAME' takes it back. Then its keys are destroyed, and with them the database, its
files and all of its backups; nobody can bring them back. The name stays unused for 90 days more. With --now there
are no 30 days.`,
  arguments: [{ name: 'NAME', isRequired: true, doc: 'name of the database' }],
  options: {
    yes: { doc: 'really do it; without it nothing is deleted' },
    now: { doc: 'destroy it at once, without the 30 days' },
  },
  examples: ['holdfast tenant delete acme --yes', 'holdfast tenant delete acme --yes --now'],
  home: 'need',
  plan: async ({ home }, args) => {
    const { name } = recordOf(home, argument(args, 'NAME'))
    const last = isSet(args, 'now')
      ? `destroy its keys, database and files at once; without the keys nothing opens its backups any more`
      : `destroy its keys, database and files in 30 days, unless it is taken back; then nothing opens its backups any more`
    return [`stop ${name} and refuse its users`, last, `hold the name ${name} for 90 days`]
  },
  run: async ({ home }, args) => {
    const { name } = recordOf(home, argument(args, 'NAME'))
    if (!isSet(args, 'yes'))
      throw new UserError(
        'ERR_NOT_CONFIRMED',
        `Nothing was deleted. If you mean it, say so: holdfast tenant delete ${name} --yes`,
      )
    await home.tenants.delete(name, isSet(args, 'now') ? { graceDays: 0 } : {})
    const after = home.tenants.get(name)?.deleteAfter ?? null
    return { name, state: after === null ? 'deleted' : 'deleting', deleteAfter: after?.toISOString() ?? null }
  },
  print: ({ name, deleteAfter }, { green, bold }) =>
    deleteAfter === null
      ? `${green('✓')} ${bold(name)} is destroyed, with its keys and files; nothing opens its backups any more.`
      : `${green('✓')} ${bold(name)} is out of service and will be destroyed on ${moment(deleteAfter).slice(0, 10)}.\n  Until then 'holdfast tenant undelete ${name}' takes it back.`,
})
