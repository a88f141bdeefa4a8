/** Models and fields that bear another name now: tables, columns and link tables keep what is in them. */

import { id, type Sql, sql } from '../../../sql/index.ts'
import type { ActualSchema } from '../catalog.ts'
import type { WantedSchema } from '../desired.ts'
import { earlierNames } from '../desired.ts'
import type { PreviousModels } from '../previous.ts'

export interface Renames {
  readonly statements: readonly Sql[]
  readonly words: readonly string[]
  /** The name of a table before the plan; the same where it is not renamed. */
  tableBefore(table: string): string
  /** The name of a table after the plan. */
  tableNow(table: string): string
  /** The name of a column before the plan; table and column as they are named after it. */
  columnBefore(table: string, column: string): string
  /** `model.field` as it was, of a model and field as they are named now. */
  fieldBefore(model: string, field: string): string
  /** The name of a model before the plan. */
  modelBefore(model: string): string
  /** Models that are renamed: earlier name → name. */
  readonly models: ReadonlyMap<string, string>
  /** Fields that are renamed, as `model.field` with the model's name of now → field name of now. */
  readonly fields: ReadonlyMap<string, string>
}

/** Finds what is renamed: the earlier name is there, and the new one is not. */
export function findRenames(wanted: WantedSchema, actual: ActualSchema, previous: PreviousModels): Renames {
  const statements: Sql[] = []
  const words: string[] = []
  const tables = new Map<string, string>() // now → before
  const columns = new Map<string, string>() // table.column now → before
  const models = new Map<string, string>()
  const fields = new Map<string, string>()
  for (const table of wanted.tables) {
    const was = actual.tables.has(table.name) ? undefined : table.was.find((name) => actual.tables.has(name))
    if (was === undefined) continue
    tables.set(table.name, was)
    statements.push(...renameTable(was, table.name, true))
  }
  for (const [name, was] of wanted.renamed) {
    const before = previous.models.has(name) ? undefined : was.find((old) => previous.models.has(old))
    if (before === undefined) continue
    models.set(before, name)
    words.push(`rename ${before} to ${name}`)
  }
  const modelBefore = new Map([...models].map(([before, now]) => [now, before]))
  for (const field of wanted.fields) {
    const model = modelBefore.get(field.model) ?? field.model
    const was = earlierNames(field.options.was)
    const link = previous.fields.get(`${model}.${field.name}`)?.link ?? undefined
    const before = previous.fields.has(`${model}.${field.name}`)
      ? undefined
      : was.find((name) => previous.fields.has(`${model}.${name}`))
    if (before !== undefined) {
      fields.set(`${field.model}.${before}`, field.name)
      words.push(`rename ${field.model}.${before} to ${field.name}`)
    }
    const oldLink = link ?? (before === undefined ? undefined : previous.fields.get(`${model}.${before}`)?.link)
    if (field.link && oldLink && !tables.has(field.link.table))
      renameLink(field.link, oldLink, actual, tables, columns, statements)
  }
  for (const table of wanted.tables) {
    const present = actual.tables.get(tables.get(table.name) ?? table.name)
    if (!present || table.link) continue
    for (const column of table.columns) {
      const was = present.has(column.name) ? undefined : column.was.find((name) => present.has(name))
      if (was === undefined) continue
      columns.set(`${table.name}.${column.name}`, was)
      statements.push(sql`ALTER TABLE ${id(table.name)} RENAME COLUMN ${id(was)} TO ${id(column.name)}`)
    }
  }
  const now = new Map([...tables].map(([after, before]) => [before, after]))
  const fieldNow = new Map([...fields].map(([key, name]) => [`${key.slice(0, key.lastIndexOf('.'))}.${name}`, key]))
  return {
    statements,
    words,
    models,
    fields,
    tableBefore: (table) => tables.get(table) ?? table,
    tableNow: (table) => now.get(table) ?? table,
    modelBefore: (model) => modelBefore.get(model) ?? model,
    columnBefore: (table, column) => columns.get(`${table}.${column}`) ?? column,
    fieldBefore: (model, field) => {
      const key = fieldNow.get(`${model}.${field}`) ?? `${model}.${field}`
      return `${modelBefore.get(model) ?? model}${key.slice(model.length)}`
    },
  }
}

type Link = { readonly table: string; readonly own: string; readonly other: string }

function renameLink(
  now: Link,
  before: Link,
  actual: ActualSchema,
  tables: Map<string, string>,
  columns: Map<string, string>,
  statements: Sql[],
): void {
  const isMoved = now.table !== before.table
  const there = actual.tables.get(before.table)
  if (!there || (isMoved && actual.tables.has(now.table))) return
  if (isMoved) {
    tables.set(now.table, before.table)
    statements.push(...renameTable(before.table, now.table, false))
  }
  for (const [from, to] of [
    [before.own, now.own],
    [before.other, now.other],
  ] as const)
    if (from !== to && there.has(from) && !there.has(to)) {
      columns.set(`${now.table}.${to}`, from)
      statements.push(sql`ALTER TABLE ${id(now.table)} RENAME COLUMN ${id(from)} TO ${id(to)}`)
    }
}

// Its key and counter bear its name, too; a later model of the old name would find them taken.
function renameTable(from: string, to: string, hasCounter: boolean): Sql[] {
  const statements = [
    sql`ALTER TABLE ${id(from)} RENAME TO ${id(to)}`,
    sql`ALTER INDEX IF EXISTS ${id(`${from}_pkey`.slice(0, 63))} RENAME TO ${id(`${to}_pkey`.slice(0, 63))}`,
  ]
  if (hasCounter)
    statements.push(
      sql`ALTER SEQUENCE IF EXISTS ${id(`${from}_id_seq`.slice(0, 63))} RENAME TO ${id(`${to}_id_seq`.slice(0, 63))}`,
    )
  return statements
}
