/** The people of a test company: who they are, what they may do, and what they sign in with. */

import { type Tenant, withSystemEnv } from '#framework/access/index.ts'
import { createKey, hashPassword } from '#framework/auth/index.ts'
import { bumpEpoch } from '#framework/access/index.ts'
import { sql } from '#framework/sql/index.ts'
import { asUser } from '#framework/testing/index.ts'

export type Who = 'admin' | 'sam' | 'rita' | 'mia' | 'ben' | 'pia'

export interface Person {
  readonly uid: number
  readonly login: string
  readonly password: string
  readonly key: string
}

export type People = Readonly<Record<Who, Person>>

const groups: Readonly<Record<Exclude<Who, 'admin'>, readonly string[]>> = {
  // Salespeople who also keep contacts, so that a refusal is one of the order and not of the contact around it.
  sam: ['base.group_user', 'sales_team.group_sale_salesman', 'base.group_partner_manager'],
  rita: ['base.group_user', 'sales_team.group_sale_salesman'],
  mia: ['base.group_user', 'sales_team.group_sale_manager'],
  ben: ['base.group_user'],
  pia: ['base.group_portal'],
}

/** Makes them in a tenant; all have the tenant's own password and a key each. Failed sign-ins are not slowed down. */
export async function invitePeople(tenant: Tenant): Promise<People> {
  const password = `${tenant.name} keeps seven brass lanterns`
  const uids: [Who, number][] = [['admin', 2]]
  for (const [login, list] of Object.entries(groups))
    uids.push([login as Who, (await asUser(tenant, { login, groups: list })).uid])
  // One hash for all: PBKDF2 takes half a second, and who has which password is not under test here.
  const hash = await hashPassword(password)
  await tenant.pool.query(
    sql`UPDATE res_users SET password = ${hash} WHERE id = ANY(${uids.map(([, uid]) => uid)}::int4[])`,
  )
  await withSystemEnv(tenant, 'test.patience', { mode: 'write' }, async (env) => {
    await env.model('ir.config_parameter').create([
      { key: 'base.login_cooldown_after', value: '100' },
      { key: 'base.login_cooldown_duration', value: '1' },
    ])
  })
  await bumpEpoch(tenant.pool)
  const people: [Who, Person][] = []
  for (const [login, uid] of uids)
    people.push([
      login,
      { uid, login, password, key: (await createKey(tenant.pool, uid, { name: 'test', scope: 'rpc' })).key },
    ])
  return Object.fromEntries(people) as People
}
