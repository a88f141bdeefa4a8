/** What records are grouped by: a field, or one behind many2one fields, for dates with a granularity. */

import { InvalidRequestError } from '../../../errors.ts'
import type { Scope } from '../../query/scope.ts'
import type { FieldInfo, ModelInfo } from '../../registry.ts'
import { granularities, type Granularity, numberParts } from './buckets.ts'

export interface GroupTerm {
  /** As the caller wrote it: `date_order:month`. */
  readonly spec: string
  /** The spec without its granularity; what a domain calls it. */
  readonly path: string
  /** many2one fields that lead to the field. */
  readonly through: readonly FieldInfo[]
  readonly field: FieldInfo
  readonly granularity: Granularity | undefined
}

/** @throws InvalidRequestError ERR_GROUPBY or for an unknown field; AccessError for one that the caller may not read */
export function parseTerm(scope: Scope, model: ModelInfo, spec: unknown): GroupTerm {
  if (typeof spec !== 'string')
    throw new InvalidRequestError('ERR_GROUPBY', 'A group-by is a list of field names.', {
      wireName: 'builtins.TypeError',
    })
  const [path = '', granularity, ...more] = spec.split(':')
  const { through, field } = follow(scope, model, spec, path)
  const isDated = field.kind === 'date' || field.kind === 'datetime'
  if (granularity !== undefined && !isDated)
    throw new InvalidRequestError('ERR_GROUPBY', `Granularity set on a no-datetime field: '${spec.slice(0, 80)}'`)
  const known = [...Object.keys(granularities), ...Object.keys(numberParts)]
  if (more.length > 0 || (granularity !== undefined && !known.includes(granularity)))
    throw new InvalidRequestError(
      'ERR_GROUPBY',
      `'${spec.slice(spec.indexOf(':') + 1, 80)}' is no granularity; use one of ${known.join(', ')}.`,
    )
  return { spec, path, through, field, granularity: isDated ? ((granularity ?? 'month') as Granularity) : undefined }
}

function follow(scope: Scope, model: ModelInfo, spec: string, path: string) {
  const through: FieldInfo[] = []
  let at = model
  const parts = path.split('.')
  for (const [i, name] of parts.entries()) {
    const field = scope.field(at, name, `Invalid field '${name.slice(0, 80)}' on model '${at.name}'`)
    if (i === parts.length - 1) return { through, field }
    if (field.kind !== 'many2one' || i > 7)
      throw new InvalidRequestError('ERR_GROUPBY', `Only many2one fields lead to a group-by: '${spec.slice(0, 80)}'`)
    through.push(field)
    at = scope.model(field.comodel ?? '')
  }
  throw new TypeError('A path has at least one part.')
}
