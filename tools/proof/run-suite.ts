// Runs one test file in a process of its own, with a seeded hole or without, and tells what came of it.

import { spawn } from 'node:child_process'
import { join } from 'node:path'

export interface Run {
  /** `red`: a test failed. `broken`: the program could not even be read, or took too long. */
  readonly is: 'green' | 'red' | 'broken'
  readonly text: string
  readonly seconds: number
}

export interface RunOptions {
  readonly seeded?: object
  /** Only tests whose title matches. */
  readonly only?: string
  readonly env?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
}

/** @param file below the root */
export function runSuite(root: string, file: string, options: RunOptions = {}): Promise<Run> {
  const { seeded, only, env = {}, timeoutMs = 240_000 } = options
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env
  const hook = seeded === undefined ? [] : ['--import', join(import.meta.dirname, 'hook.ts')]
  const pattern = only === undefined || only === '.' ? [] : [`--test-name-pattern=${only}`]
  const startedAt = performance.now()
  const child = spawn(process.execPath, [...hook, ...pattern, '--test-reporter=tap', join(root, file)], {
    cwd: root,
    env: { ...inherited, ...env, ...(seeded === undefined ? {} : { HOLDFAST_SEEDED: JSON.stringify(seeded) }) },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      text = (text + String(chunk)).slice(-400_000)
    })
  return new Promise((resolve) =>
    child.on('close', (code, signal) => {
      const isBroken = /SyntaxError|ERR_INVALID_TYPESCRIPT_SYNTAX|no longer in|is not defined/.test(text)
      const seconds = (performance.now() - startedAt) / 1_000
      // A run that took too long was ended from outside: it says nothing.
      resolve({ is: isBroken || signal !== null ? 'broken' : code === 0 ? 'green' : 'red', text, seconds })
    }),
  )
}
