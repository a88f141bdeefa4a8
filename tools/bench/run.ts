/** The operations beside the hand-written handler: data, both processes, measurement, memory. */

import { cpus, loadavg, totalmem } from 'node:os'
import { prepare, type Prepared } from './data/prepare.ts'
import { type Measurement, measure, type Pace } from './load/measure.ts'
import type { Operation } from './operations/operation.ts'
import { reads } from './operations/reads.ts'
import { signIns } from './operations/sign-in.ts'
import { admitRival, type Contest, prepareRival } from './operations/verify.ts'
import { writes } from './operations/writes.ts'
import type { Options } from './options.ts'
import { type Child, startChild } from './processes/child.ts'
import type { InstanceMemory } from './report/memory.ts'
import { makeRows, type Result, today } from './report/result.ts'

// Writes last, the bulk at the very end: reads find the data set as it was loaded.
const all: readonly Operation[] = [...reads, ...signIns, ...writes]
const fullPace: Pace = { rounds: 3, roundMs: 1_500, warmUpMs: 500 }
const quickPace: Pace = { rounds: 1, roundMs: 60, warmUpMs: 0 }

export type Progress = (text: string) => void

/** Letters of all operations. */
export const operationKeys: readonly string[] = all.map(({ key }) => key)

/** One of the operations. */
export function operationOf(key: string): Operation {
  return all.find((operation) => operation.key === key) as Operation
}

/** What a run measures besides the figures of its rows. */
export interface Run {
  readonly result: Result
  readonly measured: readonly Measurement[]
}

/**
 * @param profileFolder where the server writes a profile of itself; `null` for none
 * @throws Error when a side fails or the two sides differ
 */
export async function run(options: Options, profileFolder: string | null, progress: Progress): Promise<Run> {
  const pace = options.isQuick ? quickPace : fullPace
  const loadBefore = loadavg()[0] ?? 0
  const data = await prepare(sizeOf(options), progress)
  try {
    return await withContest(data, profileFolder, progress, async (contest) => {
      const { server } = contest
      const atStart = await server.usage()
      const idleInstance = (await server.ask({ ask: 'idle-instance' })) as InstanceMemory
      const measured = await measureAll(chosen(options), options, contest, pace, progress)
      const afterLoad = await server.usage()
      const result = {
        facts: { ...factsOf(data, pace, server.ready.postgresVersion ?? ''), loadBefore },
        memory: { serverAtStartBytes: atStart.rssBytes, serverAfterLoadBytes: afterLoad.rssBytes, idleInstance },
        rows: makeRows(measured, !options.isQuick && options.rows === null),
      }
      return { result, measured }
    })
  } finally {
    await data.remove()
  }
}

/** Starts the server and the handler on a home, and ends them. */
export async function withContest<T>(
  data: Prepared,
  profileFolder: string | null,
  progress: Progress,
  work: (contest: Contest) => Promise<T>,
): Promise<T> {
  const children: Child[] = []
  try {
    progress('starting the server and the hand-written handler')
    const profiling = profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`]
    const server = await startChild('server.ts', { BENCH_HOME: data.homePath }, profiling)
    children.push(server)
    const rival = await startChild('rival.ts', {})
    children.push(rival)
    const contest = { data, server, rival }
    await admitRival(contest)
    return await work(contest)
  } finally {
    // The last started first: the handler lets go of the database before the server stops it.
    for (const child of children.reverse()) await child.close()
  }
}

function sizeOf({ isQuick, rows }: Options): Prepared['size'] {
  if (isQuick) return { partners: rows === null ? 300 : Math.min(rows, 20_000), orders: 90 }
  return { partners: rows ?? 10_000, orders: 2_000 }
}

// On many rows the reads alone: what a write costs there is among the curves of growth.
function chosen({ keys, rows }: Options): Operation[] {
  const there = rows === null ? all : reads.filter(({ key }) => key !== 'k')
  return there.filter(({ key }) => keys.length === 0 || keys.includes(key))
}

async function measureAll(
  operations: readonly Operation[],
  options: Options,
  contest: Contest,
  pace: Pace,
  progress: Progress,
): Promise<Measurement[]> {
  const measured: Measurement[] = []
  const yardstick = operationOf('b')
  await prepareRival(yardstick, contest)
  for (const operation of operations) {
    if (operation !== yardstick) await prepareRival(operation, contest)
    const levels = levelsOf(operation, options)
    const protocols = options.rows === null ? operation.protocols : operation.protocols.slice(0, 1)
    for (const protocol of protocols) {
      for (const concurrency of levels) {
        progress(`(${operation.key}) ${operation.title}, ${protocol}, ${concurrency} at once`)
        measured.push(await measure(operation, yardstick, protocol, concurrency, contest, pace))
      }
    }
  }
  return measured
}

// A password check takes half a second of processor, and a quick run shall be quick.
function levelsOf({ key, concurrency }: Operation, options: Options): readonly number[] {
  if (options.concurrency !== null) return [options.concurrency]
  return options.isQuick && key === 'h' ? concurrency.slice(0, 1) : concurrency
}

function factsOf(data: Prepared, pace: Pace, postgres: string): Result['facts'] {
  return {
    date: today(),
    partners: data.size.partners,
    orders: data.size.orders,
    rounds: pace.rounds,
    roundMs: pace.roundMs,
    machine: machine(),
    node: process.versions.node,
    postgres,
  }
}

/** This machine in words. */
export function machine(): string {
  return `${cpus().length} processor cores, ${Math.round(totalmem() / 2 ** 30)} GiB of memory, ${process.platform} ${process.arch}`
}
