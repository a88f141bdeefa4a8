/** External ids of both sides, by which records of applications find each other. */

import { sql } from '../../../framework/sql/index.ts'
import type { ExternalIds } from '../load/identity.ts'
import type { ImportRun } from '../load/run.ts'

/** Reads `ir_model_data` of the dump and of the tenant. */
export async function readExternalIds(run: ImportRun): Promise<ExternalIds> {
  const table = run.archive.dump.tables.get('ir_model_data')
  const source = new Map<string, Map<number, string[]>>()
  const column = (name: string) => table?.columns.findIndex((c) => c.name === name) ?? -1
  const [module, name, model, resId] = [column('module'), column('name'), column('model'), column('res_id')]
  for await (const row of table?.rows() ?? []) {
    const records = source.get(row[model] ?? '') ?? new Map<number, string[]>()
    const names = records.get(Number(row[resId])) ?? []
    names.push(`${row[module]}.${row[name]}`)
    records.set(Number(row[resId]), names)
    source.set(row[model] ?? '', records)
  }
  const rows = await run.tx.query<{ name: string; model: string; id: number }>(
    sql`SELECT module || '.' || name AS name, model, res_id AS id FROM ir_model_data`,
  )
  return { source, target: new Map(rows.map(({ name: n, model: m, id }) => [n, { model: m, id }])) }
}
