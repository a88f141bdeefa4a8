/** Link tables: pairs of ids, each side through the id map. */

import { id as quoted, sql } from '../../../framework/sql/index.ts'
import { TableTally } from '../report/import-report.ts'
import type { LinkMapping } from '../mapping/mapping.ts'
import type { ImportRun } from './run.ts'
import { rowAsJson } from './aside.ts'

/** Imports one link table. @returns its name in the dump, or null when the dump or the tenant has none. */
export async function importLinks(run: ImportRun, mapping: LinkMapping): Promise<string | null> {
  const table = mapping.tables.map((name) => run.archive.dump.tables.get(name)).find((t) => t !== undefined)
  const field = run.registry.models.get(mapping.model)?.fields.get(mapping.field)
  const { link, comodel } = field ?? {}
  if (!table || !link || comodel === undefined) return null
  const ownIndex = table.columns.findIndex((c) => c.name === mapping.own)
  const otherIndex = table.columns.findIndex((c) => c.name === mapping.other)
  if (ownIndex < 0 || otherIndex < 0) return null
  const tally = new TableTally(table.name, `${mapping.model}.${mapping.field}`)
  run.tallies.set(table.name, tally)
  let pairs: [number, number][] = []
  const flush = async () => {
    const inserted =
      await run.tx.query(sql`INSERT INTO ${quoted(link.table)} (${quoted(link.own)}, ${quoted(link.other)})
      SELECT DISTINCT a, b FROM unnest(${pairs.map((p) => p[0])}::int4[], ${pairs.map((p) => p[1])}::int4[]) AS p(a, b)
      ON CONFLICT DO NOTHING RETURNING 1 AS one`)
    tally.imported += inserted.length
    tally.matched += pairs.length - inserted.length
    pairs = []
  }
  for await (const row of table.rows()) {
    tally.read++
    const own = run.ids.get(mapping.model, Number(row[ownIndex]))
    const other = run.ids.get(comodel, Number(row[otherIndex]))
    if (own === null || other === null) {
      const reason = `the ${own === null ? mapping.model : comodel} of the link is not here`
      tally.addAside(reason)
      await run.aside.keep(table.name, null, 'row', reason, rowAsJson(table.columns, row))
    } else if (pairs.push([own, other]) >= 5000) await flush()
  }
  await flush()
  return table.name
}
