/** The value of a field in an entry, as the caller's language and company have it. */

import type { Env } from '../env.ts'
import type { FieldInfo } from '../registry.ts'

/** @param value a pair of old and new, what a new record was made with, or what became of links and files */
export function valueIn(
  env: Env,
  field: FieldInfo,
  event: 'created' | 'written',
  value: unknown,
): { readonly old: unknown; readonly now: unknown } {
  if (isObject(value) && ('linked' in value || 'unlinked' in value) && field.link)
    return { old: value['unlinked'] ?? [], now: value['linked'] ?? [] }
  if (isObject(value) && Array.isArray(value['file'])) {
    const [old, now] = value['file'] as unknown[]
    return { old: old ?? false, now: now ?? false }
  }
  if (event === 'created') return { old: false, now: asRead(env, field, value) }
  const [old, now] = Array.isArray(value) ? (value as unknown[]) : []
  return { old: asRead(env, field, old), now: asRead(env, field, now) }
}

/** A column's value in the form that the API takes and gives; empty is `false`. */
export function asRead(env: Env, field: FieldInfo, value: unknown): unknown {
  if (value === null || value === undefined) return false
  if (field.options.translate && isObject(value)) return value[env.lang] ?? value['en_US'] ?? false
  if (field.options.companyDependent && isObject(value)) return value[String(env.companyId)] ?? false
  if (field.kind === 'datetime' && typeof value === 'string') return value.slice(0, 19).replace('T', ' ')
  return value
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
