/** Both sides of one operation, in turn, so that whatever else the machine does hits both alike. */

import { openTarget, type Round } from './closed-loop.ts'
import type { Operation, Protocol } from '../operations/operation.ts'
import type { Contest } from '../operations/verify.ts'
import { rivalSide, serverSide } from './sides.ts'

export interface Pace {
  /** Rounds of each side. */
  readonly rounds: number
  readonly roundMs: number
  readonly warmUpMs: number
}

/** One side of a measurement. */
export interface Figures {
  /** Median of the rounds; records per second where a call makes several. */
  readonly perSecond: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  /** Processor time of the process itself, without PostgreSQL, per operation. */
  readonly cpuMs: number
  readonly statements: number
  readonly operations: number
}

export interface Measurement {
  readonly operation: Operation
  readonly protocol: Protocol
  readonly concurrency: number
  readonly server: Figures
  readonly rival: Figures
  /** What the handler that reads one row by its id did in the same minutes: how fast the machine was just then. */
  readonly yardstickPerSecond: number
  /** When the server was under load, as `process.hrtime` counts, in microseconds; for profiles. */
  readonly windows: readonly (readonly [number, number])[]
}

/** @param yardstick the operation whose handler tells the speed of the machine */
export async function measure(
  operation: Operation,
  yardstick: Operation,
  protocol: Protocol,
  concurrency: number,
  { data, server, rival }: Contest,
  pace: Pace,
): Promise<Measurement> {
  const ours = openTarget(server, serverSide(operation, protocol, data))
  const theirs = openTarget(rival, rivalSide(operation, protocol, data))
  const stick = openTarget(rival, rivalSide(yardstick, 'JSON-2', data))
  const windows: [number, number][] = []
  try {
    if (pace.warmUpMs > 0) {
      await ours.run(concurrency, pace.warmUpMs)
      await theirs.run(concurrency, pace.warmUpMs)
    }
    const rounds: Round[] = []
    const rivalRounds: Round[] = []
    const yardstickRounds: Round[] = []
    for (let i = 0; i < pace.rounds; i++) {
      const begin = nowUs()
      rounds.push(await ours.run(concurrency, pace.roundMs))
      windows.push([begin, nowUs()])
      rivalRounds.push(await theirs.run(concurrency, pace.roundMs))
      yardstickRounds.push(await stick.run(yardstickClients(concurrency), pace.roundMs / 3))
    }
    return {
      operation,
      protocol,
      concurrency,
      server: figures(rounds, operation.recordsPerCall),
      rival: figures(rivalRounds, operation.recordsPerCall),
      yardstickPerSecond: figures(yardstickRounds, 1).perSecond,
      windows,
    }
  } finally {
    ours.close()
    theirs.close()
    stick.close()
  }
}

/** Clients of the yardstick: Odoo was measured beside one and sixteen, and four saturate two cores as sixteen do. */
export function yardstickClients(concurrency: number): number {
  return concurrency === 1 ? 1 : 16
}

function nowUs(): number {
  return Number(process.hrtime.bigint() / 1_000n)
}

/** One side of a measurement from its rounds. */
export function figures(rounds: readonly Round[], recordsPerCall: number): Figures {
  const latencies = rounds.flatMap((round) => round.latencies).sort((a, b) => a - b)
  const total = (of: (round: Round) => number) => rounds.reduce((sum, round) => sum + of(round), 0)
  const operations = total((round) => round.operations)
  const rates = rounds.map((round) => (round.operations * recordsPerCall * 1_000) / round.elapsedMs)
  return {
    perSecond: quantile(
      rates.sort((a, b) => a - b),
      0.5,
    ),
    p50Ms: quantile(latencies, 0.5),
    p95Ms: quantile(latencies, 0.95),
    p99Ms: quantile(latencies, 0.99),
    cpuMs: total((round) => round.cpuMs) / operations,
    statements: total((round) => round.statements) / operations,
    operations,
  }
}

/** Nearest rank of sorted values. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))] ?? 0
}
