/** Users for tests, and work done in their name. */

import { type Tenant, withEnv, withSystemEnv } from '../access/index.ts'
import type { Context, Env } from '../orm/index.ts'

export interface TestUser {
  readonly uid: number
  readonly login: string
  /** Runs in one transaction as this user. */
  write<T>(fn: (env: Env) => Promise<T>, context?: Context): Promise<T>
  /** Runs as this user, each statement by itself. */
  read<T>(fn: (env: Env) => Promise<T>, context?: Context): Promise<T>
}

let made = 0

/** Makes a user with these groups (external ids; default an employee without any more rights). */
export async function asUser(
  tenant: Tenant,
  { groups = ['base.group_user'], login }: { readonly groups?: readonly string[]; readonly login?: string } = {},
): Promise<TestUser> {
  const name = login ?? `user${++made}`
  const uid = await withSystemEnv(tenant, 'test.user', { mode: 'write' }, async (env) => {
    const ids: number[] = []
    for (const group of groups) ids.push(await groupId(env, group))
    return (await env.model('res.users').create({ login: name, name, group_ids: [[6, 0, ids]] })).id
  })
  return actAs(tenant, uid, name)
}

/** An existing user: 2 is the administrator. */
export function actAs(tenant: Tenant, uid: number, login = `uid ${uid}`): TestUser {
  const run =
    (mode: 'read' | 'write') =>
    <T>(fn: (env: Env) => Promise<T>, context?: Context): Promise<T> =>
      withEnv(tenant, uid, { mode, ...(context ? { context } : {}) }, fn)
  return { uid, login, write: run('write'), read: run('read') }
}

async function groupId(env: Env, xmlid: string): Promise<number> {
  const [module = '', name = ''] = xmlid.split('.')
  const [found] = await env
    .model(
      'ir.model.data',
      (
        await env.model('ir.model.data').search([
          ['module', '=', module],
          ['name', '=', name],
        ])
      ).ids,
    )
    .load('res_id')
  if (!found) throw new TypeError(`There is no group ${xmlid}.`)
  return found.res_id
}
