/** Runs a verb on an open home, for real or dry. */

import type { Hosting } from '../hosting/hosting.ts'
import { recordedRun } from './record-verb.ts'
import type { HomeVerb, Report, VerbArgs } from './verb.ts'

/** The result of `--dry-run`. */
export interface DryRun {
  readonly dryRun: true
  /** What would be done, in order. */
  readonly plan: readonly string[]
}

/** The verb's result, or the plan of it. @throws whatever the verb does */
export async function runHomeVerb(
  verb: HomeVerb<unknown>,
  hosting: Hosting,
  args: VerbArgs,
  isDryRun: boolean,
  report: Report,
): Promise<unknown> {
  if (!isDryRun) return recordedRun(verb.name, hosting, args, report, () => verb.run(hosting, args, report))
  // Fail closed: a verb without a plan must not run for real because somebody asked for less.
  if (verb.plan === undefined) throw new TypeError(`The verb '${verb.name}' has no dry run.`)
  const result: DryRun = { dryRun: true, plan: await verb.plan(hosting, args) }
  return result
}

/** Whether a result is the plan of a dry run. */
export function isDryRunResult(value: unknown): value is DryRun {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { dryRun?: unknown }).dryRun === true &&
    Array.isArray((value as { plan?: unknown }).plan)
  )
}
