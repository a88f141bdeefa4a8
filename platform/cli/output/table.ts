/** Aligned columns. */

import type { Terminal } from './terminal.ts'

export interface Column<R> {
  readonly title: string
  /** Right-aligned: numbers and sizes. */
  readonly isNumber?: boolean
  cell(row: R): string
  /** Colours the padded cell. */
  paint?(text: string, row: R): string
}

/** Rows under their titles; two spaces between columns, no trailing spaces. */
export function table<R>(rows: readonly R[], columns: readonly Column<R>[], terminal: Terminal): string {
  const cells = rows.map((row) => columns.map((column) => column.cell(row)))
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...cells.map((row) => row[index]?.length ?? 0)),
  )
  const pad = (text: string, index: number): string => {
    const width = widths[index] ?? 0
    if (columns[index]?.isNumber === true) return text.padStart(width)
    return index === columns.length - 1 ? text : text.padEnd(width)
  }
  const head = columns.map(({ title }, index) => pad(title, index)).join('  ')
  const body = rows.map((row, at) =>
    columns
      .map((column, index) => (column.paint ?? ((text: string) => text))(pad(cells[at]?.[index] ?? '', index), row))
      .join('  ')
      .trimEnd(),
  )
  return [terminal.dim(head.trimEnd()), ...body].join('\n')
}

/** `label  value` lines. */
export function facts(rows: readonly (readonly [string, string])[], terminal: Terminal): string {
  const width = Math.max(...rows.map(([label]) => label.length))
  return rows.map(([label, value]) => `${terminal.dim(label.padEnd(width))}  ${value}`).join('\n')
}
