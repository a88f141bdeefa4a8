/**
 * To point at a record takes the right to read it: success would tell that a hidden record is there, refusal that it is
 * not, and names, related and computed fields of the pointing record would show what it holds.
 */

import type { Env } from '../env.ts'
import type { FieldInfo } from '../registry.ts'
import { wasSeen } from '../seen.ts'
import { requireRecords } from './operation.ts'
import { toColumn } from './values.ts'

/**
 * Checks the many2one and reference values that a caller gives. Costs one query per model whose records are limited for
 * the caller, nothing for models that he may read as a whole (there the foreign key tells what is missing).
 * @throws AccessError ERR_ACCESS_READ_RECORDS for a hidden record and for an absent one alike
 */
export async function requireLinkable(env: Env, records: readonly ReadonlyMap<FieldInfo, unknown>[]): Promise<void> {
  for (const [model, ids] of linksOf(env, records)) await requireRecords(env, model, 'read', [...ids])
}

/** The records by model that have to be readable because values of the caller point to them. */
export function linksOf(env: Env, records: readonly ReadonlyMap<FieldInfo, unknown>[]): Map<string, Set<number>> {
  const wanted = new Map<string, Set<number>>()
  if (env.system || env.grant.seesExistence) return wanted
  for (const record of records) {
    for (const [field, value] of record) {
      const target = targetOf(field, value)
      if (!target || isKnown(env, target) || !isLimited(env, target.model)) continue
      const ids = wanted.get(target.model) ?? new Set()
      wanted.set(target.model, ids.add(target.id))
    }
  }
  return wanted
}

interface Target {
  readonly model: string
  readonly id: number
}

function targetOf(field: FieldInfo, value: unknown): Target | null {
  if (field.kind !== 'many2one' && field.kind !== 'reference') return null
  const column = toColumn(field, value)
  if (typeof column === 'number') return { model: field.comodel ?? '', id: column }
  const [model = '', id = ''] = typeof column === 'string' ? column.split(',') : []
  return model ? { model, id: Number(id) } : null
}

// Who one is oneself, and the parent in whose list a record is being made, need no right to be named.
function isKnown(env: Env, { model, id }: Target): boolean {
  if (model === 'res.users') return id === env.uid
  if (model === 'res.partner' && id === env.user.partnerId) return true
  if (model === 'res.company' && id === env.companyId) return true
  return env.state.parents.has(`${model},${id}`) || wasSeen(env, model, id)
}

function isLimited(env: Env, model: string): boolean {
  const info = env.registry.models.get(model)
  return info !== undefined && (env.grant.records(model, 'read') !== true || info.options.transient === true)
}
