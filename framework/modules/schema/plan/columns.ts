/** One column of a table that is there already: renamed, converted, required or not; with what has to be counted before. */

import { id, join, literal, sql } from '../../../sql/index.ts'
import type { ActualColumn } from '../catalog.ts'
import type { WantedColumn, WantedTable } from '../desired.ts'
import type { PreviousField } from '../previous.ts'
import { conversion, type JsonShape } from './conversions.ts'
import { typeSql } from './column-types.ts'
import type { SchemaPlan } from './draft.ts'

/** Where a column stands before the plan is carried out. */
export interface Place {
  readonly table: string
  readonly column: string
  readonly there: ActualColumn
  /** The field as it was; absent where nothing is known of it. */
  readonly previous: PreviousField | undefined
}

/** Plans what turns the column that is there into the wanted one. */
export function planColumn(plan: SchemaPlan, table: WantedTable, column: WantedColumn, place: Place): void {
  const isOther = refuseOtherMeaning(plan, column, place)
  if (!isOther && place.there.type !== column.type) changeType(plan, table, column, place)
  checkSelection(plan, column, place)
  checkSize(plan, column, place)
  if (column.required && !place.there.required) planRequired(plan, table, column, place)
  if (!column.required && place.there.required)
    plan.tables.push(sql`ALTER TABLE ${id(table.name)} ALTER COLUMN ${id(column.name)} DROP NOT NULL`)
}

function changeType(plan: SchemaPlan, table: WantedTable, column: WantedColumn, place: Place): void {
  const from = place.there.type
  const found = conversion(column.name, from, column.type, shapeOf(column, place))
  if (found === null) {
    plan.checks.push({
      count: sql`SELECT count(${id(place.column)})::int4 AS n FROM ${id(place.table)}`,
      say: (n) =>
        `${column.field} would turn ${n} values of ${from} into ${column.type}, and there is no conversion that keeps them. Give the field a new name and move the values.`,
    })
    // Only reached with no value in it.
    plan.tables.push(
      sql`ALTER TABLE ${id(table.name)} ALTER COLUMN ${id(column.name)} TYPE ${typeSql(column.type)} USING NULL`,
    )
    return
  }
  const { using, unfit, fault } = conversion(place.column, from, column.type, shapeOf(column, place)) ?? {}
  if (unfit)
    plan.checks.push({
      count: sql`SELECT count(*)::int4 AS n FROM ${id(place.table)} WHERE ${id(place.column)} IS NOT NULL AND (${unfit})`,
      say: (n) =>
        `${column.field} would become ${column.type}, but ${n} of its values ${fault}. Correct them, or give the field a new name and move the values.`,
    })
  const by = found.using ?? using
  plan.tables.push(
    sql`ALTER TABLE ${id(table.name)} ALTER COLUMN ${id(column.name)} TYPE ${typeSql(column.type)}${by ? sql` USING ${by}` : sql``}`,
  )
  plan.words.push(`convert ${column.field} from ${from} to ${column.type}`)
}

function shapeOf({ of: field }: WantedColumn, { previous }: Place): JsonShape {
  if (field?.options.companyDependent || previous?.companyDependent) return 'companies'
  return field?.options.translate || previous?.translate ? 'languages' : 'free'
}

// The same column type, but the values would mean something else.
function refuseOtherMeaning(plan: SchemaPlan, column: WantedColumn, { table, column: name, previous }: Place): boolean {
  const field = column.of
  if (!field || !previous) return false
  const isOtherModel =
    field.kind === 'many2one' && previous.kind === 'many2one' && previous.comodel !== (field.comodel ?? null)
  const isOtherJson =
    column.type === 'jsonb' &&
    (previous.translate || previous.companyDependent || previous.kind === 'json') &&
    (previous.companyDependent !== (field.options.companyDependent === true) ||
      previous.translate !== (field.options.translate === true))
  if (!isOtherModel && !isOtherJson) return false
  plan.checks.push({
    count: sql`SELECT count(${id(name)})::int4 AS n FROM ${id(table)}`,
    say: (n) =>
      isOtherModel
        ? `${column.field} would refer to ${field.comodel} instead of ${previous.comodel}, but ${n} records have a value in it. Give the field a new name and move the values.`
        : `${column.field} would hold its values in another way, and ${n} records have one. Give the field a new name and move the values.`,
  })
  return isOtherModel
}

// Choices that are no longer offered must not be in use.
function checkSelection(plan: SchemaPlan, column: WantedColumn, { table, column: name, there, previous }: Place): void {
  const field = column.of
  if (field?.kind !== 'selection' || !field.selection || there.type === 'jsonb' || column.type === 'jsonb') return
  const offered = field.selection.map(([value]) => value)
  const isNarrower =
    previous !== undefined &&
    (previous.kind !== 'selection' || (previous.selection ?? []).some(([value]) => !offered.includes(value)))
  if (!isNarrower) return
  const list = offered.length === 0 ? sql`''` : join(offered.map((value) => literal(value)))
  plan.checks.push({
    count: sql`SELECT count(*)::int4 AS n FROM ${id(table)} WHERE ${id(name)}::text NOT IN (${list})`,
    say: (n) =>
      `${column.field} no longer offers a choice that ${n} records have. Give them one of ${offered.map((v) => `'${v}'`).join(', ')} first, or keep the choice.`,
  })
}

function checkSize(plan: SchemaPlan, column: WantedColumn, { table, column: name, there, previous }: Place): void {
  const size = column.of?.options.size
  if (size === undefined || !/^(varchar|text)$/.test(there.type) || !previous) return
  if (previous.size !== null && previous.size <= size) return
  plan.checks.push({
    count: sql`SELECT count(*)::int4 AS n FROM ${id(table)} WHERE length(${id(name)}) > ${size}`,
    say: (n) =>
      `${column.field} would hold ${size} characters, but ${n} of its values are longer. Shorten them first, or keep the size.`,
  })
}

function planRequired(plan: SchemaPlan, table: WantedTable, column: WantedColumn, place: Place): void {
  plan.required.push(requirement(table, column))
  if (column.of?.manual) return
  if (canFill(column)) {
    plan.added.push({ model: table.model, field: column.name })
    return
  }
  plan.checks.push({
    count: sql`SELECT count(*)::int4 AS n FROM ${id(place.table)} WHERE ${id(place.column)} IS NULL`,
    say: (n) =>
      `${column.field} would be required, but ${n} records have no value in it. Fill them first, or give the field a default.`,
  })
}

/** The entry of a required column. */
export function requirement({ name }: WantedTable, column: WantedColumn): SchemaPlan['required'][number] {
  return { table: name, column: column.name, field: column.field, isOwn: column.of?.manual === true }
}

/** Whether rows without a value get one: the field has a default, or is computed. */
export function canFill({ of: field }: WantedColumn): boolean {
  return field?.options.default !== undefined || field?.computed !== undefined
}
