/** What a reporting role may read of each model: the same rights as in every query, as parts for views that PostgreSQL keeps. */

import { id, type Sql, sql } from '../../sql/index.ts'
import type { Env } from '../env.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'
import { Scope } from './scope.ts'

export interface ReportTable {
  readonly model: string
  readonly table: string
  /** Ids of the records that the user may read; rules in it speak of records as they are. */
  readonly ids: Sql
  readonly columns: readonly ReportColumn[]
}

export interface ReportColumn {
  readonly name: string
  /** Type in PostgreSQL. */
  readonly type: Sql
  /** Over the table at `t0`, read by a role that sees only what the user may see: so what a many2one points to is looked up. */
  readonly value: Sql
}

/** A link table whose two ends the user may read. */
export interface ReportLink {
  readonly table: string
  readonly own: { readonly column: string; readonly table: string }
  readonly other: { readonly column: string; readonly table: string }
}

const types: Partial<Record<FieldInfo['kind'], Sql>> = {
  char: sql`text`,
  text: sql`text`,
  html: sql`text`,
  selection: sql`text`,
  integer: sql`int4`,
  float: sql`numeric`,
  monetary: sql`numeric`,
  boolean: sql`bool`,
  date: sql`date`,
  datetime: sql`timestamp`,
  many2one: sql`int4`,
}

/**
 * Everything that is offered to whoever `env` stands for. Secrets, files and fields without a column are not; nor is a model
 * whose rules look at the clock, for what is kept would be wrong tomorrow.
 */
export function reportTables(env: Env): {
  readonly tables: readonly ReportTable[]
  readonly links: readonly ReportLink[]
} {
  const readable = new Map<string, { readonly model: ModelInfo; readonly scope: Scope; readonly ids: Sql }>()
  for (const model of env.registry.models.values()) {
    if (model.options.abstract || env.grant.records(model.name, 'read') === false) continue
    const clockReads = env.state.clockReads
    const scope = new Scope(env)
    const alias = scope.alias()
    const condition = scope.condition(model, alias)
    if (env.state.clockReads !== clockReads) continue
    const ids = sql`SELECT ${id(alias)}.id FROM ${id(model.table)} ${id(alias)} WHERE ${condition ?? sql`TRUE`}`
    readable.set(model.name, { model, scope, ids })
  }
  const tables = [...readable.values()].map(({ model, scope, ids }) => ({
    model: model.name,
    table: model.table,
    ids,
    columns: [...model.fields.values()].flatMap((field) => {
      const type = types[field.kind]
      const isOffered = field.column && type && !field.options.secret && env.grant.field(model.name, field.name, 'read')
      if (!isOffered) return []
      return [{ name: field.name, type, value: sql`${shownValue(scope, model, field, readable)}::${type}` }]
    }),
  }))
  return { tables, links: linksOf(env, readable) }
}

function shownValue(
  scope: Scope,
  model: ModelInfo,
  field: FieldInfo,
  readable: ReadonlyMap<string, { model: ModelInfo }>,
): Sql {
  if (field.name === 'id') return sql`t0.id`
  if (field.kind !== 'many2one') return scope.value(model, 't0', field)
  const comodel = readable.get(field.comodel ?? '')?.model
  if (!comodel) return sql`NULL`
  return sql`(SELECT o.id FROM ${id(comodel.table)} o WHERE o.id = ${scope.link('t0', field)})`
}

function linksOf(env: Env, readable: ReadonlyMap<string, { model: ModelInfo }>): ReportLink[] {
  const links = new Map<string, ReportLink>()
  for (const { model } of readable.values())
    for (const field of model.fields.values()) {
      const comodel = readable.get(field.comodel ?? '')?.model
      const { link } = field
      if (!link || !comodel || field.delegate || !env.grant.field(model.name, field.name, 'read')) continue
      links.set(link.table, {
        table: link.table,
        own: { column: link.own, table: model.table },
        other: { column: link.other, table: comodel.table },
      })
    }
  return [...links.values()]
}
