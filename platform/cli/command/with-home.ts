/** Where a verb runs: in the process that owns the home, or here when nobody does. */

import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError, MissingError } from '../../../framework/errors.ts'
import { type Outcome, runInOwner } from '../control/client.ts'
import { type Hosting, openHosting } from '../hosting/hosting.ts'
import type { Settings } from '../hosting/settings.ts'
import { runHomeVerb } from './run-home-verb.ts'
import type { HomeVerb, Report, VerbArgs } from './verb.ts'

export interface Circumstances {
  readonly settings: Settings
  readonly report: Report
  /** Fires when the person gives up. */
  readonly stopping: AbortSignal
}

/** How long an owner that does not listen may take: an `up` that starts, or another verb that has the home for a moment. */
const OWNER_PATIENCE_MS = 60_000

/**
 * Runs a verb wherever the home is open.
 * @throws MissingError ERR_HOME_MISSING when there is no home and the verb makes none
 */
export async function runWithHome(
  verb: HomeVerb<unknown>,
  args: VerbArgs,
  isDryRun: boolean,
  { settings, report, stopping }: Circumstances,
): Promise<Outcome> {
  if (!existsSync(`${settings.homePath}/control.json`) && (verb.home === 'need' || isDryRun)) {
    throw new MissingError(
      'ERR_HOME_MISSING',
      `There is no Holdfast home at ${settings.homePath}. 'holdfast up' makes one; or set HOLDFAST_HOME to where yours lies.`,
    )
  }
  const runFolder = `${settings.homePath}/run`
  const deadline = Date.now() + OWNER_PATIENCE_MS
  for (;;) {
    const outcome = await runInOwner(runFolder, { verb: verb.name, args, isDryRun }, report)
    if (outcome !== null) return outcome
    const hosting = await openUnlessOwned(settings, stopping, Date.now() < deadline)
    if (hosting !== null) return { result: await runHere(verb, hosting, args, isDryRun, report) }
    report.progress('waiting for the process that has the home')
    await delay(200, undefined, { signal: stopping })
  }
}

/** @returns null when another process has the home and there is still time to wait for it */
async function openUnlessOwned(settings: Settings, stopping: AbortSignal, mayWait: boolean): Promise<Hosting | null> {
  try {
    return await openHosting(settings, stopping)
  } catch (error) {
    if (mayWait && error instanceof AppError && error.code === 'ERR_HOME_OWNED') return null
    throw error
  }
}

async function runHere(
  verb: HomeVerb<unknown>,
  hosting: Hosting,
  args: VerbArgs,
  isDryRun: boolean,
  report: Report,
): Promise<unknown> {
  try {
    return await runHomeVerb(verb, hosting, args, isDryRun, report)
  } finally {
    await hosting.close()
  }
}
