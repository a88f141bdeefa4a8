/** The report for people. */

import type { ImportReport, TableReport } from './import-report.ts'

/** Lines of plain text, at most 120 characters wide where names allow. */
export function renderReport(report: ImportReport): string {
  const lines = [
    `Imported Odoo ${report.source.version} database '${report.source.database}' into tenant '${report.tenant}'${report.tenantCreated ? ' (created)' : ''} in ${report.seconds.toFixed(1)} s.`,
    `Rows: ${report.rows.read} read = ${report.rows.imported} imported + ${report.rows.matched} matched + ${report.rows.aside} kept aside (table hf_import_aside, import ${report.importId}).`,
    '',
    ...renderTables(report.tables.filter((t) => t.model !== null && t.read > 0)),
    '',
    `Files: ${report.files.stored} stored (${report.files.bytes} bytes), ${report.files.missing.length} missing in the backup, ${report.files.altered.length} altered, ${report.files.unreferenced} without an attachment.`,
  ]
  for (const d of report.differences)
    lines.push(`Differs: ${d.model}.${d.field} in ${d.differing} of ${d.compared} records; Odoo's value was kept.`)
  for (const r of report.brokenRules) lines.push(`Breaks a rule: ${r.count} × ${r.model}: ${r.message}`)
  const foreign = report.tables.filter((t) => t.model === null && t.read > 0)
  if (foreign.length > 0)
    lines.push(
      '',
      `Kept aside, no such model here (${foreign.length} tables):`,
      ...wrap(foreign.map((t) => `${t.table} ${t.aside}`)),
    )
  for (const t of report.tables)
    if (Object.keys(t.columnsAside).length > 0)
      lines.push(
        '',
        `Columns of ${t.table} kept aside:`,
        ...wrap(Object.entries(t.columnsAside).map(([c, n]) => `${c} ${n}`)),
      )
  if (report.notes.length > 0) lines.push('', ...report.notes.map((n) => `Note: ${n}`))
  return `${lines.join('\n')}\n`
}

function renderTables(tables: readonly TableReport[]): string[] {
  const width = Math.max(5, ...tables.map((t) => t.table.length))
  const head = `${'table'.padEnd(width)} ${['read', 'imported', 'matched', 'aside'].map((h) => h.padStart(9)).join('')}`
  return [
    head,
    ...tables.flatMap((t) => [
      `${t.table.padEnd(width)} ${[t.read, t.imported, t.matched, t.aside].map((n) => String(n).padStart(9)).join('')}`,
      ...Object.entries(t.reasons).map(([reason, n]) => `${' '.repeat(width)}   ${n} × ${reason}`),
    ]),
  ]
}

function wrap(items: readonly string[]): string[] {
  const lines: string[] = []
  let line = ' '
  for (const item of items) {
    if (line.length + item.length > 116) {
      lines.push(line)
      line = ' '
    }
    line += ` ${item},`
  }
  return [...lines, line.replace(/,$/, '')]
}
