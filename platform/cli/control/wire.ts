/** What travels between a command line and the process that owns the home: one JSON value per line (NDJSON). */

import type { VerbArgs } from '../command/verb.ts'
import type { Failure } from '../output/failure.ts'

export interface RunRequest {
  readonly verb: string
  readonly args: VerbArgs
  readonly isDryRun: boolean
}

/** Any number of the first two, then one of the last two. */
export type RunEvent =
  | { readonly progress: string; readonly done?: number; readonly total?: number }
  | { readonly warning: string }
  | { readonly result: unknown }
  | { readonly failure: Failure }

export interface OwnerStatus {
  readonly pid: number
  readonly version: string
  /** Whether it is `up`, and not a verb that has the home for a moment. */
  readonly isServing: boolean
  readonly url: string
  readonly startedAt: string
}

export const runPath = '/v1/run'
export const statusPath = '/v1/status'
/** A command line is short; more than this is not one. */
export const mostRequestBytes = 256 * 1024

/** Parses a run request. @returns null when it is none */
export function parseRunRequest(text: string): RunRequest | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  const { verb, args, isDryRun } = (value ?? {}) as Partial<Record<keyof RunRequest, unknown>>
  const parts = (args ?? {}) as Partial<Record<keyof VerbArgs, unknown>>
  if (typeof verb !== 'string' || typeof isDryRun !== 'boolean') return null
  if (!isFlat(parts.arguments, ['string']) || !isFlat(parts.options, ['string', 'boolean'])) return null
  return { verb, isDryRun, args: { arguments: parts.arguments, options: parts.options } }
}

function isFlat<K extends 'string' | 'boolean'>(
  value: unknown,
  kinds: readonly K[],
): value is Record<string, K extends 'boolean' ? boolean : string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.values(value).every((item) => (kinds as readonly string[]).includes(typeof item))
}
