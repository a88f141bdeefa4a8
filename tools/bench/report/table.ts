/** The result as text: a table for the terminal, a page for docs. */

import type { Result, Row } from './result.ts'

const heads = [
  ['', 'operation', 'via', 'c', 'per s', 'p50 ms', 'p95 ms', 'p99 ms', 'CPU ms', 'round trips'],
  ['handler per s', 'p95 ms', 'CPU ms', 'ratio', 'Odoo per s', '× Odoo'],
].flat()
const leftColumns = 3

/** The table for a terminal. */
export function terminalTable(rows: readonly Row[]): string {
  const cells = [heads, ...rows.map(cellsOf)]
  const widths = heads.map((_, column) => Math.max(...cells.map((line) => [...(line[column] ?? '')].length)))
  return cells
    .map((line) =>
      line
        .map((cell, column) =>
          column < leftColumns ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** The table as Markdown. */
export function markdownTable(rows: readonly Row[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = heads.map((_, column) => (column < leftColumns ? '---' : '---:'))
  return [line(heads), line(rule), ...rows.map((row) => line(cellsOf(row)))].join('\n')
}

function cellsOf(row: Row): string[] {
  const { server, rival } = row
  return [
    row.key,
    row.unit === 'records' ? `${row.title} (records/s)` : row.title,
    row.protocol,
    String(row.concurrency),
    rate(server.perSecond),
    time(server.p50Ms),
    time(server.p95Ms),
    time(server.p99Ms),
    time(server.cpuMs),
    String(Math.round(server.statements * 10) / 10),
    rate(rival.perSecond),
    time(rival.p95Ms),
    time(rival.cpuMs),
    row.ratio.toFixed(2),
    row.odooPerSecond === null ? '–' : rate(row.odooPerSecond),
    row.timesOdoo === null ? '–' : row.timesOdoo.toFixed(1),
  ]
}

function rate(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en').replaceAll(',', ' ') : value.toFixed(1)
}

function time(ms: number): string {
  return ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(2)
}

/** What the processes held, in words. */
export function memoryLines({ memory }: Result): string[] {
  const { idleInstance } = memory
  const idle =
    idleInstance.pssBytes === null
      ? 'not told by this system'
      : `${mebibytes(idleInstance.pssBytes)} MiB (PSS of its ${idleInstance.processes} processes)`
  return [
    `server after start: ${mebibytes(memory.serverAtStartBytes)} MiB RSS`,
    `server after the load: ${mebibytes(memory.serverAfterLoadBytes)} MiB RSS`,
    `one idle tenant's PostgreSQL instance: ${idle}`,
  ]
}

/** Bytes in MiB, to a tenth. */
export function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1)
}
