/** `holdfast tenant create`. */

import { loadApps } from '../../../../framework/modules/index.ts'
import { argument, homeVerb, isSet, option, type VerbArgs } from '../../command/verb.ts'
import { checkNew, createTenant, type NewTenant } from '../../hosting/create-tenant.ts'
import { facts } from '../../output/table.ts'
import { plain } from '../../output/terminal.ts'

interface Created {
  readonly name: string
  readonly url: string
  /** What the protocols take as `db`. */
  readonly db: string
  readonly adminLogin: string
  /** null when a password was given. */
  readonly loginLink: string | null
}

/** Makes a database for a customer. */
export const tenantCreate = homeVerb<Created>({
  name: 'tenant create',
  summary: 'Make a database with applications and an administrator',
  details: `When it returns, the database answers API clients at once: its NAME is what they call 'db'. Without a password file
it prints a link with which the administrator chooses a password, valid once and for 24 hours.`,
  arguments: [
    { name: 'NAME', isRequired: true, doc: 'small letters, digits and hyphens; becomes the first part of the address' },
  ],
  options: {
    apps: { value: 'A,B', doc: 'applications to install, with commas (default: base alone)' },
    demo: { doc: 'with data to try things out on' },
    'admin-login': { value: 'LOGIN', doc: `login of the administrator (default: admin)` },
    // Never the password itself: other users of the machine can read command lines.
    'admin-password-file': {
      value: 'FILE',
      isPath: true,
      holdsSecret: true,
      doc: 'the first line is the administrator’s password',
    },
  },
  examples: [
    'holdfast tenant create acme --apps sales --demo',
    'holdfast tenant create acme --apps sales,contacts --admin-password-file secret.txt --json',
  ],
  home: 'make',
  plan: async ({ home, templates, urlOf }, args) => {
    const wanted = readWanted(args)
    checkNew(home, wanted)
    const password = option(args, 'admin-password-file')
    const apps = (await loadApps(wanted.apps)).map(({ name }) => name)
    const isReady = await templates.isReady(wanted.apps, wanted.demo)
    return [
      ...(isReady ? [] : [`prepare a template with ${apps.join(', ')}${wanted.demo ? ' and demo data' : ''}`]),
      `make the database ${wanted.name} with ${apps.join(', ')}${wanted.demo ? ' and demo data' : ''} at ${urlOf(wanted.name)}`,
      password === undefined
        ? `make a first-login link for ${wanted.adminLogin}`
        : `give ${wanted.adminLogin} the password from the file`,
    ]
  },
  run: async (hosting, args, report) => {
    const { home, templates, stopping } = hosting
    const password = option(args, 'admin-password-file')
    const wanted: NewTenant = { ...readWanted(args), ...(password === undefined ? {} : { password }) }
    const token = await createTenant(home, templates, wanted, report, stopping)
    const url = hosting.urlOf(wanted.name)
    return {
      name: wanted.name,
      url,
      db: wanted.name,
      adminLogin: wanted.adminLogin,
      loginLink: token === null ? null : `${url}/web/first-login/${token}`,
    }
  },
  print: ({ name, url, adminLogin, loginLink }, terminal) =>
    [
      `${terminal.green('✓')} The database ${terminal.bold(name)} is ready.`,
      '',
      facts(
        [
          ['Address', url],
          ['Administrator', plain(adminLogin)],
          ...(loginLink === null ? [] : [['First login', loginLink] as const]),
        ],
        terminal,
      ),
      ...(loginLink === null
        ? []
        : ['', 'The link works once and for 24 hours; whoever opens it chooses the password.']),
    ].join('\n'),
})

function readWanted(args: VerbArgs): NewTenant {
  const apps = (option(args, 'apps') ?? 'base')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  return {
    name: argument(args, 'NAME'),
    apps,
    demo: isSet(args, 'demo'),
    adminLogin: option(args, 'admin-login') ?? 'admin',
  }
}
