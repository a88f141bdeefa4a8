/** `holdfast tenant rename|suspend|resume|undelete`. */

import { ConflictError, MissingError } from '../../../../framework/errors.ts'
import { argument, homeVerb, type VerbArgument } from '../../command/verb.ts'
import { checkTenantName, type Home, type TenantRecord } from '../../../tenants/index.ts'

const nameArgument: VerbArgument = { name: 'NAME', isRequired: true, doc: 'name of the database' }

interface Changed {
  readonly name: string
  readonly state: string
  readonly url: string
}

/** Gives a database another name and address. */
export const tenantRename = homeVerb<Changed>({
  name: 'tenant rename',
  summary: 'Give a database another name, and so another address',
  details: `Nobody else gets the old name for 90 days, so that old links never lead to a stranger's database.`,
  arguments: [nameArgument, { name: 'NEW', isRequired: true, doc: 'the new name' }],
  options: {},
  home: 'need',
  plan: async ({ home, urlOf }, args) => {
    const [name, to] = [argument(args, 'NAME'), argument(args, 'NEW')]
    recordOf(home, name)
    checkFree(home, to)
    return [`rename ${name} to ${to}`, `serve it at ${urlOf(to)}`, `hold the name ${name} for 90 days`]
  },
  run: async (hosting, args) => {
    const [name, to] = [argument(args, 'NAME'), argument(args, 'NEW')]
    recordOf(hosting.home, name)
    checkFree(hosting.home, to)
    await hosting.home.tenants.rename(name, to)
    return { name: to, state: recordOf(hosting.home, to).state, url: hosting.urlOf(to) }
  },
  print: ({ name, url }, { green, bold }) => `${green('✓')} The database is now called ${bold(name)}: ${url}`,
})

/** Stops a database until it is resumed. */
export const tenantSuspend = homeVerb<Changed>({
  name: 'tenant suspend',
  summary: 'Stop a database and refuse its users until it is resumed',
  arguments: [nameArgument],
  options: {},
  home: 'need',
  plan: async ({ home }, args) => {
    const name = argument(args, 'NAME')
    const { state } = recordOf(home, name)
    if (state !== 'active')
      throw new ConflictError(
        'ERR_TENANT_STATE',
        `The database '${name}' is ${state}; only an active one can be suspended.`,
      )
    return [`stop ${name} and refuse its users`]
  },
  run: async (hosting, args) => {
    const name = argument(args, 'NAME')
    const { state } = recordOf(hosting.home, name)
    // What is wanted is so already: a script that runs twice must not fail.
    if (state !== 'suspended') await hosting.home.tenants.suspend(name)
    return { name, state: 'suspended', url: hosting.urlOf(name) }
  },
  print: ({ name }, { green, bold }) =>
    `${green('✓')} ${bold(name)} is suspended; 'holdfast tenant resume ${name}' puts it back into service.`,
})

/** Puts a suspended database back into service. */
export const tenantResume = homeVerb<Changed>({
  name: 'tenant resume',
  summary: 'Put a suspended database back into service',
  arguments: [nameArgument],
  options: {},
  home: 'need',
  plan: async ({ home }, args) => {
    const name = argument(args, 'NAME')
    checkNotDeleted(recordOf(home, name))
    return [`put ${name} back into service`]
  },
  run: async (hosting, args) => {
    const name = argument(args, 'NAME')
    checkNotDeleted(recordOf(hosting.home, name))
    await hosting.home.tenants.resume(name)
    return { name, state: 'active', url: hosting.urlOf(name) }
  },
  print: ({ name, url }, { green, bold }) => `${green('✓')} ${bold(name)} is back in service: ${url}`,
})

/** Takes a deletion back within its grace. */
export const tenantUndelete = homeVerb<Changed>({
  name: 'tenant undelete',
  summary: 'Take back a deletion within its 30 days',
  arguments: [nameArgument],
  options: {},
  home: 'need',
  plan: async ({ home }, args) => {
    const name = argument(args, 'NAME')
    checkDeleted(recordOf(home, name))
    return [`put ${name} back into service with all of its data`]
  },
  run: async (hosting, args) => {
    const name = argument(args, 'NAME')
    checkDeleted(recordOf(hosting.home, name))
    await hosting.home.tenants.resume(name)
    return { name, state: 'active', url: hosting.urlOf(name) }
  },
  print: ({ name, url }, { green, bold }) => `${green('✓')} ${bold(name)} is back, with all of its data: ${url}`,
})

/** The registry's record of a name. @throws MissingError ERR_TENANT_UNKNOWN */
export function recordOf(home: Home, name: string): TenantRecord {
  const record = home.tenants.get(name)
  if (record === null) throw new MissingError('ERR_TENANT_UNKNOWN', `There is no database '${name}'.`)
  return record
}

/** @throws ConflictError when the name is borne; names in quarantine show when the registry is asked */
export function checkFree(home: Home, name: string): void {
  checkTenantName(name)
  if (home.tenants.get(name) !== null)
    throw new ConflictError('ERR_TENANT_NAME_TAKEN', `There is a database '${name}' already; choose another name.`)
}

function checkNotDeleted({ name, state }: TenantRecord): void {
  if (state === 'deleting')
    throw new ConflictError(
      'ERR_TENANT_STATE',
      `The database '${name}' was deleted; 'holdfast tenant undelete ${name}' takes that back.`,
    )
}

function checkDeleted({ name, state }: TenantRecord): void {
  if (state !== 'deleting') throw new ConflictError('ERR_TENANT_STATE', `The database '${name}' is not deleted.`)
}
