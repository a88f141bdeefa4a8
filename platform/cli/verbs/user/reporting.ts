/** `holdfast reporting enable|disable|list|refresh`. */

import type { Tenant } from '../../../../framework/access/index.ts'
import { openPool, type Pool } from '../../../../framework/sql/index.ts'
import {
  disableReporting,
  enableReporting,
  type Reporter,
  refreshReporting,
  reporterRoles,
  reporters,
} from '../../../reporting/index.ts'
import { argument, homeVerb, option, type VerbArgs, type VerbArgument } from '../../command/verb.ts'
import type { Hosting } from '../../hosting/hosting.ts'
import { facts, table } from '../../output/table.ts'
import { plain } from '../../output/terminal.ts'
import { count } from '../../output/words.ts'
import { recordOf } from '../tenant/change.ts'

const tenantArgument: VerbArgument = { name: 'TENANT', isRequired: true, doc: 'name of the database' }
const userOption = { value: 'LOGIN', isRequired: true, doc: 'login of the user' } as const

interface Enabled {
  readonly user: string
  readonly socket: string
  readonly port: number
  readonly database: string
  readonly role: string
  readonly password: string
  readonly views: number
}

/** Gives a user a role at PostgreSQL with which a reporting program reads what that user may read. */
export const reportingEnable = homeVerb<Enabled>({
  name: 'reporting enable',
  summary: 'Give a user a role at PostgreSQL for reporting programs',
  details: `The role reads views of exactly what the user may read in Holdfast, held by row-level security that is made of the same rights. It
can change nothing. After a change of anybody's rights the views refuse until 'holdfast reporting refresh'. The password is shown
this once. PostgreSQL listens on a socket of this machine only.`,
  arguments: [tenantArgument],
  options: { user: userOption },
  examples: ['holdfast reporting enable demo --user admin'],
  home: 'need',
  plan: async (hosting, args) => {
    const { name } = recordOf(hosting.home, argument(args, 'TENANT'))
    return [
      `make a role for ${plain(option(args, 'user') ?? '')} in the instance of ${name}`,
      'make views of what that user may read',
    ]
  },
  run: (hosting, args) =>
    asAdministrator(hosting, args, 'reporting role', async (admin, tenant) => {
      const user = option(args, 'user') ?? ''
      const { role, password, views } = await enableReporting(admin, tenant, user)
      const { host, port, database } = admin.options
      return { user, socket: host, port, database, role, password: password.reveal(), views: views.length }
    }),
  print: ({ user, socket, port, database, role, password, views }, terminal) =>
    [
      `${terminal.green('✓')} ${terminal.bold(plain(user))} reads ${count(views, 'view')} at PostgreSQL:`,
      '',
      facts(
        [
          ['socket', socket],
          ['port', String(port)],
          ['database', database],
          ['role', role],
          ['password', password],
        ],
        terminal,
      ),
      '',
      'The password is shown this once.',
    ].join('\n'),
})

interface Done {
  readonly tenant: string
  readonly users: readonly string[]
}

/** Takes the role away. */
export const reportingDisable = homeVerb<Done>({
  name: 'reporting disable',
  summary: 'Take a user’s role for reporting programs away; its sessions end',
  arguments: [tenantArgument],
  options: { user: userOption },
  home: 'need',
  plan: async (hosting, args) => {
    const { name } = recordOf(hosting.home, argument(args, 'TENANT'))
    return [`end the sessions of the role in ${name}`, 'drop its views, policies and the role itself']
  },
  run: (hosting, args) =>
    asAdministrator(hosting, args, 'reporting role', async (admin, tenant) => {
      const user = option(args, 'user') ?? ''
      await disableReporting(admin, tenant, user)
      return { tenant: tenant.name, users: [user] }
    }),
  print: ({ users }, { green }) => `${green('✓')} ${plain(users.join(', '))} has no reporting role any more.`,
})

/** Makes the views of all roles anew, of the rights of now. */
export const reportingRefresh = homeVerb<Done>({
  name: 'reporting refresh',
  summary: 'Make the views of all reporting roles anew, of the rights that count now',
  arguments: [tenantArgument],
  options: {},
  home: 'need',
  plan: async (hosting, args) => {
    const { name } = recordOf(hosting.home, argument(args, 'TENANT'))
    return [`make the views of every reporting role of ${name} anew`]
  },
  run: (hosting, args) =>
    asAdministrator(hosting, args, 'reporting views', async (admin, tenant) => {
      const all = await reporters(admin, tenant)
      for (const { uid } of all) await refreshReporting(admin, tenant, uid)
      return { tenant: tenant.name, users: all.map(({ user, role }) => user ?? role) }
    }),
  print: ({ users }, { green }) =>
    users.length === 0 ? 'Nobody has a reporting role.' : `${green('✓')} Made anew for ${plain(users.join(', '))}.`,
})

/** Lists who has one. */
export const reportingList = homeVerb<{ readonly reporters: readonly Reporter[] }>({
  name: 'reporting list',
  summary: 'List the users with a role for reporting programs',
  arguments: [tenantArgument],
  options: {},
  home: 'need',
  run: (hosting, args) =>
    asAdministrator(hosting, args, 'list of reporting roles', async (admin, tenant) => ({
      reporters: await reporters(admin, tenant),
    })),
  print: ({ reporters: all }, terminal) =>
    all.length === 0
      ? 'Nobody has a reporting role.'
      : table(
          all,
          [
            { title: 'USER', cell: ({ user }) => plain(user ?? '(gone)') },
            { title: 'ROLE', cell: ({ role }) => role },
            { title: 'SCHEMA', cell: ({ uid }) => reporterRoles(uid).schema },
          ],
          terminal,
        ),
})

async function asAdministrator<T>(
  { home, tenants }: Hosting,
  args: VerbArgs,
  reason: string,
  work: (admin: Pool, tenant: Tenant) => Promise<T>,
): Promise<T> {
  const { name } = recordOf(home, argument(args, 'TENANT'))
  const tenant = await tenants.open(name)
  const { socketDir, port, database, user, password } = await home.tenants.asSuperuser(name, reason)
  const admin = openPool({
    ...{ host: socketDir, port, database, user, max: 1 },
    password: () => password.reveal(),
    applicationName: 'holdfast-reporting',
  })
  try {
    return await work(admin, tenant)
  } finally {
    await admin.close()
  }
}
