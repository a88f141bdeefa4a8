/** Users of a tenant who have a reporting role: given, listed, taken away. */

import type { Tenant } from '../../framework/access/index.ts'
import { ConflictError, MissingError } from '../../framework/errors.ts'
import { id, literal, type Pool, type Sql, sql, withTransaction } from '../../framework/sql/index.ts'
import { randomPassword, REPORT_GROUP, scramVerifier, type Secret } from '../tenants/index.ts'
import { refreshReporting } from './refresh.ts'
import { namesOf, narrowing, roleStatements } from './roles.ts'

export interface Reporter {
  readonly uid: number
  /** Login of the user in Holdfast. */
  readonly user: string | null
  /** Login at PostgreSQL. */
  readonly role: string
}

/** The names of a user's role and schema. */
export function reporterRoles(uid: number): { readonly role: string; readonly schema: string } {
  const { loginName, schemaName } = namesOf(uid)
  return { role: loginName, schema: schemaName }
}

/**
 * Gives a user a reporting role with everything that it may read.
 * @returns the password, which is kept nowhere
 * @throws ConflictError ERR_REPORTING_ENABLED, MissingError ERR_REPORTING_USER
 */
export async function enableReporting(
  admin: Pool,
  tenant: Tenant,
  login: string,
): Promise<Reporter & { readonly password: Secret; readonly views: readonly string[] }> {
  const uid = await userOf(tenant, login)
  if ((await reporters(admin, tenant)).some((one) => one.uid === uid))
    throw new ConflictError(
      'ERR_REPORTING_ENABLED',
      `'${login}' has a reporting role; disable it first to get another password.`,
    )
  const names = namesOf(uid)
  const password = randomPassword()
  await runAll(admin, [...narrowing, ...roleStatements(names, literal(scramVerifier(password)))])
  const { views } = await refreshReporting(admin, tenant, uid).catch(async (error: unknown) => {
    await disableReporting(admin, tenant, login)
    throw error
  })
  return { uid, user: login, role: names.loginName, password, views }
}

/** Takes the role away with all that is made of it; sessions that it has open end. @throws MissingError ERR_REPORTING_NONE */
export async function disableReporting(admin: Pool, tenant: Tenant, login: string): Promise<void> {
  const known = (await reporters(admin, tenant)).find((one) => one.user === login)
  if (!known) throw new MissingError('ERR_REPORTING_NONE', `'${login}' has no reporting role in this database.`)
  const { login: role, reader, schema, loginName } = namesOf(known.uid)
  const policies = await admin.query<{ table: string }>(
    sql`SELECT c.relname::text AS table FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE p.polname = ${loginName}`,
  )
  await admin.query(sql`ALTER ROLE ${role} NOLOGIN`)
  await admin.query(sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ${loginName}`)
  await runAll(admin, [
    ...policies.map(({ table }) => sql`DROP POLICY ${role} ON app.${id(table)}`),
    sql`DROP SCHEMA ${schema} CASCADE`,
    sql`DROP OWNED BY ${role}, ${reader}`,
    sql`DROP ROLE ${role}, ${reader}`,
  ])
}

/** Who has one. */
export async function reporters(admin: Pool, tenant: Pick<Tenant, 'pool'>): Promise<Reporter[]> {
  const roles = await admin.query<{ role: string }>(
    sql`SELECT rolname::text AS role FROM pg_roles WHERE rolname ~ ${`^${REPORT_GROUP}_[0-9]+$`} ORDER BY 1`,
  )
  const uids = roles.map(({ role }) => Number(role.slice(REPORT_GROUP.length + 1)))
  const users = await tenant.pool.query<{ id: number; login: string }>(
    sql`SELECT id, login FROM res_users WHERE id = ANY(${uids}::int4[])`,
  )
  const logins = new Map(users.map((user) => [user.id, user.login]))
  return roles.map(({ role }, i) => ({ uid: uids[i] ?? 0, user: logins.get(uids[i] ?? 0) ?? null, role }))
}

async function userOf(tenant: Tenant, login: string): Promise<number> {
  const [user] = await tenant.pool.query<{ id: number }>(
    sql`SELECT id FROM res_users WHERE login = ${login} AND active AND id <> 1`,
  )
  if (!user)
    throw new MissingError('ERR_REPORTING_USER', `There is no active user '${login.slice(0, 80)}' in this database.`)
  return user.id
}

async function runAll(admin: Pool, statements: readonly Sql[]): Promise<void> {
  await withTransaction(
    admin,
    async (tx) => {
      await tx.query(sql`SET LOCAL lock_timeout = '5s'`)
      for (const statement of statements) await tx.query(statement, { prepared: false })
    },
    { isolation: 'read committed', tries: 1 },
  )
}
