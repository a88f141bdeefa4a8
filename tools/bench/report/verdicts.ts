/** Each operation against the aims, and what limits it. */

import type { Row } from './result.ts'

/** The rows of the highest concurrency of each operation and protocol. */
export function highest(rows: readonly Row[]): Row[] {
  return rows.filter(
    (row) =>
      !rows.some(
        (other) => other.key === row.key && other.protocol === row.protocol && other.concurrency > row.concurrency,
      ),
  )
}

/** One line per operation at its highest concurrency. */
export function verdicts(rows: readonly Row[]): string[] {
  return highest(rows).map((row) => {
    const { key, protocol, concurrency, ratio, aim, unit, server } = row
    const said = [
      aim === null
        ? `${ratio.toFixed(2)} of the handler (no aim: ${reasons[key] ?? 'it is another thing'})`
        : `${ratio.toFixed(2)} of the handler (${judge(ratio, aim)})`,
      ...besideOdoo(row),
      ...(unit === 'records' ? [`${Math.round(server.perSecond)} records/s (${judge(server.perSecond, 20_000)})`] : []),
      `p99 ${(server.p99Ms / server.p50Ms).toFixed(1)} × p50${server.p99Ms > 5 * server.p50Ms ? ' (aim at most 5)' : ''}`,
    ]
    return `(${key}) ${protocol}, c = ${concurrency}: ${said.join(', ')}; ${limit(row)}.`
  })
}

const reasons: Readonly<Record<string, string>> = {
  h: 'it hashes at each call, the server remembers what it verified',
  j: 'the handler only sends bytes that it has in memory',
}

function judge(value: number, aim: number): string {
  return value >= aim ? 'reached' : `aim ${aim}`
}

// Where the handler with the same SQL does not reach ten times Odoo either, PostgreSQL is the limit, and 0.8 of it is the aim.
function besideOdoo({ timesOdoo, rivalTimesOdoo, ratio, aim }: Row): string[] {
  if (timesOdoo === null) return []
  const times = `${timesOdoo.toFixed(1)} × Odoo`
  if (timesOdoo >= 10) return [`${times} (reached)`]
  if (rivalTimesOdoo === null || rivalTimesOdoo >= 10 || aim === null) return [`${times} (aim 10)`]
  const share = ratio >= 0.8 ? 'reached by that' : 'not reached'
  return [
    `${times} (the handler itself has ${rivalTimesOdoo.toFixed(1)}: there 0.8 of the handler is the aim, ${share})`,
  ]
}

// One JavaScript thread can use 1 000 ms of processor a second; what it does not use, it waits for PostgreSQL or the processor.
function limit({ server, unit, rival }: Row): string {
  const perCall = unit === 'records' ? server.perSecond / 1_000 : server.perSecond
  const busy = Math.round((server.cpuMs * perCall) / 10)
  const share = `the server's process is busy ${busy} % of a core`
  if (busy >= 70)
    return `${share}, which limits it (${(server.cpuMs / rival.cpuMs).toFixed(1)} times the handler's CPU)`
  const statements = Math.round(server.statements)
  return `${share}; the rest is PostgreSQL (${statements} ${statements === 1 ? 'round trip' : 'round trips'} per operation) and waiting for a core`
}
