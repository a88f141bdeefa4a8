/** To point at a record takes the right to read it: success would tell that a hidden record is there, and refusal that it is not. */

import type { Env } from '../env.ts'
import type { FieldInfo } from '../registry.ts'
import { requireRecords } from './operation.ts'
import { toColumn } from './values.ts'

/**
 * Checks the many2one values that a caller gives. Costs one query per model whose records are limited for the caller,
 * nothing for models that he may read as a whole (there the foreign key tells what is missing).
 * @throws AccessError ERR_ACCESS_READ_RECORDS for a hidden record and for an absent one alike
 */
export async function requireLinkable(env: Env, records: readonly ReadonlyMap<FieldInfo, unknown>[]): Promise<void> {
  if (env.system || env.grant.seesExistence) return
  const wanted = new Map<string, Set<number>>()
  for (const record of records)
    for (const [field, value] of record) {
      const { comodel } = field
      if (field.kind !== 'many2one' || comodel === undefined || env.grant.records(comodel, 'read') === true) continue
      const id = toColumn(field, value)
      if (typeof id !== 'number') continue
      const ids = wanted.get(comodel) ?? new Set()
      wanted.set(comodel, ids.add(id))
    }
  for (const [comodel, ids] of wanted) await requireRecords(env, comodel, 'read', [...ids])
}
