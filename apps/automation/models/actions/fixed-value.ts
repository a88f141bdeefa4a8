/** The value of a field behind the text that an administrator typed. */

import { type Env, ValidationError } from '#framework'

type Field =
  NonNullable<ReturnType<Env['registry']['models']['get']>> extends { fields: ReadonlyMap<string, infer F> } ? F : never

/** @throws ValidationError ERR_ACTION_VALUE for a text that is no number or id where one is needed */
export function fixedValue(field: Field, text: string | null): unknown {
  if (text === null || text === '') return false
  switch (field.kind) {
    case 'boolean':
      return ['true', 'True', '1', 'yes'].includes(text)
    case 'integer':
    case 'many2one':
    case 'float':
    case 'monetary': {
      const number = Number(text)
      if (!Number.isFinite(number) || (field.kind === 'many2one' && !Number.isSafeInteger(number)))
        throw new ValidationError('ERR_ACTION_VALUE', `'${text.slice(0, 40)}' is no value for ${field.label}.`)
      return number
    }
    case 'many2many':
      return [[6, 0, text.split(',').map((id) => Number(id.trim()))]]
    default:
      return text
  }
}
