/** One statement that returns the wanted fields of many records as JSON, with the access rules and display names inside. */

import { empty, id, join, literal, type Sql, sql } from '../../sql/index.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'
import { listedUnder } from '../domain/relation.ts'
import { compileOrder } from './order.ts'
import { notStored, type Scope } from './scope.ts'
import type { Spec, Want } from './spec.ts'

/** How empty values look: `false` for clients (as Odoo's), `null` inside. */
export type EmptyStyle = 'false' | 'null'

/** The largest answer in bytes; JavaScript holds no text beyond 512 MiB, and the driver would fail outside of any request. */
export const mostBytes = 256 * 1024 * 1024

/**
 * `SELECT json` of all rows: `[{"id":1,"name":…},…]` as text, with their number and the epoch.
 * @param from `FROM … WHERE … ORDER BY … LIMIT …` over the table at `alias`, with the access rules
 */
export function selectJson(scope: Scope, spec: Spec, alias: string, from: Sql, emptyStyle: EmptyStyle): Sql {
  const row = rowColumns(scope, spec, alias, emptyStyle)
  return sql`SELECT CASE WHEN octet_length(x.json) <= ${mostBytes}::int4 THEN x.json END AS json, x.count, x.epoch FROM (SELECT COALESCE(json_agg(r), '[]'::json)::text AS json, count(*)::int4 AS count, (SELECT n FROM hf_epoch) AS epoch FROM (SELECT ${row} ${from}) r) x`
}

function rowColumns(scope: Scope, spec: Spec, alias: string, emptyStyle: EmptyStyle): Sql {
  const columns: Sql[] = [sql`${id(alias)}.id`]
  for (const [name, want] of spec.wants)
    if (name !== 'id')
      columns.push(
        sql`${column(scope, spec.model, alias, want, name.startsWith('__') ? 'null' : emptyStyle)} AS ${id(name)}`,
      )
  return join(columns)
}

function column(scope: Scope, model: ModelInfo, alias: string, want: Want, emptyStyle: EmptyStyle): Sql {
  const { field } = want
  // A secret reads as the same empty text for everybody.
  if (field.options.secret) return sql`''::text`
  if (field.kind === 'one2many' || field.kind === 'many2many') return many(scope, model, alias, want, emptyStyle)
  if (field.kind === 'many2one') return one(scope, model, alias, want, emptyStyle)
  return orEmpty(scope.value(model, alias, field), field, emptyStyle)
}

function orEmpty(value: Sql, field: FieldInfo, emptyStyle: EmptyStyle): Sql {
  switch (field.kind) {
    case 'boolean':
      return sql`COALESCE(${value}, FALSE)`
    case 'integer':
    case 'float':
    case 'monetary':
      return field.name === 'id' ? value : sql`COALESCE(${value}, 0)`
    case 'datetime':
      return jsonOr(sql`left(${value}::text, 19)`, emptyStyle)
    case 'json':
      return sql`COALESCE(${value}, ${emptyStyle === 'false' ? sql`'false'` : sql`'null'`}::jsonb)`
    case 'binary':
      return jsonOr(sql`translate(encode(${value}, 'base64'), E'\n', '')`, emptyStyle)
    case 'char':
    case 'text':
    case 'html':
    case 'selection':
    case 'reference':
      return field.options.required && field.column && !field.options.translate ? value : jsonOr(value, emptyStyle)
    default:
      return jsonOr(value, emptyStyle)
  }
}

function jsonOr(value: Sql, emptyStyle: EmptyStyle): Sql {
  return emptyStyle === 'null' ? value : sql`COALESCE(to_json(${value}), 'false'::json)`
}

// A many2one whose record the caller may not read is absent, whatever the style.
function one(scope: Scope, model: ModelInfo, alias: string, want: Want, emptyStyle: EmptyStyle): Sql {
  const { field } = want
  if (want.style === 'id') return jsonOr(scope.value(model, alias, field), emptyStyle)
  const comodel = scope.model(field.comodel ?? '')
  const inner = scope.alias()
  // The value of a column is compared raw: the inner query holds the rule already.
  const link =
    field.column && !field.options.companyDependent ? id(alias, field.name) : scope.value(model, alias, field)
  const body =
    want.style === 'pair'
      ? sql`json_build_array(${id(inner)}.id, ${displayName(scope, comodel, inner)})`
      : nestedObject(scope, want.inner as Spec, inner, emptyStyle)
  const found = sql`(SELECT ${body} FROM ${id(comodel.table)} ${id(inner)} WHERE ${id(inner)}.id = ${link}${scope.andCondition(comodel, inner)})`
  return emptyStyle === 'false' ? sql`COALESCE(${found}, 'false'::json)` : found
}

/** The name of a record as SQL, of whichever field the model shows; that field counts as read. */
export function displayName(scope: Scope, comodel: ModelInfo, alias: string): Sql {
  const field = comodel.fields.get('display_name')
  if (!field) throw new TypeError(`${comodel.name} has no display_name.`)
  return sql`COALESCE(${scope.value(comodel, alias, field)}::text, '')`
}

function nestedObject(scope: Scope, spec: Spec, alias: string, emptyStyle: EmptyStyle): Sql {
  const parts: Sql[] = [sql`'id', ${id(alias)}.id`]
  for (const [name, want] of spec.wants)
    if (name !== 'id')
      parts.push(
        sql`${literal(name)}, ${column(scope, spec.model, alias, want, name.startsWith('__') ? 'null' : emptyStyle)}`,
      )
  // A function takes 100 arguments at most; larger objects are joined.
  const groups: Sql[] = []
  for (let i = 0; i < parts.length; i += 45) groups.push(sql`jsonb_build_object(${join(parts.slice(i, i + 45))})`)
  if (groups.length === 1) return sql`json_build_object(${join(parts)})`
  return sql`(${groups.reduce((a, b) => sql`${a} || ${b}`)})::json`
}

function many(scope: Scope, model: ModelInfo, alias: string, want: Want, emptyStyle: EmptyStyle): Sql {
  const { field } = want
  if (field.related && !field.column && !field.link && field.delegate)
    return manyThrough(scope, model, alias, want, emptyStyle)
  const comodel = scope.model(field.comodel ?? '')
  const inner = scope.alias()
  const active = scope.activeTest && comodel.fields.get('active')?.column ? sql` AND ${id(inner)}.active` : empty
  const order = compileOrder(scope, comodel, inner, want.order)
  const body =
    want.style === 'nested' && want.inner ? nestedObject(scope, want.inner, inner, emptyStyle) : sql`${id(inner)}.id`
  let from: Sql
  if (field.kind === 'one2many') {
    from = sql`FROM ${id(comodel.table)} ${id(inner)} WHERE ${listedUnder(field, comodel, inner, alias)}${active}${scope.andCondition(comodel, inner, 'read', field)}`
  } else {
    if (!field.link) throw notStored(field)
    const link = scope.alias()
    from = sql`FROM ${id(field.link.table)} ${id(link)} JOIN ${id(comodel.table)} ${id(inner)} ON ${id(inner)}.id = ${id(link, field.link.other)} WHERE ${id(link, field.link.own)} = ${id(alias)}.id${active}${scope.andCondition(comodel, inner)}`
  }
  // Records beyond the limit still appear by id, as Odoo's web_read gives them.
  const windowed = want.limit !== undefined && want.style === 'nested'
  const item = windowed
    ? sql`CASE WHEN row_number() OVER (${order}) <= ${want.limit ?? 0}::int8 THEN ${body} ELSE json_build_object('id', ${id(inner)}.id) END`
    : body
  const value = windowed
    ? sql`(SELECT json_agg(x.v ORDER BY x.n) FROM (SELECT ${item} AS v, row_number() OVER (${order}) AS n ${from}) x)`
    : sql`(SELECT json_agg(${body}${order}) ${from})`
  return sql`COALESCE(${value}, '[]'::json)`
}

// A delegated x2many lives on the parent record.
function manyThrough(scope: Scope, model: ModelInfo, alias: string, want: Want, emptyStyle: EmptyStyle): Sql {
  const link = scope.field(model, want.field.delegate ?? '')
  const parent = scope.model(link.comodel ?? '')
  const inner = scope.alias()
  const field = scope.field(parent, want.field.name)
  return sql`COALESCE((SELECT ${many(scope, parent, inner, { ...want, field }, emptyStyle)} FROM ${id(parent.table)} ${id(inner)} WHERE ${id(inner)}.id = ${id(alias, link.name)}${scope.andCondition(parent, inner)}), '[]'::json)`
}
