/** One command as a process: signals, streams, exit code. Imported once, by main.ts. */

import { failureOf, printFailure } from '../output/failure.ts'
import { terminalOf } from '../output/terminal.ts'
import { exitCodes, UsageError } from './exit-codes.ts'
import { noteCause, run } from './run.ts'

const stopping = new AbortController()

// The first signal asks, the second one ends: what it leaves behind the next start heals.
for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
  ['SIGHUP', 1],
] as const) {
  process.on(signal, () => {
    if (stopping.signal.aborted) process.exit(128 + number)
    stopping.abort(new UsageError('Stopped.'))
  })
}
// The reader of a pipe may leave early (`| head`); that is no error of ours, and no reason to stop a service.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

/** Something that stays open by mistake must not keep a finished command. */
const LINGER_MS = 3_000

// What nobody caught ends the command like any other error: in words, without a stack. (`up` takes rejections itself.)
process.on('uncaughtException', (error) => {
  tell(error)
  process.exit(exitCodes.failed.code)
})

try {
  process.exitCode = await run(process.argv.slice(2), stopping.signal)
} catch (error) {
  tell(error)
  process.exitCode = exitCodes.failed.code
}
setTimeout(() => process.exit(), LINGER_MS).unref()

function tell(error: unknown): void {
  process.stderr.write(`${printFailure(failureOf(error, noteCause), terminalOf(process.stderr))}\n`)
}
