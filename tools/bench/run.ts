/** One run: data, both processes, every operation, memory. */

import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { prepare, type Prepared } from './data/prepare.ts'
import { type Measurement, measure, type Pace } from './load/measure.ts'
import type { Operation } from './operations/operation.ts'
import { reads } from './operations/reads.ts'
import { prepareRival } from './operations/verify.ts'
import { writes } from './operations/writes.ts'
import type { Options } from './options.ts'
import { type Child, startChild } from './processes/child.ts'
import type { InstanceMemory } from './report/memory.ts'
import { readProfile, topFunctions } from './report/profile.ts'
import { makeRows, type Result } from './report/result.ts'

// Writes last, the bulk at the very end: reads find the data set as it was loaded.
const all: readonly Operation[] = [...reads, ...writes]
const yardstick = all.find(({ key }) => key === 'b') as Operation
const fullPace: Pace = { rounds: 3, roundMs: 1_500, warmUpMs: 500 }
const quickPace: Pace = { rounds: 1, roundMs: 60, warmUpMs: 0 }
const root = resolve(import.meta.dirname, '../..')

export type Progress = (text: string) => void

/** Letters of all operations. */
export const operationKeys: readonly string[] = all.map(({ key }) => key)

/** @throws Error when a side fails or the two sides differ */
export async function run(options: Options, progress: Progress): Promise<Result> {
  const operations = all.filter(({ key }) => options.keys.length === 0 || options.keys.includes(key))
  const pace = options.isQuick ? quickPace : fullPace
  const data = await prepare(
    options.isQuick ? { partners: 300, orders: 90 } : { partners: 10_000, orders: 2_000 },
    progress,
  )
  const profileFolder = await mkdtemp(join(tmpdir(), 'holdfast-bench-profile-'))
  const children: Child[] = []
  try {
    progress('starting the server and the hand-written handler')
    const profiling = options.isProfiled ? ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`] : []
    const server = await startChild('server.ts', { BENCH_HOME: data.homePath }, profiling)
    children.push(server)
    const atStart = await server.usage()
    const rival = await startChild('rival.ts', { BENCH_DATABASE: JSON.stringify(server.ready.database) })
    children.push(rival)
    const idleInstance = (await server.ask({ ask: 'idle-instance' })) as InstanceMemory
    const measured = await measureAll(operations, options, { data, server, rival }, pace, progress)
    const afterLoad = await server.usage()
    const postgres = String(server.ready.postgresVersion ?? '')
    await closeAll(children)
    if (options.isProfiled) await printProfile(profileFolder, measured, progress)
    return {
      facts: factsOf(data, options, pace, postgres),
      memory: { serverAtStartBytes: atStart.rssBytes, serverAfterLoadBytes: afterLoad.rssBytes, idleInstance },
      rows: makeRows(measured, !options.isQuick),
    }
  } finally {
    await closeAll(children)
    await rm(profileFolder, { recursive: true, force: true })
    await data.remove()
  }
}

async function measureAll(
  operations: readonly Operation[],
  options: Options,
  sides: { readonly data: Prepared; readonly server: Child; readonly rival: Child },
  pace: Pace,
  progress: Progress,
): Promise<Measurement[]> {
  const measured: Measurement[] = []
  await prepareRival(yardstick, sides)
  for (const operation of operations) {
    if (operation !== yardstick) await prepareRival(operation, sides)
    const levels = options.concurrency === null ? operation.concurrency : [options.concurrency]
    for (const protocol of operation.protocols) {
      for (const concurrency of levels) {
        progress(`(${operation.key}) ${operation.title}, ${protocol}, ${concurrency} at once`)
        measured.push(await measure(operation, yardstick, protocol, concurrency, sides, pace))
      }
    }
  }
  return measured
}

async function closeAll(children: Child[]): Promise<void> {
  // The last started first: the handler lets go of the database before the server stops it.
  for (const child of children.splice(0).reverse()) await child.close()
}

async function printProfile(folder: string, measured: readonly Measurement[], progress: Progress): Promise<void> {
  const profile = await readProfile(folder)
  if (profile === null) return progress('the server wrote no profile')
  for (const { operation, protocol, concurrency, windows } of measured) {
    progress(`(${operation.key}) ${operation.title}, ${protocol}, ${concurrency} at once: self time`)
    for (const { place, share } of topFunctions(profile, windows, root, 25))
      progress(`  ${(share * 100).toFixed(1).padStart(5)} %  ${place}`)
  }
}

function factsOf(data: Prepared, options: Options, pace: Pace, postgres: string): Result['facts'] {
  const processors = cpus()
  const chosen = [...options.keys, ...(options.isQuick ? ['--quick'] : [])]
  return {
    date: new Date().toISOString().slice(0, 10),
    command: `npm run bench${chosen.length > 0 ? ` -- ${chosen.join(' ')}` : ''}`,
    partners: data.size.partners,
    orders: data.size.orders,
    rounds: pace.rounds,
    roundMs: pace.roundMs,
    machine: `${processors.length} processor cores, ${Math.round(totalmem() / 2 ** 30)} GiB of memory, ${process.platform} ${process.arch}`,
    node: process.versions.node,
    postgres,
  }
}
