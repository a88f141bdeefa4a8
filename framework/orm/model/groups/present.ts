/** How a group looks on the wire, and the domain that finds its records. */

import type { Domain } from '../../domain/domain.ts'
import type { Env } from '../../env.ts'
import { granularities, numberParts, stepOf } from './buckets.ts'
import type { GroupTerm } from './term.ts'

export interface Presented {
  /** In the older dialect: `[id, name]`, "February 2024", a plain value. */
  readonly label: unknown
  /** In the newer dialect: dates as `[start, label]`. */
  readonly formatted: unknown
  readonly domain: Domain
  /** Of dates: where the bucket begins and ends; false where there is no date. */
  readonly range?: { readonly from: string; readonly to: string } | false
}

/** The group of a term with this key. */
export function present(env: Env, term: GroupTerm, raw: unknown): Presented {
  const { field, path } = term
  const isNone = raw === null || raw === undefined
  const plain = (value: unknown, domain: Domain): Presented => ({ label: value, formatted: value, domain })
  if (field.kind === 'many2one' || field.kind === 'many2many') {
    if (isNone) return plain(false, field.kind === 'many2many' ? [[path, 'not any', []]] : [[path, '=', false]])
    const pair = JSON.parse(String(raw)) as [number, string]
    return plain(pair, [[path, '=', pair[0]]])
  }
  if (isNone) {
    const none = plain(false, [[path, '=', false]])
    return term.granularity ? { ...none, range: false } : none
  }
  if (!term.granularity) return plain(raw, [[path, '=', raw]])
  if (term.granularity in numberParts) return plain(Number(raw), [[`${path}.${term.granularity}`, '=', Number(raw)]])
  const bucket = granularities[stepOf(term.granularity)]
  const { from, to, label } = bucket.describe(String(raw), field, env)
  return { label, formatted: [from, label], domain: ['&', [path, '>=', from], [path, '<', to]], range: { from, to } }
}
