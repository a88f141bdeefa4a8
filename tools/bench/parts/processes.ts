/** The same load on one process and on several: a whole `holdfast up`, as it is started in service. */

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { prepare, type Prepared } from '../data/prepare.ts'
import { openTarget, type Target } from '../load/closed-loop.ts'
import { type Figures, figures } from '../load/measure.ts'
import { serverSide } from '../load/sides.ts'
import type { Usage } from '../processes/protocol.ts'
import { today } from '../report/result.ts'
import { operationOf, type Progress } from '../run.ts'

const program = resolve(import.meta.dirname, '../../../platform/cli/main.ts')
const keys = ['a', 'b', 'e'] as const
const clients = 16
const templatesOfUp = 3

export interface ProcessFigures {
  readonly date: string
  readonly clients: number
  readonly counts: readonly ProcessCount[]
}

/** What so many serving processes do and hold. */
export interface ProcessCount {
  readonly processes: number
  readonly operations: readonly { readonly key: string; readonly figures: Figures }[]
  /** Resident memory after the load: of the owner, and of the serving processes beside it on average; `null` = there is none. */
  readonly ownerBytes: number
  readonly workerBytes: number | null
}

/** @param isQuick a few calls on little data */
export async function measureProcesses(isQuick: boolean, progress: Progress): Promise<ProcessFigures> {
  const data = await prepare({ partners: isQuick ? 300 : 10_000, orders: 10 }, progress)
  try {
    const counts: ProcessCount[] = []
    for (const processes of isQuick ? [2] : [1, 2, 4]) {
      progress(`${processes} ${processes === 1 ? 'process' : 'processes'}`)
      counts.push(await measureCount(processes, data, isQuick))
    }
    return { date: today(), clients, counts }
  } finally {
    await data.remove()
  }
}

async function measureCount(processes: number, data: Prepared, isQuick: boolean): Promise<ProcessCount> {
  const up = await startUp(data.homePath, processes)
  try {
    if (!isQuick) await quiet(data.homePath)
    const operations: { key: string; figures: Figures }[] = []
    for (const key of keys) {
      const operation = operationOf(key)
      const target = openTarget(up, serverSide(operation, 'JSON-2', data))
      try {
        operations.push({ key, figures: figures(await rounds(target, isQuick), 1) })
      } finally {
        target.close()
      }
    }
    const workers = up.workers().map(memoryOf)
    const sum = workers.reduce((total, bytes) => total + bytes, 0)
    return {
      processes,
      operations,
      ownerBytes: memoryOf(up.pid),
      workerBytes: workers.length === 0 ? null : sum / workers.length,
    }
  } finally {
    await up.stop()
  }
}

async function rounds(target: Target, isQuick: boolean) {
  if (isQuick) return [await target.run(clients, 50)]
  await target.run(clients, 1_000)
  const all = []
  for (let i = 0; i < 3; i++) all.push(await target.run(clients, 1_500))
  return all
}

async function startUp(homePath: string, processes: number) {
  const env = { ...process.env, HOLDFAST_HOME: homePath, HOLDFAST_PORT: '0', HOLDFAST_HTTP_PORT: '0' }
  const child = spawn(process.execPath, [program, 'up', '--json'], {
    env: { ...env, HOLDFAST_PROCESSES: String(processes), HOLDFAST_IDLE_MINUTES: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const pid = child.pid ?? -1
  let out = ''
  child.stdout.on('data', (chunk) => (out += chunk))
  while (!out.includes('\n')) {
    if (child.exitCode !== null) throw new Error('up ended before it was ready')
    await delay(50)
  }
  const { httpUrl } = JSON.parse(out) as { readonly httpUrl: string }
  const workers = (): number[] =>
    execFileSync('ps', ['-axww', '-o', 'pid=,ppid=,command='], { encoding: 'utf8' })
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, parent, ...command]) => Number(parent) === pid && command.join(' ').includes('worker.ts'))
      .map(([one]) => Number(one))
  const usage = async (): Promise<Usage> => {
    const all = [pid, ...workers()]
    const cpuUs = all.reduce((sum, one) => sum + cpuOf(one), 0)
    return { cpuUs, rssBytes: all.reduce((sum, one) => sum + memoryOf(one), 0), statements: 0 }
  }
  return {
    pid,
    workers,
    ready: { port: Number(new URL(httpUrl).port) },
    usage,
    stop: async () => {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

// A new home prepares templates in the background; that is no part of what is measured.
async function quiet(homePath: string): Promise<void> {
  const folder = join(homePath, 'templates')
  for (let i = 0; i < 600 && readdirSync(folder).length < templatesOfUp; i++) await delay(200)
  await delay(2_000)
}

const tickUs = 10_000

/** User and system time, as Linux counts it in ticks of 10 ms; 0 where the system does not tell. */
function cpuOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) * tickUs
  } catch {
    return 0
  }
}

function memoryOf(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
