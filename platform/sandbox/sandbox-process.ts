/** One process of scripts, seen from its parent: started shut in, one run at a time, killed as soon as it is late or lies. */

import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { type Isolation, nodeCommand, searchPath, shutIn } from './isolation.ts'
import type { Limits } from './limits.ts'
import { type Order, parseReport, type Report } from './protocol.ts'

/** The program that runs scripts. */
export const scriptProgram = join(import.meta.dirname, 'worker', 'main.ts')

export interface SandboxProcess {
  /** The tenant whose scripts it has run; it never runs another's. */
  tenant: string | null
  isBusy: boolean
  /** When it became idle, in milliseconds of the monotonic clock. */
  idleSince: number
  readonly isAlive: boolean
  /** Whether it said more than it was asked. */
  readonly hasMore: boolean
  readonly pid: number | undefined
  send(order: Order): void
  /** The next report. @returns `null` when the process ended, was killed for being late, or sent what is no report */
  next(timeoutMs: number): Promise<Report | null>
  kill(): void
  readonly ended: Promise<void>
}

const START_MS = 20_000

export interface ProcessOptions {
  readonly program: string
  readonly isolation: Isolation
  readonly limits: Limits
  /** Which of the system users. */
  readonly index: number
  /** For the broken twin of the tests; Node gets none. */
  readonly env?: NodeJS.ProcessEnv
}

/** Starts a process; `null` when it does not come up. */
export async function startProcess(options: ProcessOptions): Promise<SandboxProcess | null> {
  const [file = '', ...args] = shutIn(
    options.isolation,
    options.index,
    nodeCommand(options.program, options.isolation.permissions),
    options.env !== undefined,
  )
  const child = spawn(file, args, {
    cwd: '/',
    env: options.env ?? searchPath(),
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  })
  const sandbox = wrap(child, options.limits)
  const first = await sandbox.next(START_MS)
  if (first?.type === 'ready') return sandbox
  sandbox.kill()
  return null
}

function wrap(child: ChildProcess, limits: Limits): SandboxProcess {
  let isAlive = true
  let waiting: ((report: Report | null) => void) | undefined
  const reports: Report[] = []
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
    child.once('error', () => resolve())
  })
  const kill = () => {
    isAlive = false
    // The whole group: what shuts the process in, and the process.
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {
        child.kill('SIGKILL')
      }
    waiting?.(null)
  }
  void ended.then(kill)
  child.stdin?.on('error', kill)
  readLines(child, limits.dataBytes * 7 + 1000, (line) => {
    const report = line === null ? null : parseReport(line)
    // One that runs nothing has nothing to say, and one that runs has only its log to say unasked.
    if (report === null || !self.isBusy || reports.length > limits.logLines + 2) return kill()
    if (waiting) waiting(report)
    else reports.push(report)
  })
  unref(child)
  const self: SandboxProcess = {
    tenant: null,
    // Until it is ready.
    isBusy: true,
    idleSince: 0,
    get isAlive() {
      return isAlive
    },
    get hasMore() {
      return reports.length > 0
    },
    pid: child.pid,
    ended,
    kill,
    send: (order) => void child.stdin?.write(`${JSON.stringify(order)}\n`),
    next(timeoutMs) {
      const report = reports.shift()
      if (report) return Promise.resolve(report)
      if (!isAlive) return Promise.resolve(null)
      return new Promise((resolve) => {
        const timer = setTimeout(kill, timeoutMs)
        waiting = (found) => {
          clearTimeout(timer)
          waiting = undefined
          resolve(found)
        }
      })
    },
  }
  return self
}

// A line longer than any honest one, or text that is no UTF-8 of lines, is `null`.
function readLines(child: ChildProcess, maximum: number, take: (line: string | null) => void): void {
  const decoder = new StringDecoder('utf8')
  let text = ''
  child.stdout?.on('data', (bytes: Buffer) => {
    text += decoder.write(bytes)
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      const line = text.slice(0, end)
      text = text.slice(end + 1)
      take(line)
    }
    if (text.length > maximum) {
      text = ''
      take(null)
    }
  })
}

/** An idle process keeps nobody from ending. */
function unref(child: ChildProcess): void {
  child.unref()
  for (const stream of [child.stdin, child.stdout]) (stream as { unref?(): void } | null)?.unref?.()
}
