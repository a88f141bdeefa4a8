/** After a change of ir.model.access or ir.rule: the table that decides follows in the same transaction. */

import type { Env } from '../../orm/index.ts'
import { bumpEpoch } from '../../access/index.ts'
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
