/** Between values as fields hold them and values of the interpreter. */

import type { FieldInfo } from '../../orm/index.ts'
import type { Value } from '../functions/overload.ts'
import type { Type } from '../types/type.ts'
import { decimalOf, textOf } from './numbers.ts'

/** A field's value; what is not set is null, a number 0 and a flag false. `false` is how clients write "not set". */
export function toValue(field: FieldInfo, raw: unknown): Value {
  switch (field.kind) {
    case 'boolean':
      return raw === true
    case 'integer':
      return raw === null && field.name === 'id' ? null : BigInt(Math.trunc(Number(raw ?? 0)))
    case 'float':
    case 'monetary':
      return decimalOf(String(Number(raw ?? 0))) ?? 0n
    case 'many2one':
      return referenced(raw)
    case 'datetime':
      return typeof raw === 'string' && raw !== '' ? raw.slice(0, 19).replace('T', ' ') : null
    default:
      return typeof raw === 'string' ? raw : null
  }
}

// An id, `[id, name]` or an object with an id.
function referenced(raw: unknown): Value {
  const id = Array.isArray(raw) ? raw[0] : typeof raw === 'object' && raw !== null ? (raw as { id?: unknown }).id : raw
  return typeof id === 'number' ? BigInt(id) : null
}

/** A value as fields hold it: numbers, dates as text, records as ids. */
export function toPlain(type: Type, value: Value): unknown {
  if (value === null || value === undefined) return null
  if (type.is === 'list' && Array.isArray(value)) return value.map((one: Value) => toPlain(type.of, one))
  if (typeof value !== 'bigint') return value
  return type.is === 'decimal' ? Number(textOf(value)) : Number(value)
}
