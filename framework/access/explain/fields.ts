/** Fields of a model that a user does not get, and why. */

import type { Env, FieldInfo, ModelInfo, Operation } from '../../orm/index.ts'
import type { AccessEntry } from '../rights.ts'

export interface KeptField {
  readonly name: string
  readonly because:
    | 'secret: leaves through no channel, for nobody'
    | 'only for groups that the user is not in'
    | 'no permission names it'
    | 'the field on the other side of the relation is kept back'
}

/** What the grant keeps back; it decides, the reason is found afterwards. */
export function keptFields(
  env: Env,
  model: ModelInfo,
  operation: Exclude<Operation, 'unlink'>,
  entries: readonly AccessEntry[],
): KeptField[] {
  return [...model.fields.values()].flatMap((field) => {
    if (field.options.secret && operation === 'read')
      return [{ name: field.name, because: 'secret: leaves through no channel, for nobody' as const }]
    if (env.grant.field(model.name, field.name, operation)) return []
    return [{ name: field.name, because: reason(env, field, entries) }]
  })
}

function reason(env: Env, field: FieldInfo, entries: readonly AccessEntry[]): KeptField['because'] {
  const { groups } = field.options
  if (groups && !groups.some((group) => env.user.groups.has(group))) return 'only for groups that the user is not in'
  const isNamed = entries.some(
    ({ kind, fields }) => kind === 'permission' && (fields === null || fields.includes(field.name)),
  )
  return isNamed ? 'the field on the other side of the relation is kept back' : 'no permission names it'
}
