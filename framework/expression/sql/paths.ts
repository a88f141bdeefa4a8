/** Fields of records in SQL, along references and in lists: under the caller's rules at every table. */

import { type FieldInfo, listedUnder, type ModelInfo, notStored, type Scope } from '../../orm/index.ts'
import { empty, id, type Sql, sql } from '../../sql/index.ts'
import type { Path } from '../types/checked.ts'
import { typeOfField } from '../types/type.ts'

/** A record that is spoken of: a row of the model's table at an alias. */
export interface Frame {
  readonly model: ModelInfo
  readonly alias: string
}

/** The value at the end of a path; NULL where it is not set, where the way breaks off, and behind records that are not the caller's to read. */
export function valueAt(scope: Scope, path: Path, frames: readonly Frame[]): Sql {
  return along(scope, frameOf(path, frames), path.steps, (frame, field) => column(scope, frame, field))
}

/** The id of the innermost record. */
export function recordId(frames: readonly Frame[]): Sql {
  return sql`${id(frames.at(-1)?.alias ?? '')}.id`
}

/**
 * What the records of a list say of `body`: `exists`: one fulfils it; `count`: how many do; `any`, `all`: NULL where only
 * records without a result could decide. NULL, too, where the way to the list breaks off.
 */
export function among(
  scope: Scope,
  path: Path,
  frames: readonly Frame[],
  body: (frames: readonly Frame[]) => Sql,
  ask: 'exists' | 'count' | 'any' | 'all',
): Sql {
  return along(scope, frameOf(path, frames), path.steps, (frame, field) => {
    const { from, inner } = recordsOf(scope, frame, field)
    const condition = body([...frames, inner])
    switch (ask) {
      case 'exists':
        return sql`EXISTS (SELECT 1 ${from} AND ${condition})`
      case 'count':
        return sql`(SELECT count(*) ${from} AND ${condition})`
      case 'any':
        return sql`(SELECT CASE WHEN bool_or(q.c) THEN TRUE WHEN bool_or(q.c IS NULL) THEN NULL ELSE FALSE END FROM (SELECT ${condition} AS c ${from} OFFSET 0) q)`
      case 'all':
        return sql`(SELECT CASE WHEN bool_or(NOT q.c) THEN FALSE WHEN bool_or(q.c IS NULL) THEN NULL ELSE TRUE END FROM (SELECT ${condition} AS c ${from} OFFSET 0) q)`
    }
  })
}

function frameOf(path: Path, frames: readonly Frame[]): Frame {
  const frame = frames[frames.length - 1 - path.out]
  if (!frame) throw new TypeError('The expression speaks of a record that the statement does not have.')
  return frame
}

// From record to record by many2one; each is read under its own rule, so that a forbidden one is as good as none.
function along(
  scope: Scope,
  frame: Frame,
  steps: readonly FieldInfo[],
  end: (frame: Frame, field: FieldInfo) => Sql,
): Sql {
  const [step, ...rest] = steps
  if (!step) throw new TypeError('A path has at least one step.')
  // Keeps promise: software/direct-references
  const field = scope.field(frame.model, step.name)
  // A delegated list hangs on the record behind the delegating reference.
  if (rest.length === 0 && field.delegate !== undefined && typeOfField(field)?.is === 'records')
    return along(scope, frame, delegated(scope, frame.model, field), end)
  if (rest.length === 0) return end(frame, field)
  const comodel = scope.model(field.comodel ?? '')
  const inner = scope.alias()
  const link = field.column ? scope.link(frame.alias, field) : scope.value(frame.model, frame.alias, field)
  return sql`(SELECT ${along(scope, { model: comodel, alias: inner }, rest, end)} FROM ${id(comodel.table)} ${id(inner)} WHERE ${id(inner)}.id = ${link}${scope.andCondition(comodel, inner)})`
}

function delegated(scope: Scope, model: ModelInfo, field: FieldInfo): readonly FieldInfo[] {
  const link = scope.field(model, field.delegate ?? '')
  return [link, scope.field(scope.model(link.comodel ?? ''), field.name)]
}

function column(scope: Scope, { model, alias }: Frame, field: FieldInfo): Sql {
  if (field.name === 'id') return sql`${id(alias)}.id`
  const value = scope.value(model, alias, field)
  switch (field.kind) {
    case 'boolean':
      return sql`COALESCE(${value}, FALSE)`
    case 'integer':
      return sql`COALESCE(${value}, 0)::int8`
    case 'float':
    case 'monetary':
      // A float counts as its shortest decimal form.
      return field.columnType === 'numeric'
        ? sql`round(COALESCE(${value}, 0), 12)`
        : sql`round(COALESCE(${value}::text::numeric, 0), 12)`
    case 'datetime':
      return sql`date_trunc('second', ${value})`
    case 'many2one':
    case 'date':
      return value
    default:
      return sql`(${value})::text`
  }
}

// The same records as reading the field gives: those that the caller may read, archived ones as the context says.
function recordsOf(scope: Scope, { alias }: Frame, field: FieldInfo): { readonly from: Sql; readonly inner: Frame } {
  const comodel = scope.model(field.comodel ?? '')
  const inner = scope.alias()
  const active = scope.activeTest && comodel.fields.get('active')?.column ? sql` AND ${id(inner)}.active` : empty
  if (field.kind === 'one2many')
    return {
      inner: { model: comodel, alias: inner },
      from: sql`FROM ${id(comodel.table)} ${id(inner)} WHERE ${listedUnder(field, comodel, inner, alias)}${active}${scope.andCondition(comodel, inner, 'read', field)}`,
    }
  if (!field.link) throw notStored(field)
  const link = scope.alias()
  return {
    inner: { model: comodel, alias: inner },
    from: sql`FROM ${id(field.link.table)} ${id(link)} JOIN ${id(comodel.table)} ${id(inner)} ON ${id(inner)}.id = ${id(link, field.link.other)} WHERE ${id(link, field.link.own)} = ${id(alias)}.id${active}${scope.andCondition(comodel, inner)}`,
  }
}
