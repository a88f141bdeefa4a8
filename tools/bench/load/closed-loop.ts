/** Load in a closed loop: each of c clients sends its next operation when the last one is answered. */

import type { Ready, Usage } from '../processes/protocol.ts'
import { Connection } from './connection.ts'
import type { Side } from './sides.ts'

/** One stretch of load. */
export interface Round {
  readonly operations: number
  readonly elapsedMs: number
  /** Milliseconds of each operation, unsorted. */
  readonly latencies: readonly number[]
  /** Of the process under load, all of its threads. */
  readonly cpuMs: number
  readonly statements: number
}

/** A place to load: connections stay open from round to round, and no operation repeats the number of another. */
export interface Target {
  run(concurrency: number, durationMs: number): Promise<Round>
  close(): void
}

/** A process under load, or several behind one port. */
export interface UnderLoad {
  readonly ready: Pick<Ready, 'port'>
  usage(): Promise<Usage>
}

// Of all targets, so that both sides name different records.
let next = 0

export function openTarget(child: UnderLoad, side: Side): Target {
  let connections: Connection[] = []
  return {
    run: async (concurrency, durationMs) => {
      connections = connections.filter((connection) => connection.isOpen)
      while (connections.length < concurrency) connections.push(await Connection.open(child.ready.port))
      const before = await child.usage()
      const latencies: number[] = []
      const started = performance.now()
      const end = started + durationMs
      const client = async (connection: Connection): Promise<void> => {
        do {
          const sent = performance.now()
          await side(connection, ++next)
          latencies.push(performance.now() - sent)
        } while (performance.now() < end)
      }
      await Promise.all(connections.slice(0, concurrency).map(client))
      const elapsedMs = performance.now() - started
      const after = await child.usage()
      return {
        operations: latencies.length,
        elapsedMs,
        latencies,
        cpuMs: (after.cpuUs - before.cpuUs) / 1_000,
        statements: after.statements - before.statements,
      }
    },
    close: () => {
      for (const connection of connections.splice(0)) connection.close()
    },
  }
}
