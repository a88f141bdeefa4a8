/** After a change of ir.model.access or ir.rule: the table that decides follows in the same transaction. */

import { bumpEpoch, explainAccess, type Explanation, type Question } from '../../access/index.ts'
import { AccessError } from '../../errors.ts'
import type { Env } from '../../orm/index.ts'
import { tenantOf } from '../tenant/open-tenants.ts'
import { type AccessSource, publishAccess } from '../rights/publish-access.ts'
import { transactionOf } from './own-models/apply.ts'

/**
 * Makes what these records say now count for everybody, at once in all processes; deleted ones stop counting.
 * @throws ValidationError for a rule whose domain is no literal or names a field that does not exist
 */
export async function applyRights(env: Env, source: AccessSource, ids: readonly number[]): Promise<void> {
  const tx = transactionOf(env)
  await publishAccess(tx, env.registry, source, ids)
  await bumpEpoch(tx)
}

/**
 * Explains somebody's right to a caller who administers rights: the answer tells that records exist.
 * @throws AccessError ERR_ACCESS_EXPLAIN for everybody else; otherwise as `explainAccess`
 */
export async function explainRight(env: Env, question: Question): Promise<Explanation> {
  if (!env.grant.seesExistence)
    throw new AccessError('ERR_ACCESS_EXPLAIN', 'Only who administers rights gets them explained.')
  return explainAccess(tenantOf(env), question)
}
