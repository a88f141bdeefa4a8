/** One run in one process: carries out the script's calls, counts them, and turns the end into an outcome or an error. */

import { AppError, UserError } from '../../framework/errors.ts'
import type { ScriptJob, ScriptOutcome } from '../../framework/orm/index.ts'
import type { Limits } from './limits.ts'
import { parseCall, parseData, type Reason, type Report, writeData } from './protocol.ts'
import type { SandboxProcess } from './sandbox-process.ts'

/**
 * Runs a script. The process is killed where it is late or says what no honest one says; it is spent then.
 * @throws UserError ERR_SCRIPT_FAILED, ERR_SCRIPT_LIMIT; what the first failed call threw
 */
export async function runIn(sandbox: SandboxProcess, job: ScriptJob, limits: Limits): Promise<ScriptOutcome> {
  const input = writeData(job.input, limits)
  if (input === undefined) throw tooMuch('The input of the script is too large.')
  if (Buffer.byteLength(job.source) > limits.sourceBytes) throw tooMuch('The script is too long.')
  const log: string[] = []
  const endsAt = performance.now() + limits.wallMs
  let [calls, loggedBytes] = [0, 0]
  // What a failed call changed before it failed is undone with everything else: no script decides that it was well.
  let failure: unknown
  sandbox.send({ type: 'run', source: job.source, input, now: job.now.toISOString() })
  for (;;) {
    const report = await sandbox.next(Math.max(0, Math.min(limits.killMs, endsAt - performance.now())))
    if (report === null) throw failure ?? limitError('time', limits)
    if (report.type === 'log') {
      loggedBytes += report.text.length
      if (log.length > limits.logLines || loggedBytes > limits.logBytes * 2) throw dishonest(sandbox)
      log.push(report.text)
    } else if (report.type === 'call') {
      if (++calls > limits.calls) throw dishonest(sandbox)
      const call = parseCall(report.text, limits)
      const isIn = failure === undefined
      const answer = !isIn
        ? { error: 'A call before this one failed; the script is at its end.', code: 'ERR_SCRIPT_FAILED' }
        : call === null
          ? {
              error: 'A call takes a model, a method, a list and a dictionary, of a size that can be sent.',
              code: 'ERR_SCRIPT_CALL',
            }
          : await job.call(call.model, call.method, call.args, call.kwargs).then(
              (value) => ({ value }),
              (error: unknown) => {
                failure = error
                return refusal(error)
              },
            )
      const text = writeData(answer, limits)
      if (text === undefined)
        failure ??= tooMuch('The answer of a call is too large for a script; ask for fewer records or fields.')
      sandbox.send({ type: 'answer', text: text ?? '{"error":"The answer is too large.","code":"ERR_SCRIPT_LIMIT"}' })
    } else {
      return finish(sandbox, report, failure, log, limits)
    }
  }
}

function finish(
  sandbox: SandboxProcess,
  report: Report,
  failure: unknown,
  log: readonly string[],
  limits: Limits,
): ScriptOutcome {
  if (report.type === 'ready' || report.type === 'call' || report.type === 'log') throw dishonest(sandbox)
  if (report.spent) sandbox.kill()
  if (failure !== undefined) throw failure
  if (report.type === 'failed') {
    if (report.reason !== 'error') throw limitError(report.reason, limits)
    const where = report.line > 0 ? `line ${report.line}: ` : ''
    throw new UserError('ERR_SCRIPT_FAILED', `The script failed, ${where}${report.name}: ${report.message}`)
  }
  const value = parseData(report.text, limits)
  if (value === undefined) throw tooMuch('The result of the script is too large or too deep.')
  return { value, log }
}

function dishonest(sandbox: SandboxProcess): Error {
  sandbox.kill()
  return new UserError('ERR_SCRIPT_LIMIT', 'The script was ended: it asked for more than a script may.')
}

// What a program from outside would read of this error; of one that nobody expected, nothing.
function refusal(error: unknown): { readonly error: string; readonly code: string } {
  return error instanceof AppError && error.status < 500
    ? { error: error.message, code: error.code }
    : { error: 'The call failed.', code: 'ERR_SERVER' }
}

function limitError(reason: Reason, limits: Limits): UserError {
  return tooMuch(
    reason === 'time'
      ? `The script was ended: it took more than ${limits.scriptMs} milliseconds.`
      : reason === 'memory'
        ? `The script was ended: it needed more than ${limits.memoryBytes >> 20} MB of memory.`
        : 'The script was ended: it went beyond what the engine can carry.',
  )
}

function tooMuch(message: string): UserError {
  return new UserError('ERR_SCRIPT_LIMIT', message)
}
