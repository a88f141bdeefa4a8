/** A script as tests run it: how it ended, in one text with everything that left the sandbox. */

import { AppError } from '../../../framework/errors.ts'
import type { ScriptJob } from '../../../framework/orm/index.ts'
import type { Sandbox } from '../index.ts'

export interface Ended {
  /** What came back; `undefined` when it failed. */
  readonly value: unknown
  /** Code of the error; `undefined` when there was none. */
  readonly code: string | undefined
  /** Value, log and error. */
  readonly text: string
  /** By the clock, from the turn on. */
  readonly ms: number
}

/** Runs a script; nothing but an error of ours may come out of it. */
export async function tryScript(sandbox: Sandbox, source: string, options: Partial<ScriptJob> = {}): Promise<Ended> {
  const before = performance.now()
  const took = () => performance.now() - before
  try {
    const { value, log } = await sandbox.run({
      tenant: 'alpha',
      source,
      input: { a: 1 },
      now: new Date(0),
      call: async () => [],
      ...options,
    })
    return { value, code: undefined, text: JSON.stringify([value, log]), ms: took() }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { value: undefined, code: error.code, text: error.message, ms: took() }
  }
}
