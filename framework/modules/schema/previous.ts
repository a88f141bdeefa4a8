/** What the models of a tenant were when its applications were last brought in, read from ir.model and ir.model.fields. */

import { type Queryable, sql } from '../../sql/index.ts'

/** A field as it was. */
export interface PreviousField {
  readonly model: string
  readonly name: string
  readonly kind: string
  readonly comodel: string | null
  readonly selection: readonly (readonly [string, string])[] | null
  readonly size: number | null
  readonly translate: boolean
  readonly companyDependent: boolean
  readonly link: { readonly table: string; readonly own: string; readonly other: string } | null
}

export interface PreviousModels {
  /** Models of applications (not those of people), as named then. */
  readonly models: ReadonlySet<string>
  /** Their fields by `model.field`. */
  readonly fields: ReadonlyMap<string, PreviousField>
}

/** Nothing was there: a new database. */
export const noModels: PreviousModels = { models: new Set(), fields: new Map() }

/** Reads them; a database without applications has none. */
export async function readPrevious(db: Queryable): Promise<PreviousModels> {
  const [there] = await db.query<{ yes: boolean }>(sql`SELECT to_regclass('ir_model_fields') IS NOT NULL AS yes`)
  if (there?.yes !== true) return noModels
  const models = await db.query<{ model: string }>(
    sql`SELECT model FROM ir_model WHERE state IS DISTINCT FROM 'manual'`,
  )
  const rows = await db.query<{
    model: string
    name: string
    ttype: string
    relation: string | null
    selection: string | null
    size: number | null
    translate: boolean | null
    company_dependent: boolean | null
    relation_table: string | null
    column1: string | null
    column2: string | null
  }>(sql`
    SELECT model, name, ttype, relation, selection, size, translate, company_dependent, relation_table, column1, column2
    FROM ir_model_fields WHERE state = 'base'`)
  return {
    models: new Set(models.map(({ model }) => model)),
    fields: new Map(
      rows.map((row) => [
        `${row.model}.${row.name}`,
        {
          model: row.model,
          name: row.name,
          kind: row.ttype,
          comodel: row.relation,
          selection: row.selection === null ? null : (JSON.parse(row.selection) as [string, string][]),
          size: row.size,
          translate: row.translate === true,
          companyDependent: row.company_dependent === true,
          link:
            row.relation_table !== null && row.column1 !== null && row.column2 !== null
              ? { table: row.relation_table, own: row.column1, other: row.column2 }
              : null,
        },
      ]),
    ),
  }
}
