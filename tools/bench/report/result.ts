/** Everything that one run found out, with the ratios that are drawn from it. */

import { type Figures, type Measurement, yardstickClients } from '../load/measure.ts'
import type { InstanceMemory } from './memory.ts'
import { handlerBesideOdoo, odooPerSecond } from './odoo-figures.ts'

export interface RunFacts {
  readonly date: string
  readonly partners: number
  readonly orders: number
  readonly rounds: number
  readonly roundMs: number
  readonly machine: string
  readonly node: string
  readonly postgres: string
  /** Load of the machine just before, by other work. */
  readonly loadBefore?: number
}

export interface MemoryFacts {
  readonly serverAtStartBytes: number
  readonly serverAfterLoadBytes: number
  readonly idleInstance: InstanceMemory
}

export interface Row {
  /** When it was measured: a run of some operations renews only theirs. */
  readonly date: string
  readonly key: string
  readonly title: string
  readonly protocol: string
  readonly concurrency: number
  readonly unit: 'ops' | 'records'
  readonly server: Figures
  readonly rival: Figures
  readonly rivalDoes: string
  /** The server's throughput by the handler's, and what it shall be; `null` where it is no aim. */
  readonly ratio: number
  readonly aim: number | null
  readonly odooPerSecond: number | null
  /** How many times Odoo's throughput, scaled to this machine; `null` where one of the figures lacks. */
  readonly timesOdoo: number | null
  /** The same of the handler: what PostgreSQL and the machine allow. */
  readonly rivalTimesOdoo: number | null
}

export interface Result {
  readonly facts: RunFacts
  readonly memory: MemoryFacts
  readonly rows: readonly Row[]
}

/** @param isComparable whether data set and rounds are those that Odoo was measured with */
export function makeRows(measured: readonly Measurement[], isComparable: boolean): Row[] {
  const date = today()
  const timesOdoo = (perSecond: number, odoo: number | null, scale: number | null) =>
    odoo === null || scale === null ? null : perSecond / (odoo * scale)
  return measured.map((measurement) => {
    const { operation, protocol, concurrency, server, rival } = measurement
    const odoo = odooPerSecond[operation.key]?.[concurrency] ?? null
    const scale = isComparable ? scaleOf(measurement) : null
    return {
      date,
      key: operation.key,
      title: operation.title,
      protocol,
      concurrency,
      unit: operation.recordsPerCall > 1 ? 'records' : 'ops',
      server,
      rival,
      rivalDoes: operation.rivalDoes,
      ratio: server.perSecond / rival.perSecond,
      aim: operation.aim,
      odooPerSecond: odoo,
      timesOdoo: timesOdoo(server.perSecond, odoo, scale),
      rivalTimesOdoo: timesOdoo(rival.perSecond, odoo, scale),
    }
  })
}

/** The day of the run. */
export function today(): string {
  return new Date().toISOString().slice(0, 10)
}

// This machine by that of Odoo's run, told by the same simple thing on both, and here in the very minutes of the operation.
// The handler's other figures depend on indexes that differ between the two databases, and would flatter or punish us.
function scaleOf({ concurrency, yardstickPerSecond }: Measurement): number | null {
  const there = handlerBesideOdoo[yardstickClients(concurrency)]
  return there === undefined ? null : yardstickPerSecond / there
}
