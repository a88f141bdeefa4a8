/** Makes a tenant with applications and an administrator, ready to be used. */

import { randomUUID } from 'node:crypto'
import { type Tenant, withSystemEnv } from '../../../framework/access/index.ts'
import { ConflictError, ValidationError } from '../../../framework/errors.ts'
import { createLink, setPassword } from '../../../framework/auth/index.ts'
import { openTenant } from '../../../framework/modules/index.ts'
import { openPool } from '../../../framework/sql/index.ts'
import { checkTenantName, type Home } from '../../tenants/index.ts'
import type { Report } from '../command/verb.ts'
import type { Templates } from './templates.ts'

/** The user who administers a new tenant, in every tenant the same record. */
export const adminUid = 2
const longestLogin = 200

export interface NewTenant {
  readonly name: string
  readonly apps: readonly string[]
  readonly demo: boolean
  readonly adminLogin: string
  /** Without it a link lets the administrator choose one. */
  readonly password?: string
  /** Brings the first content in, before anybody can reach the tenant; when it fails, nothing is left of the tenant. */
  readonly fill?: (tenant: Tenant) => Promise<void>
}

/**
 * Copies the template of the applications (preparing it first where it lacks) and gives the copy its administrator.
 * Nothing is left of one that fails.
 * @returns the token of a first-login link, null when a password was given
 * @throws ConflictError ERR_TENANT_NAME_TAKEN, ValidationError ERR_TENANT_NAME, InvalidRequestError ERR_APP_UNKNOWN
 */
export async function createTenant(
  home: Home,
  templates: Templates,
  wanted: NewTenant,
  report: Report,
  signal?: AbortSignal,
): Promise<string | null> {
  checkNew(home, wanted)
  if (!(await templates.isReady(wanted.apps, wanted.demo)))
    report.progress('preparing the applications, once for all tenants to come')
  const template = await templates.prepare(wanted.apps, wanted.demo, signal)
  report.progress('making the database')
  let token: string | null = null
  await home.tenants.create({
    name: wanted.name,
    template,
    prepare: async ({ address, files }) => {
      const pool = openPool({ ...address, max: 2 })
      try {
        const tenant = await openTenant({ name: wanted.name, pool, files })
        token = await personalise(tenant, wanted, report)
        await wanted.fill?.(tenant)
      } finally {
        await pool.close()
      }
    },
  })
  return token
}

/** What can be said before any work is done. @throws as `createTenant` */
export function checkNew(home: Home, { name, adminLogin }: Pick<NewTenant, 'name' | 'adminLogin'>): void {
  checkTenantName(name)
  if (home.tenants.get(name) !== null)
    throw new ConflictError('ERR_TENANT_NAME_TAKEN', `There is a database '${name}' already; choose another name.`)
  if (adminLogin.trim() !== adminLogin || adminLogin.length > longestLogin || /[\p{Cc}\p{Cf}]/u.test(adminLogin)) {
    throw new ValidationError(
      'ERR_ADMIN_LOGIN',
      `The administrator's login has 1 to ${longestLogin} printable characters and no spaces around.`,
    )
  }
}

async function personalise(tenant: Tenant, wanted: NewTenant, report: Report): Promise<string | null> {
  await withSystemEnv(tenant, 'platform.create-tenant', {}, async (env) => {
    await env.model('res.users', [adminUid]).write({ login: wanted.adminLogin })
    // The template's identity must not be shared by everything that is copied from it.
    await giveIdentity(env)
  })
  if (wanted.password === undefined) return createLink(tenant, adminUid, 'first-login')
  const fault = await setPassword(tenant, adminUid, wanted.password, { operatorOverride: true })
  if (fault !== null) report.warn(`The password was taken as you gave it, though it breaks a rule: ${fault.message}`)
  return null
}

type SystemEnv = Parameters<Parameters<typeof withSystemEnv>[3]>[0]

async function giveIdentity(env: SystemEnv): Promise<void> {
  const parameters = env.model('ir.config_parameter')
  const found = await parameters.search([['key', '=', 'database.uuid']])
  const value = randomUUID()
  if (found.ids.length > 0) await found.write({ value })
  else await parameters.create({ key: 'database.uuid', value })
}
