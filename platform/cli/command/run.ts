/** One command from its words to its exit code. */

import type { Outcome } from '../control/client.ts'
import { readSettings } from '../hosting/settings.ts'
import { type Failure, failureOf, printFailure } from '../output/failure.ts'
import { appendToLog } from '../output/home-log.ts'
import { type ProgressView, progressView } from '../output/progress.ts'
import { plain, type Terminal, terminalOf } from '../output/terminal.ts'
import { causes } from '../up/log.ts'
import { controlVerbs, verbs } from '../verbs/table.ts'
import { exitCodes, type ExitName, UsageError } from './exit-codes.ts'
import { overview, verbHelp } from './help.ts'
import { type Command, parseCommand } from './parse.ts'
import { isDryRunResult } from './run-home-verb.ts'
import { readSecretLines } from './secret-line.ts'
import type { Report } from './verb.ts'
import { runWithHome } from './with-home.ts'

/** A process that a signal ended while it worked, as shells have it. */
const INTERRUPTED = 130

/**
 * Runs `holdfast <words>`; prints the result to stdout and everything else to stderr.
 * @param stopping fires when the person gives up
 * @returns the exit code
 */
export async function run(words: readonly string[], stopping: AbortSignal): Promise<number> {
  const [out, err] = [terminalOf(process.stdout), terminalOf(process.stderr)]
  // Known before anything can fail, so that a script gets its errors as JSON, whatever they are.
  const isJson = words.includes('--json')
  const progress = progressView(process.stderr, err, isJson)
  try {
    const early = earlyAnswer(words, out)
    if (early !== null) return print(early)
    const command = parseCommand(
      words[0] === '--version' ? ['version', ...words.slice(1)] : words,
      verbs,
      process.cwd(),
    )
    if (command.wantsHelp) return print(verbHelp(command.verb, out))
    const outcome = await runVerb(command, progress, { out, err }, stopping)
    progress.clear()
    if (outcome === null) return exitCodes.ok.code
    return 'failure' in outcome ? fail(outcome.failure, isJson, err) : finish(command, outcome.result, out)
  } catch (error) {
    progress.clear()
    if (stopping.aborted && isAbort(error, stopping)) return INTERRUPTED
    return fail(failureOf(error, noteCause), isJson, err)
  }
}

// What people type before they know any verb.
function earlyAnswer(words: readonly string[], out: Terminal): string | null {
  const [first] = words
  if (first === '--help' || first === '-h') return overview(verbs, out)
  if (first === undefined)
    throw new UsageError('What should be done?', `'holdfast help' lists all verbs; 'holdfast up' starts Holdfast.`)
  return null
}

async function runVerb(
  command: Command,
  progress: ProgressView,
  { out: terminal, err }: { readonly out: Terminal; readonly err: Terminal },
  stopping: AbortSignal,
): Promise<Outcome | null> {
  const report = reporting(progress, err)
  const { verb, isJson, isDryRun } = command
  const settings = readSettings()
  const args = await readSecretLines(verb, command.args, stopping)
  if (verb.runs === 'home') return runWithHome(verb, args, isDryRun, { settings, report, stopping })
  const write = (text: string): void => {
    progress.clear()
    process.stdout.write(`${text}\n`)
  }
  const result = await verb.run({ args, report, settings, isJson, terminal, stopping, controlVerbs, write })
  return result === null ? null : { result }
}

function reporting(progress: ProgressView, err: Terminal): Report {
  return {
    progress: (step, done, total) => progress.show(step, done, total),
    warn: (text) => {
      progress.clear()
      process.stderr.write(`${err.yellow('!')} ${plain(text)}\n`)
    },
  }
}

function finish({ verb, isJson }: Command, result: unknown, out: Terminal): number {
  if (isJson) process.stdout.write(`${JSON.stringify(result)}\n`)
  else if (isDryRunResult(result)) process.stdout.write(`${printPlan(result.plan, out)}\n`)
  else process.stdout.write(`${verb.print(result, out)}\n`)
  const name: ExitName = isDryRunResult(result) ? 'ok' : (verb.exit?.(result) ?? 'ok')
  return exitCodes[name].code
}

function printPlan(plan: readonly string[], { bold, dim }: Terminal): string {
  return [
    bold('This would be done:'),
    ...plan.map((step, index) => `  ${index + 1}. ${plain(step)}`),
    dim('Nothing was changed.'),
  ].join('\n')
}

function print(text: string): number {
  process.stdout.write(`${text}\n`)
  return exitCodes.ok.code
}

function fail(failure: Failure, isJson: boolean, err: Terminal): number {
  const { code, message, next } = failure
  if (isJson)
    process.stdout.write(`${JSON.stringify({ error: { code, message, ...(next === undefined ? {} : { next }) } })}\n`)
  else process.stderr.write(`${printFailure(failure, err)}\n`)
  return exitCodes[failure.exit].code
}

function isAbort(error: unknown, stopping: AbortSignal): boolean {
  return (
    error === stopping.reason ||
    (error as { name?: unknown }).name === 'AbortError' ||
    (error as { code?: unknown }).code === 'ABORT_ERR'
  )
}

/**
 * Keeps the cause of an unexpected error in the home's log, under the reference that the person is told. Where that
 * cannot be written, and with HOLDFAST_DEBUG=1, it goes to stderr: a reference must stand somewhere.
 */
export function noteCause(reference: string, cause: unknown): void {
  let unkept: unknown = null
  try {
    appendToLog(readSettings().homePath, { level: 'error', event: 'a command failed', reference, cause })
  } catch (error) {
    unkept = error
  }
  if (unkept !== null || process.env['HOLDFAST_DEBUG'] === '1')
    process.stderr.write(`${JSON.stringify({ reference, cause: causes(cause, true) })}\n`)
}
