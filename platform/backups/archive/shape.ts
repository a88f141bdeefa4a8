/** Reads JSON of unknown origin field by field: what is not expected is refused with the path of the fault. */

import { ValidationError } from '../../../framework/errors.ts'

type Read<T> = (value: unknown, path: string) => T

/** Parses JSON text. @throws ValidationError ERR_ARCHIVE_JSON */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ValidationError(
      'ERR_ARCHIVE_JSON',
      `The archive's ${path} is no JSON; the archive is damaged or was not made by Holdfast.`,
      { cause },
    )
  }
}

/** An object with exactly these fields. */
export function shape<T extends object>(fields: { readonly [K in keyof T]: Read<T[K]> }): Read<T> {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw misshapen(path)
    for (const key of Object.keys(value))
      if (!Object.hasOwn(fields, key)) throw misshapen(`${path}.${key.slice(0, 60)}`)
    const result: Partial<T> = {}
    for (const key of Object.keys(fields) as (keyof T & string)[]) {
      result[key] = fields[key]((value as Record<string, unknown>)[key], `${path}.${key}`)
    }
    return result as T
  }
}

export function listOf<T>(read: Read<T>, max: number): Read<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value) || value.length > max) throw misshapen(path)
    return value.map((item, index) => read(item, `${path}[${index}]`))
  }
}

export function nullOr<T>(read: Read<T>): Read<T | null> {
  return (value, path) => (value === null ? null : read(value, path))
}

export function text(max: number): Read<string> {
  return (value, path) => {
    if (typeof value !== 'string' || value.length > max || value.includes('\0') || !value.isWellFormed())
      throw misshapen(path)
    return value
  }
}

export function matching(pattern: RegExp): Read<string> {
  return (value, path) => {
    if (typeof value !== 'string' || value.length > 1000 || !pattern.test(value)) throw misshapen(path)
    return value
  }
}

export function oneOf<const T extends string>(values: readonly T[]): Read<T> {
  return (value, path) => {
    if (!(values as readonly unknown[]).includes(value)) throw misshapen(path)
    return value as T
  }
}

export const flag: Read<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw misshapen(path)
  return value
}

/** A count: a whole number from 0 that JSON keeps exact. */
export const count: Read<number> = (value, path) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw misshapen(path)
  return value as number
}

/** @returns the error for a value that is not what the format says. */
export function misshapen(path: string): ValidationError {
  return new ValidationError(
    'ERR_ARCHIVE_SHAPE',
    `The archive's description is not of the documented form at '${path}'; the archive is refused.`,
  )
}
