/** Moves counters past what came in, so that the next record collides with nothing. */

import { peekNumber, restartSequence } from '../../../framework/modules/index.ts'
import { id as quoted, sql } from '../../../framework/sql/index.ts'
import type { ImportRun } from '../load/run.ts'

/** Sets the id counter of each table to at least its highest id; it never goes back. */
export async function advanceIds(run: ImportRun, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    await run.tx.query(sql`SELECT setval(s.name::regclass, greatest(m.highest, 900000, s.last))
      FROM (SELECT pg_get_serial_sequence(${`"${table}"`}, 'id') AS name,
        coalesce(pg_sequence_last_value(pg_get_serial_sequence(${`"${table}"`}, 'id')::regclass), 0) AS last) s,
        (SELECT coalesce(max(id), 0) AS highest FROM ${quoted(table)}) m
      WHERE s.name IS NOT NULL`)
  }
}

/** Continues Odoo's numbering of documents: the next order gets the number that it would have got there. */
export async function advanceOrderNumbers(run: ImportRun): Promise<void> {
  const table = run.archive.dump.tables.get('ir_sequence')
  if (!table || !run.registry.models.has('ir.sequence')) return
  const column = (name: string) => table.columns.findIndex((c) => c.name === name)
  const [id, next, implementation] = [column('id'), column('number_next'), column('implementation')]
  for await (const row of table.rows()) {
    const target = run.ids.get('ir.sequence', Number(row[id]))
    if (target === null) continue
    // Odoo counts a `standard` sequence with one of PostgreSQL's, named by its id.
    const counter = run.archive.dump.sequences.get(`ir_sequence_${String(row[id]).padStart(3, '0')}`)
    const number =
      row[implementation] === 'standard' && counter ? counter.value + (counter.called ? 1 : 0) : Number(row[next])
    if (number > (await peekNumber(run.env, target))) await restartSequence(run.env, target, number)
  }
}
