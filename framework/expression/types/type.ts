/** Types of values in expressions, and which of them go together. */

import type { FieldInfo } from '../../orm/index.ts'

export type Simple = 'bool' | 'int' | 'decimal' | 'string' | 'date' | 'datetime' | 'days' | 'duration' | 'null'

export type Type =
  | { readonly is: Simple }
  /** One record, held as its id. */
  | { readonly is: 'record'; readonly model: string }
  /** The records of a list field: only `any`, `all`, `size`, `has` and `in` take them. */
  | { readonly is: 'records'; readonly model: string }
  | { readonly is: 'list'; readonly of: Type }

export const simple = (is: Simple): Type => ({ is })

/** How people read a type. */
export function named(type: Type): string {
  switch (type.is) {
    case 'record':
      return `record of ${type.model}`
    case 'records':
      return `records of ${type.model}`
    case 'list':
      return `list of ${named(type.of)}`
    default:
      return type.is
  }
}

const ofKind: Readonly<Partial<Record<FieldInfo['kind'], Simple>>> = {
  char: 'string',
  text: 'string',
  html: 'string',
  selection: 'string',
  reference: 'string',
  boolean: 'bool',
  integer: 'int',
  float: 'decimal',
  monetary: 'decimal',
  date: 'date',
  datetime: 'datetime',
}

/** The type of a field's value; `null` for those that expressions cannot use (files, json). */
export function typeOfField(field: FieldInfo): Type | null {
  if (field.kind === 'many2one') return { is: 'record', model: field.comodel ?? '' }
  if (field.kind === 'one2many' || field.kind === 'many2many') return { is: 'records', model: field.comodel ?? '' }
  const is = ofKind[field.kind]
  return is === undefined ? null : { is }
}

/** Whether a value of `from` can stand where `to` is asked for; `convert` where it has to become another one first. */
export function fits(from: Type, to: Type): 'as it is' | 'convert' | null {
  if (from.is === 'null') return to.is === 'records' || to.is === 'list' ? null : 'as it is'
  if (from.is === 'int' && to.is === 'decimal') return 'convert'
  if (from.is === 'days' && to.is === 'duration') return 'convert'
  if (from.is !== to.is) return null
  if ((from.is === 'record' || from.is === 'records') && 'model' in to)
    return from.model === to.model ? 'as it is' : null
  if (from.is === 'list' && to.is === 'list') return fits(from.of, to.of)
  return 'as it is'
}

/** The type that both fit, for comparisons and conditionals; `null` where there is none. */
export function common(a: Type, b: Type): Type | null {
  if (fits(a, b) !== null) return b
  return fits(b, a) === null ? null : a
}
