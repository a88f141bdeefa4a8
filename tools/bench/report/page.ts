/** `docs/benchmarks.md`, written by the bench itself. */

import type { Result, Row } from './result.ts'
import { markdownTable, memoryLines } from './table.ts'

/** The whole page. */
export function page(result: Result): string {
  const { facts, rows } = result
  return `# Benchmarks

Written by \`${facts.command}\` on ${facts.date}; run it again to replace this page. Figures of one machine are no promise
for another: trust the ratios.

- Machine: ${facts.machine}. Load generator, server, hand-written handler and PostgreSQL ${facts.postgres} share it. Node ${facts.node}.
- Data: ${facts.partners.toLocaleString('en')} partners, ${facts.orders.toLocaleString('en')} sale orders of three lines, the sales application. fsync is on.
- Server: one process, plain HTTP over loopback, 4 connections to PostgreSQL, access rules on, an API key (JSON-2) or user id and
  password (JSON-RPC) in each call.
- Handler: a bare Node \`http\` server with \`pg\` and named statements, one process, 4 connections, no credential and no check
  of arguments. For reads it sends the very statement that the server compiled; for writes it runs SQL by hand that leaves the
  same rows (the bench compares both answers and both sets of rows before it measures).
- Closed loop, c clients with a kept-alive connection each; ${facts.rounds} rounds of ${facts.roundMs / 1_000} s for each side in turn, medians of the rounds;
  latencies over all rounds. CPU is that of the process itself per operation, without PostgreSQL's. Statements are all that the
  server sends for one operation, the look-up of the credential, \`BEGIN\` and \`COMMIT\` included.
- Odoo: the better of Odoo 18 and 19 with two workers, and of JSON-RPC and JSON-2, measured earlier on a machine of the same class.
  × Odoo is scaled by what a hand-written handler that reads one row by its id did beside Odoo and does here, measured again
  with each operation, because other work on the machine comes and goes.

${markdownTable(rows)}

## Memory

${memoryLines(result)
  .map((line) => `- ${line}`)
  .join('\n')}

## Against the aims

The aims at the highest concurrency: reads at least 0.8 and writes at least 0.5 of the handler, 20 000 records/s created in one
call, ten times Odoo, p99 at most five times p50.

${verdicts(rows)
  .map((line) => `- ${line}`)
  .join('\n')}
`
}

const readKeys = new Set(['a', 'b', 'f', 'k', 'l'])

/** One line per operation at its highest concurrency: what is reached, and what limits it. */
export function verdicts(rows: readonly Row[]): string[] {
  return rows
    .filter((row) => !rows.some((other) => isSame(row, other) && other.concurrency > row.concurrency))
    .map((row) => {
      const aim = readKeys.has(row.key) ? 0.8 : 0.5
      const said = [
        `${row.ratio.toFixed(2)} of the handler (${row.ratio >= aim ? 'reached' : `aim ${aim}`})`,
        ...(row.timesOdoo === null
          ? []
          : [`${row.timesOdoo.toFixed(1)} × Odoo (${row.timesOdoo >= 10 ? 'reached' : 'aim 10'})`]),
        ...(row.unit === 'records'
          ? [
              `${Math.round(row.server.perSecond)} records/s (${row.server.perSecond >= 20_000 ? 'reached' : 'aim 20000'})`,
            ]
          : []),
        `p99 ${(row.server.p99Ms / row.server.p50Ms).toFixed(1)} × p50`,
      ]
      return `(${row.key}) ${row.protocol}, c = ${row.concurrency}: ${said.join(', ')}; ${limit(row)}.`
    })
}

function isSame(row: Row, other: Row): boolean {
  return row.key === other.key && row.protocol === other.protocol
}

// One JavaScript thread can use 1 000 ms of processor a second; what it does not use, it waits for PostgreSQL or the processor.
function limit({ server, unit, rival }: Row): string {
  const perCall = unit === 'records' ? server.perSecond / 1_000 : server.perSecond
  const busy = Math.round((server.cpuMs * perCall) / 10)
  const share = `the server's process is busy ${busy} % of a core`
  if (busy >= 70)
    return `${share}, which limits it (${(server.cpuMs / rival.cpuMs).toFixed(1)} times the handler's CPU)`
  return `${share}; the rest is PostgreSQL (${Math.round(server.statements)} ${Math.round(server.statements) === 1 ? 'statement' : 'statements'} per operation) and waiting for a core`
}
