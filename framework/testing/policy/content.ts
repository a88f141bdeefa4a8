/** All that a tenant holds, row by row as its tables have it: what an evaluator in memory works on. */

import type { ModelInfo, ModelRegistry } from '../../orm/index.ts'
import { id, type Queryable, sql } from '../../sql/index.ts'

/** Column values as JSON has them; moments as `YYYY-MM-DD HH:MM:SS.ffffff`. */
export type Row = { readonly id: number } & Readonly<Record<string, unknown>>

export interface Content {
  readonly rows: ReadonlyMap<string, ReadonlyMap<number, Row>>
  /** Pairs of a link table, by its name. */
  readonly links: ReadonlyMap<string, readonly Readonly<Record<string, number>>[]>
}

/** Reads every table of every model (or of these) past the kernel; `db` has to be the owner's. */
export async function readContent(
  db: Queryable,
  registry: Pick<ModelRegistry, 'models'>,
  names?: readonly string[],
): Promise<Content> {
  const rows = new Map<string, Map<number, Row>>()
  const links = new Map<string, Readonly<Record<string, number>>[]>()
  for (const model of registry.models.values()) {
    if (model.options.abstract || (names && !names.includes(model.name))) continue
    const found = await db.query<{ row: Row }>(sql`SELECT to_jsonb(t) AS row FROM ${id(model.table)} t ORDER BY id`)
    rows.set(model.name, new Map(found.map(({ row }) => [row.id, plain(model, row)])))
    for (const { link } of model.fields.values())
      if (link && !links.has(link.table)) {
        const pairs = await db.query<{ row: Record<string, number> }>(
          sql`SELECT to_jsonb(t) AS row FROM ${id(link.table)} t`,
        )
        links.set(
          link.table,
          pairs.map(({ row }) => row),
        )
      }
  }
  return { rows, links }
}

function plain(model: ModelInfo, row: Row): Row {
  const values = Object.entries(row).map(([name, value]) => {
    const isMoment = typeof value === 'string' && model.fields.get(name)?.kind === 'datetime'
    return [name, isMoment ? value.replace('T', ' ') : value]
  })
  return Object.fromEntries(values) as Row
}
