/** The secret in a file that an option names: read in the person's own process, whose rights, pipes and folders are meant. */

import { open } from 'node:fs/promises'
import { UserError } from '../../../framework/errors.ts'
import type { Verb, VerbArgs } from './verb.ts'

/** No password is longer; /dev/zero and a film named by mistake end here. */
const MOST_BYTES = 16 * 1024

/**
 * Replaces the path of each option that `holdsSecret` by the first line of that file, without line end and byte order mark.
 * The owner of a home never opens such a file: it may be another user, and `<(pass show acme)` exists for this process only.
 * @param stopping ends the process while it waits for a pipe that nobody writes
 * @throws UserError ERR_PASSWORD_FILE when there is no line, or one that is no text in UTF-8
 */
export async function readSecretLines(verb: Verb, args: VerbArgs, stopping: AbortSignal): Promise<VerbArgs> {
  const options = { ...args.options }
  for (const [name, option] of Object.entries(verb.options)) {
    const path = options[name]
    if (option.holdsSecret === true && typeof path === 'string')
      options[name] = await endingOn(stopping, firstLine(path))
  }
  return { ...args, options }
}

async function firstLine(path: string): Promise<string> {
  const file = await open(path, 'r')
  try {
    if ((await file.stat()).isDirectory()) throw refusal(`${path} is a folder`)
    return decode(path, await readLine(file, path))
  } finally {
    await file.close()
  }
}

// In pieces, since a pipe gives what it has; not behind the line end, since a terminal would wait for more.
async function readLine(file: Awaited<ReturnType<typeof open>>, path: string): Promise<Uint8Array> {
  const buffer = new Uint8Array(MOST_BYTES)
  let size = 0
  while (size < buffer.length) {
    const { bytesRead } = await file.read(buffer, size, buffer.length - size, null)
    size += bytesRead
    const end = buffer.subarray(0, size).indexOf(0x0a)
    if (end !== -1) return buffer.subarray(0, end)
    if (bytesRead === 0) return buffer.subarray(0, size)
  }
  throw refusal(`The first line of ${path} is longer than any password`)
}

// Strictly: a replacement character in place of a letter would make a password that nobody can type.
function decode(path: string, line: Uint8Array): string {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(line).replace(/\r$/, '')
  } catch (cause) {
    throw refusal(`The first line of ${path} is no text in UTF-8`, cause)
  }
  if (text === '') throw refusal(`The first line of ${path} is empty`)
  return text
}

function refusal(what: string, cause?: unknown): UserError {
  return new UserError('ERR_PASSWORD_FILE', `${what}; it must hold the password.`, { cause })
}

// A thread that waits in open() for the writer of a pipe cannot be called back, and process.exit() would wait for it, too.
// Nothing has begun yet that must be stopped in order, so the signal may do what signals do.
async function endingOn<T>(stopping: AbortSignal, reading: Promise<T>): Promise<T> {
  const end = (): void => {
    process.removeAllListeners('SIGTERM')
    process.kill(process.pid, 'SIGTERM')
  }
  if (stopping.aborted) end()
  stopping.addEventListener('abort', end, { once: true })
  try {
    return await reading
  } finally {
    stopping.removeEventListener('abort', end)
  }
}
