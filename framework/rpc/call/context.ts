/** The `context` argument of a call: data from outside that steers language, time zone, companies and defaults. */

import { InvalidRequestError } from '../../errors.ts'
import type { Context } from '../../orm/index.ts'
import { isDictionary } from './check-type.ts'
import { typeRefused } from './refusal.ts'

const maxKeys = 200
const empty: Context = Object.freeze({})

/** The checked context. `uid` is not the caller's to say and is dropped. @throws InvalidRequestError when it cannot be meant. */
export function checkContext(value: unknown): Context {
  if (value === undefined || value === null || value === false || value === '') return empty
  if (!isDictionary(value)) throw typeRefused('context', 'a dictionary')
  const keys = Object.keys(value)
  if (keys.length === 0) return empty
  if (keys.length > maxKeys) throw new InvalidRequestError('ERR_RPC_CONTEXT', 'The context has too many keys.')
  const context: Record<string, unknown> = {}
  for (const key of keys) {
    if (key === 'uid' || key === '__proto__') continue
    const known = knownKeys[key]
    if (known !== undefined && !known.holds(value[key])) throw typeRefused(`context.${key}`, known.expected)
    context[key] = value[key]
  }
  return context
}

interface Known {
  readonly expected: string
  readonly holds: (value: unknown) => boolean
}

const textOrNone = (pattern: RegExp, longest: number) => (value: unknown) =>
  value === false ||
  value === null ||
  value === '' ||
  (typeof value === 'string' && value.length <= longest && pattern.test(value))

// A null prototype: `constructor` as a key of the context is no known key.
const knownKeys: Readonly<Record<string, Known>> = Object.assign(Object.create(null) as Record<string, Known>, {
  lang: { expected: 'a language code', holds: textOrNone(/^[A-Za-z0-9_@.-]+$/, 30) },
  tz: { expected: 'a time zone name', holds: textOrNone(/^[A-Za-z0-9_+/-]+$/, 60) },
  allowed_company_ids: {
    expected: 'a list of company ids',
    holds: (value: unknown) =>
      value === false ||
      value === null ||
      (Array.isArray(value) && value.length <= 1_000 && value.every(Number.isSafeInteger)),
  },
})
