/** Argument checks by declared type, as tolerant as Odoo is with what its clients really send, and no more. */

import type { ParamType } from '../../orm/index.ts'
import { typeRefused } from './refusal.ts'

/** Ids are PostgreSQL `integer`. */
const maxId = 2_147_483_647

/** The checked value for a parameter. @throws InvalidRequestError when it cannot be meant. */
export function checkType(name: string, type: ParamType, value: unknown): unknown {
  const check = checks[type.kind]
  // `false` and `null` are Odoo's "nothing"; what nothing means depends on the kind.
  if (value === null || value === undefined || (value === false && type.kind !== 'bool' && type.kind !== 'json'))
    return nothing(name, type)
  return check(name, value)
}

function nothing(name: string, type: ParamType): unknown {
  switch (type.kind) {
    case 'bool':
      return false
    case 'json':
      return null
    case 'domain':
    case 'ids':
    case 'records':
      return type.optional && type.initial !== undefined ? type.initial : []
    case 'void':
      return null
    default:
      if (!type.optional) throw typeRefused(name, expectations[type.kind])
      // An empty text or a number stays one; `load: null` and `limit: false` mean "none".
      return type.initial === '' || typeof type.initial === 'number' ? type.initial : null
  }
}

const expectations: Readonly<Record<ParamType['kind'], string>> = {
  domain: 'a domain, that is a list',
  values: 'a dictionary of field values',
  valuesList: 'a dictionary of field values or a list of them',
  ids: 'a list of record ids',
  id: 'a record id',
  int: 'a whole number',
  float: 'a number',
  str: 'a text',
  bool: 'true or false',
  strings: 'a list of texts',
  json: 'any value',
  spec: 'a dictionary that says which fields to read',
  records: 'a list of record ids',
  void: 'absent',
}

const checks: Readonly<Record<ParamType['kind'], (name: string, value: unknown) => unknown>> = {
  domain: (name, value) => (Array.isArray(value) ? value : fail(name, 'domain')),
  values: (name, value) => (isDictionary(value) ? value : failAsAttribute(name, 'values')),
  valuesList: (name, value) =>
    isDictionary(value) || (Array.isArray(value) && value.every(isDictionary))
      ? value
      : failAsAttribute(name, 'valuesList'),
  ids: toIds,
  records: toIds,
  id: (name, value) =>
    isId(value) ? value : Array.isArray(value) && value.length === 1 && isId(value[0]) ? value[0] : fail(name, 'id'),
  int: (name, value) => {
    const number =
      typeof value === 'string' && /^-?[0-9]{1,15}$/.test(value) ? Number(value) : value === true ? 1 : value
    return typeof number === 'number' && Number.isSafeInteger(number) ? number : fail(name, 'int')
  },
  float: (name, value) => (typeof value === 'number' && Number.isFinite(value) ? value : fail(name, 'float')),
  str: (name, value) => (typeof value === 'string' ? value : fail(name, 'str')),
  bool: (_name, value) => (Array.isArray(value) ? value.length > 0 : Boolean(value)),
  strings: (name, value) =>
    Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : fail(name, 'strings'),
  json: (_name, value) => value,
  spec: (name, value) => (isDictionary(value) ? value : fail(name, 'spec')),
  void: (name) => fail(name, 'void'),
}

/** A list of ids, one id, or nothing. Order and duplicates stay. */
export function toIds(name: string, value: unknown): readonly number[] {
  if (isId(value)) return [value]
  if (value === false || value === null || value === undefined) return []
  if (Array.isArray(value) && value.every(isId)) return value
  return fail(name, 'ids')
}

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maxId
}

/** An object that holds data: not a list, not `null`. */
export function isDictionary(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fail(name: string, kind: ParamType['kind']): never {
  throw typeRefused(name, expectations[kind])
}

function failAsAttribute(name: string, kind: ParamType['kind']): never {
  throw typeRefused(name, expectations[kind], 'builtins.AttributeError')
}
