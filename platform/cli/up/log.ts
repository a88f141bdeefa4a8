/** The log of a running Holdfast: JSON lines in the home, and what a person must see on stderr. */

import { createWriteStream, mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Log, LogEntry } from '../../../framework/http/index.ts'
import { plain, type Terminal } from '../output/terminal.ts'

export interface UpLog {
  readonly write: Log
  /** Absolute path of the file. */
  readonly path: string
  close(): Promise<void>
}

/** A file that has grown beyond this is set aside when the next start begins. */
const MOST_BYTES = 50_000_000

/**
 * Opens `log/holdfast.log` in the home.
 * @param isDebug writes more, and stacks everywhere; errors always have theirs
 * @param stderr where warnings and errors are told, too
 * @param isFirst whether a file that has grown large is set aside; of several processes one does that
 */
export function openLog(
  homePath: string,
  isDebug: boolean,
  stderr: NodeJS.WriteStream,
  terminal: Terminal,
  isFirst = true,
): UpLog {
  const folder = join(homePath, 'log')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'holdfast.log')
  if (isFirst && sizeOf(path) > MOST_BYTES) renameSync(path, `${path}.1`)
  const file = createWriteStream(path, { flags: 'a', mode: 0o600 })
  // A full disk must not stop the service; the next entry is tried again.
  file.on('error', () => {})
  return {
    path,
    write: (entry) => {
      if (entry.level === 'debug' && !isDebug) return
      file.write(`${JSON.stringify(lineOf(entry, isDebug))}\n`)
      if (entry.level === 'warn' || entry.level === 'error') stderr.write(`${forPeople(entry, terminal)}\n`)
    },
    close: () => new Promise((resolve) => file.end(() => resolve())),
  }
}

/** An entry as it stands in the file. What somebody may ask about by its reference is there whole. */
export function lineOf(
  { level, event, reference, detail, cause }: LogEntry,
  isDebug: boolean,
): Record<string, unknown> {
  return {
    time: new Date().toISOString(),
    level,
    event,
    ...(reference === undefined ? {} : { reference }),
    ...(detail === undefined ? {} : { detail }),
    ...(cause === undefined ? {} : { cause: causes(cause, isDebug || level === 'error' || reference !== undefined) }),
  }
}

/** The chain of causes, in words. */
export function causes(thrown: unknown, isDebug: boolean): unknown[] {
  const chain: unknown[] = []
  for (
    let error = thrown;
    error !== undefined && error !== null && chain.length < 5;
    error = (error as { cause?: unknown }).cause
  ) {
    if (!(error instanceof Error)) {
      chain.push(String(error))
      break
    }
    const { code, detail } = error as { code?: unknown; detail?: unknown }
    chain.push({
      name: error.name,
      message: error.message,
      ...(code === undefined ? {} : { code }),
      ...(detail === undefined ? {} : { detail }),
      ...(isDebug ? { stack: error.stack } : {}),
    })
  }
  return chain
}

function forPeople({ level, event, reference }: LogEntry, terminal: Terminal): string {
  const mark = level === 'error' ? terminal.red('✗') : terminal.yellow('!')
  return `${mark} ${plain(event)}${reference === undefined ? '' : terminal.dim(` (reference ${reference})`)}`
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch {
    return 0
  }
}
