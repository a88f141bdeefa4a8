/** Explanations of rights, for who administers them. */

import {
  explainAccess,
  type Explanation,
  rankRules,
  type RuleCost,
  type Tenant,
  withEnv,
} from '../../../access/index.ts'
import { AppError } from '../../../errors.ts'
import type { UserRights } from '../../../orm/index.ts'

/** What stood in the form; texts as they were sent. */
export interface AccessForm {
  readonly login: string
  readonly model: string
  readonly operation: string
  readonly record: string
}

export interface AccessData {
  readonly user: UserRights
  /** For the lists of the form. */
  readonly logins: readonly string[]
  readonly models: readonly string[]
  /** `null` while nothing is asked. */
  readonly explanation: Explanation | null
  /** What was wrong with the question. */
  readonly fault: string | null
}

const mostLogins = 200

/** `null` for everybody who does not administer rights. */
export async function readAccess(tenant: Tenant, uid: number, form: AccessForm): Promise<AccessData | null> {
  const lists = await readLists(tenant, uid)
  if (lists === null || form.login === '' || form.model === '')
    return lists && { ...lists, explanation: null, fault: null }
  const record = form.record === '' ? null : Number(form.record)
  return { ...lists, ...(await answer(() => explainAccess(tenant, { ...form, record }))) }
}

/** The rules of one user by cost; `null` for everybody who does not administer rights. */
export async function readCosts(
  tenant: Tenant,
  uid: number,
  login: string,
): Promise<(Omit<AccessData, 'explanation'> & { readonly costs: readonly RuleCost[] | null }) | null> {
  const lists = await readLists(tenant, uid)
  if (lists === null || login === '') return lists && { ...lists, costs: null, fault: null }
  const found = await answer(() => rankRules(tenant, login))
  return { ...lists, costs: found.explanation, fault: found.fault }
}

async function readLists(tenant: Tenant, uid: number): Promise<Pick<AccessData, 'user' | 'logins' | 'models'> | null> {
  return withEnv(tenant, uid, { mode: 'read' }, async (env) => {
    if (!env.grant.seesExistence) return null
    const users = await (await env.model('res.users').search([], 0, mostLogins, 'login')).load('login')
    const models = [...env.registry.models.values()].filter(({ options }) => options.abstract !== true)
    return { user: env.user, logins: users.map(({ login }) => login), models: models.map(({ name }) => name).sort() }
  })
}

// What a person typed wrongly stands in the page; everything else is an error like any other.
async function answer<T>(
  ask: () => Promise<T>,
): Promise<{ readonly explanation: T | null; readonly fault: string | null }> {
  try {
    return { explanation: await ask(), fault: null }
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error
    return { explanation: null, fault: error.message }
  }
}
