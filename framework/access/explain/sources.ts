/** Where permissions and rules come from: the record that an administrator edits, and the application that brought it. */

import type { Operation } from '../../orm/index.ts'
import { type Queryable, sql } from '../../sql/index.ts'

export interface Source {
  readonly name: string
  /** `ir.model.access`, `ir.rule`, or `framework` for what no record says. */
  readonly source: string
  readonly sourceId: number
  /** External id, whose first part is the application; `null` for what a person made. */
  readonly xmlid: string | null
  /** External id or name of the group; `null` = everybody. */
  readonly group: string | null
}

export interface NamedEntry {
  readonly id: number
  readonly kind: string
  readonly ops: readonly Operation[]
  readonly fields: readonly string[] | null
  readonly source: Source
}

interface Row extends Record<string, unknown> {
  readonly id: number
  readonly kind: string
  readonly ops: readonly Operation[]
  readonly fields: readonly string[] | null
  readonly name: string
  readonly source_model: string
  readonly source_id: number
  readonly xmlid: string | null
  readonly group_xmlid: string | null
  readonly group_name: string | null
}

/** All active entries of a model, those of other people's groups too, by their number in `hf_access`. */
export async function readEntries(db: Queryable, model: string): Promise<ReadonlyMap<number, NamedEntry>> {
  const rows = await db.query<Row>(sql`
    SELECT a.id, a.kind, a.ops, a.fields, a.name, a.source_model, a.source_id, g.name->>'en_US' AS group_name,
      (SELECT min(d.module || '.' || d.name) FROM ir_model_data d WHERE d.model = a.source_model AND d.res_id = a.source_id) AS xmlid,
      (SELECT min(d.module || '.' || d.name) FROM ir_model_data d WHERE d.model = 'res.groups' AND d.res_id = a.group_id) AS group_xmlid
    FROM hf_access a LEFT JOIN res_groups g ON g.id = a.group_id WHERE a.model = ${model} AND a.active ORDER BY a.id`)
  return new Map(
    rows.map(({ id, kind, ops, fields, name, source_model, source_id, xmlid, group_xmlid, group_name }) => {
      const source = { name, source: source_model, sourceId: source_id, xmlid, group: group_xmlid ?? group_name }
      return [id, { id, kind, ops, fields, source }] as const
    }),
  )
}
