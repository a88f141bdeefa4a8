/** Rows of CSV for spreadsheets, which would run a cell that begins as a formula. */

export type CsvValue = string | number | boolean | null | undefined

/** RFC 4180: cells in quotes where they are text, lines ended by CRLF. */
export function csvLine(cells: readonly CsvValue[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

/** One cell: numbers as they are, text in quotes and never a formula. */
export function csvCell(value: CsvValue): string {
  if (value === null || value === undefined || value === '') return ''
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : ''
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  const text = value.toWellFormed().replaceAll('\0', '\ufffd')
  return `"${(isFormula(text) ? `'${text}` : text).replaceAll('"', '""')}"`
}

// ASVS 5.0 §1.2.10. Blanks and signs without a width before the sign do not help, nor do its wide forms.
function isFormula(text: string): boolean {
  return /^[\s\p{Cc}\p{Cf}"]*[=+\-@|%\uff1d\uff0b\uff0d\uff20\u2212]/u.test(text) || /^[\t\r\n]/.test(text)
}
