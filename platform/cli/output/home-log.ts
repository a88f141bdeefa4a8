/** Adds to a home's log from outside of its running service: a short command, or a start that failed. */

import { appendFileSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { LogEntry } from '../../../framework/http/index.ts'
import { lineOf } from '../up/log.ts'

/** Appends one entry, stacks included, to `log/holdfast.log`. @throws system errors where that cannot be written, or there is no home */
export function appendToLog(homePath: string, entry: LogEntry): void {
  const folder = join(homePath, 'log')
  // Not the home itself: a failed command must not leave one.
  if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 })
  appendFileSync(join(folder, 'holdfast.log'), `${JSON.stringify(lineOf(entry, true))}\n`, { mode: 0o600 })
}
