/** A group-by as SQL: what the row shows, what it groups by, how groups sort. */

import { InvalidRequestError } from '../../../errors.ts'
import { empty, id, join, type Sql, sql } from '../../../sql/index.ts'
import { displayName } from '../../query/select.ts'
import type { Scope } from '../../query/scope.ts'
import type { FieldInfo, ModelInfo } from '../../registry.ts'
import { bucket } from './buckets.ts'
import type { GroupTerm } from './term.ts'

/** One expression of an order, with its direction apart so that a caller can turn it around. */
export interface Sorted {
  readonly value: Sql
  readonly descending: boolean
}

export interface Key {
  /** What the row shows: an id with name, a bucket's start, a plain value. */
  readonly key: Sql
  readonly group: readonly Sql[]
  readonly order: readonly Sorted[]
}

/** Compiles a term; joins that it needs are added to `joins`. */
export function compileKey(scope: Scope, model: ModelInfo, alias: string, term: GroupTerm, joins: Sql[]): Key {
  const [step, ...rest] = term.through
  if (step) {
    const comodel = scope.model(step.comodel ?? '')
    const inner = scope.alias()
    // A record that the caller may not read leads nowhere: its groups count as empty.
    joins.push(
      sql` LEFT JOIN ${id(comodel.table)} ${id(inner)} ON ${id(inner)}.id = ${scope.value(model, alias, step)}${scope.andCondition(comodel, inner)}`,
    )
    return compileKey(scope, comodel, inner, { ...term, through: rest }, joins)
  }
  const { field } = term
  if (field.kind === 'many2many' && field.link) return linkKey(scope, alias, field, field.link, joins)
  const made = scope.value(model, alias, field)
  const isNamed = field.kind === 'many2one' || made.values.length > 0
  const once = scope.alias()
  // A rule of another model makes the value a sub-query; named once, it can be grouped by and looked up again.
  if (isNamed) joins.push(sql` CROSS JOIN LATERAL (SELECT ${made} AS v) ${id(once)}`)
  const value = isNamed ? id(once, 'v') : made
  if (field.kind === 'many2one') return relationKey(scope, scope.model(field.comodel ?? ''), value)
  if (term.granularity) return plainKey(bucket(term.granularity, field, value, scope.env))
  if (['binary', 'json', 'one2many'].includes(field.kind))
    throw new InvalidRequestError('ERR_GROUPBY', `${model.name}.${field.name} cannot be grouped by.`)
  if (field.kind === 'boolean') return plainKey(sql`COALESCE(${value}, FALSE)`)
  return plainKey(['char', 'text', 'selection'].includes(field.kind) ? sql`NULLIF(${value}, '')` : value)
}

function plainKey(value: Sql): Key {
  return { key: value, group: [value], order: [{ value, descending: false }] }
}

function linkKey(
  scope: Scope,
  alias: string,
  field: FieldInfo,
  { table, own, other: foreign }: NonNullable<FieldInfo['link']>,
  joins: Sql[],
): Key {
  const comodel = scope.model(field.comodel ?? '')
  const [link, other] = [scope.alias(), scope.alias()]
  // Links to records that the caller may not read count as none.
  joins.push(
    sql` LEFT JOIN (${id(table)} ${id(link)} JOIN ${id(comodel.table)} ${id(other)} ON ${id(other)}.id = ${id(link, foreign)}${scope.andCondition(comodel, other)}) ON ${id(link, own)} = ${id(alias)}.id`,
  )
  // Groups of links come in the order of their ids, as clients of Odoo expect them.
  const value = sql`${id(other)}.id`
  return { ...relationKey(scope, comodel, value), order: [{ value, descending: false }] }
}

// Relations appear as [id, name] and sort as their records do.
function relationKey(scope: Scope, comodel: ModelInfo, value: Sql): Key {
  const inner = scope.alias()
  const name = sql`(SELECT json_build_array(${id(inner)}.id, ${displayName(scope, comodel, inner)})::text FROM ${id(comodel.table)} ${id(inner)} WHERE ${id(inner)}.id = ${value})`
  const order = (comodel.options.order ?? 'id').split(',').flatMap((part): Sorted[] => {
    const [fieldName = 'id', direction] = part.trim().split(/\s+/)
    const field = comodel.fields.get(fieldName)
    if (!field?.column || field.kind === 'many2one' || !scope.mayUse(comodel, [fieldName])) return []
    const sorted = scope.alias()
    return [
      {
        value: sql`(SELECT ${scope.value(comodel, sorted, field)} FROM ${id(comodel.table)} ${id(sorted)} WHERE ${id(sorted)}.id = ${value})`,
        descending: direction?.toLowerCase() === 'desc',
      },
    ]
  })
  return { key: name, group: [value], order: order.length > 0 ? order : [{ value, descending: false }] }
}

/** The order of groups as SQL; `reverse` turns all of it around. */
export function sortBy(terms: readonly Sorted[], reverse = false, nulls: Sql = empty): Sql {
  return join(terms.map(({ value, descending }) => sql`${value}${descending !== reverse ? sql` DESC` : empty}${nulls}`))
}
