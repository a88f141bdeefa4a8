/** A few warm processes for the scripts of all tenants, started when the first script comes and ended when none comes. */

import { availableParallelism } from 'node:os'
import { RateLimitError, UnavailableError } from '../../framework/errors.ts'
import type { ScriptJob, ScriptOutcome, ScriptRunner } from '../../framework/orm/index.ts'
import { findIsolation, type Isolation } from './isolation.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { fairQueue } from './queue.ts'
import { runIn } from './run.ts'
import { type ProcessOptions, type SandboxProcess, scriptProgram, startProcess } from './sandbox-process.ts'

export interface SandboxOptions {
  /** Default: one fewer than processor cores, between 2 and 8. */
  readonly processes?: number
  readonly limits?: Partial<Limits>
  /** An idle process ends after this; default 60,000. */
  readonly idleMs?: number
  /** How many runs may wait, per tenant and in all; default 50 and 500. */
  readonly waiting?: { readonly each: number; readonly all: number }
  /** For tests: another program, less isolation, an environment. */
  readonly twin?: Partial<Pick<ProcessOptions, 'program' | 'env'>> & { readonly isolation?: Partial<Isolation> }
}

export interface Sandbox extends ScriptRunner {
  /** Processes that are there now. */
  readonly processes: number
  /** Ends all of them. Runs that wait are refused. */
  close(): Promise<void>
}

interface Waiting {
  readonly job: ScriptJob
  readonly resolve: (outcome: ScriptOutcome) => void
  readonly reject: (error: unknown) => void
  readonly timer: NodeJS.Timeout
}

/** Opens a sandbox; it starts nothing before the first script. */
export function openSandbox(options: SandboxOptions = {}): Sandbox {
  const limits = { ...defaultLimits, ...options.limits }
  const maximum = options.processes ?? Math.max(2, Math.min(8, availableParallelism() - 1))
  const idleMs = options.idleMs ?? 60_000
  const { each, all } = options.waiting ?? { each: 50, all: 500 }
  const queue = fairQueue<Waiting>(each, all)
  const processes = new Set<SandboxProcess>()
  const running = new Map<string, number>()
  let [starting, made, isClosed] = [0, 0, false]
  const sweep = setInterval(endIdle, Math.min(idleMs, 10_000))
  sweep.unref()

  // One tenant never has all processes while there is more than one.
  const mayRun = (tenant: string) => (running.get(tenant) ?? 0) < Math.max(1, maximum - 1)

  function pump(): void {
    while (!isClosed && countBusy() + starting < maximum) {
      const next = queue.take(mayRun)
      if (!next) return
      clearTimeout(next.item.timer)
      running.set(next.tenant, (running.get(next.tenant) ?? 0) + 1)
      void serve(next.tenant, next.item)
    }
  }

  async function serve(tenant: string, { job, resolve, reject }: Waiting): Promise<void> {
    let sandbox: SandboxProcess | null = null
    try {
      sandbox = await processFor(tenant)
      if (sandbox === null)
        throw new UnavailableError('ERR_SCRIPT_UNAVAILABLE', 'Scripts cannot run now: their process does not start.')
      resolve(await runIn(sandbox, job, limits))
    } catch (error) {
      reject(error)
    } finally {
      if (sandbox) release(sandbox)
      const left = (running.get(tenant) ?? 1) - 1
      if (left > 0) running.set(tenant, left)
      else running.delete(tenant)
      pump()
    }
  }

  /** A process that has run nobody's scripts but this tenant's: whoever broke out of the engine finds no one else's data. */
  async function processFor(tenant: string): Promise<SandboxProcess | null> {
    const idle = [...processes].filter((one) => one.isAlive && !one.isBusy)
    const own = idle.find((one) => one.tenant === tenant) ?? idle.find((one) => one.tenant === null)
    if (own) return take(own, tenant)
    if (processes.size + starting >= maximum) drop(idle.sort((a, b) => a.idleSince - b.idleSince)[0])
    starting++
    try {
      const started = await start()
      if (started && isClosed) started.kill()
      return started && !isClosed ? take(started, tenant) : null
    } finally {
      starting--
    }
  }

  async function start(): Promise<SandboxProcess | null> {
    const { isolation, ...twin } = options.twin ?? {}
    const index = process.pid * 8 + made++
    const granted = { ...(await findIsolation()), ...isolation }
    const started = await startProcess({ program: scriptProgram, limits, index, isolation: granted, ...twin })
    if (started) {
      processes.add(started)
      void started.ended.then(() => processes.delete(started))
    }
    return started
  }

  function take(sandbox: SandboxProcess, tenant: string): SandboxProcess {
    sandbox.tenant = tenant
    sandbox.isBusy = true
    return sandbox
  }

  function release(sandbox: SandboxProcess): void {
    sandbox.isBusy = false
    sandbox.idleSince = performance.now()
    if (!sandbox.isAlive || sandbox.hasMore) drop(sandbox)
  }

  function drop(sandbox: SandboxProcess | undefined): void {
    if (!sandbox) return
    processes.delete(sandbox)
    sandbox.kill()
  }

  function endIdle(): void {
    for (const one of processes) if (!one.isBusy && performance.now() - one.idleSince > idleMs) drop(one)
  }

  function countBusy(): number {
    let busy = 0
    for (const one of processes) if (one.isBusy) busy++
    return busy
  }

  return {
    get processes() {
      return processes.size
    },
    run: (job) =>
      new Promise((resolve, reject) => {
        const busy = () =>
          reject(
            new RateLimitError('ERR_SCRIPT_BUSY', 'Too many scripts wait for their turn; try again in a moment.', 5),
          )
        const timer = setTimeout(() => {
          queue.remove(job.tenant, waiting)
          busy()
        }, limits.waitMs)
        const waiting: Waiting = { job, resolve, reject, timer }
        if (isClosed || !queue.add(job.tenant, waiting)) {
          clearTimeout(timer)
          return busy()
        }
        pump()
      }),
    async close() {
      isClosed = true
      clearInterval(sweep)
      const ended = [...processes].map((one) => one.ended)
      for (const one of processes) one.kill()
      for (let next = queue.take(() => true); next; next = queue.take(() => true)) {
        clearTimeout(next.item.timer)
        next.item.reject(new UnavailableError('ERR_SCRIPT_UNAVAILABLE', 'Holdfast is closing.'))
      }
      // Idle processes keep nobody from ending; this wait does.
      const hold = setTimeout(() => {}, 10_000)
      await Promise.all(ended)
      clearTimeout(hold)
    },
  }
}
