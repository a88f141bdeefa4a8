/** `holdfast user reset-password`. */

import { createLink, linkMinutes } from '../../../../framework/auth/index.ts'
import { MissingError } from '../../../../framework/errors.ts'
import { type Queryable, sql } from '../../../../framework/sql/index.ts'
import { argument, homeVerb, option } from '../../command/verb.ts'
import { plain } from '../../output/terminal.ts'
import { recordOf } from '../tenant/change.ts'

interface Reset {
  readonly tenant: string
  readonly login: string
  readonly link: string
  readonly validMinutes: number
}

interface UserRow extends Record<string, unknown> {
  readonly id: number
  readonly login: string
  readonly is_new: boolean
}

/** Makes a link with which a person chooses a new password; nobody else ever learns or sets it. */
// Keeps promise: passwords/nobody-can-read
export const userResetPassword = homeVerb<Reset>({
  name: 'user reset-password',
  summary: 'Make a one-time link with which a user chooses a new password',
  details: `The link works once. Give it to that person only, by a way that you trust: whoever opens it chooses the password. The
old password keeps working until then. No command shows or sets a password.`,
  arguments: [{ name: 'LOGIN', isRequired: true, doc: 'login of the user' }],
  options: { tenant: { value: 'NAME', isRequired: true, doc: 'name of the database' } },
  examples: ['holdfast user reset-password admin --tenant demo'],
  home: 'need',
  plan: async (hosting, args) => {
    const name = option(args, 'tenant') ?? ''
    recordOf(hosting.home, name)
    const { login } = await userOf((await hosting.tenants.open(name)).pool, argument(args, 'LOGIN'))
    return [`make a one-time link for ${login} of ${name}`, 'end earlier links of this kind for the same user']
  },
  run: async (hosting, args) => {
    const name = option(args, 'tenant') ?? ''
    recordOf(hosting.home, name)
    const tenant = await hosting.tenants.open(name)
    const { id, login, is_new } = await userOf(tenant.pool, argument(args, 'LOGIN'))
    // Who never had a password gets the link that holds a day.
    const purpose = is_new ? 'first-login' : 'reset'
    const page = is_new ? 'first-login' : 'reset-password'
    const token = await createLink(tenant, id, purpose)
    return {
      tenant: name,
      login,
      link: `${hosting.urlOf(name)}/web/${page}/${token}`,
      validMinutes: linkMinutes[purpose],
    }
  },
  print: ({ login, link, validMinutes }, { green, bold }) =>
    [
      `${green('✓')} With this link ${bold(plain(login))} chooses a new password:`,
      '',
      `  ${link}`,
      '',
      `It works once and for ${validMinutes >= 120 ? `${validMinutes / 60} hours` : `${validMinutes} minutes`}.`,
    ].join('\n'),
})

/** @throws MissingError ERR_AUTH_USER */
async function userOf(db: Queryable, login: string): Promise<UserRow> {
  const [user] = await db.query<UserRow>(
    sql`SELECT id, login, password IS NULL AS is_new FROM res_users WHERE login = ${login} AND active AND id <> 1`,
  )
  if (user === undefined)
    throw new MissingError('ERR_AUTH_USER', `There is no active user '${login}' in this database.`)
  return user
}
