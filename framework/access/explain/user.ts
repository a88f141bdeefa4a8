/** Whom a question about rights is about. */

import { MissingError } from '../../errors.ts'
import { sql } from '../../sql/index.ts'
import type { Tenant } from '../tenant.ts'

/** The id of an active user. @throws MissingError ERR_EXPLAIN_USER */
export async function findUser(tenant: Tenant, login: string): Promise<number> {
  const [user] = await tenant.pool.query<{ id: number }>(
    sql`SELECT id FROM res_users WHERE login = ${login} AND active AND id <> 1`,
  )
  if (!user) throw noUser(login)
  return user.id
}

export function noUser(login: string): MissingError {
  const shown = login.slice(0, 80)
  return new MissingError('ERR_EXPLAIN_USER', `There is no active user '${shown}'; who is archived may do nothing.`)
}
