/** The schema that a registry asks for, as data: tables, columns, keys, checks, indexes. Knows nothing of a database. */

import type { FieldInfo, ModelInfo, ModelRegistry, TableConstraint } from '../../orm/index.ts'
import { constraintName, foreignKeyName, indexName } from './names.ts'

export interface WantedColumn {
  readonly name: string
  readonly type: string
  readonly required: boolean
  /** Earlier names of the field, when it was renamed. */
  readonly was: readonly string[]
  /** `model.field`, for messages. */
  readonly field: string
  /** Absent for the columns of link tables. */
  readonly of: FieldInfo | undefined
}

export interface WantedTable {
  readonly name: string
  readonly model: string
  /** Earlier names of the table, when its model was renamed. */
  readonly was: readonly string[]
  /** Columns beside id; a link table has none but its two. */
  readonly columns: readonly WantedColumn[]
  /** The two columns of a link table, which together are its key. */
  readonly link: readonly [string, string] | undefined
}

export interface WantedForeignKey {
  readonly name: string
  readonly table: string
  readonly column: string
  readonly target: string
  readonly onDelete: 'cascade' | 'restrict' | 'set null'
}

export interface WantedConstraint {
  readonly name: string
  readonly table: string
  readonly rule: TableConstraint
}

export interface WantedIndex {
  readonly name: string
  readonly table: string
  readonly column: string
  readonly kind: 'btree' | 'trigram' | 'trigram-json'
}

export interface WantedSchema {
  readonly tables: readonly WantedTable[]
  readonly foreignKeys: readonly WantedForeignKey[]
  readonly constraints: readonly WantedConstraint[]
  readonly indexes: readonly WantedIndex[]
  /** Models with earlier names, and these. */
  readonly renamed: readonly (readonly [model: string, was: readonly string[]])[]
  /** Fields that had another name, or link tables that follow the names of models. */
  readonly fields: readonly FieldInfo[]
}

// A foreign key from every record to its author would lock the author's row at each insert, and make concurrent
// transactions fail whenever that user's row was changed (repeatable read).
const unkeyed: ReadonlySet<string> = new Set(['create_uid', 'write_uid'])

/** What the database of a tenant with this registry has to hold. Models with a `table` of the framework's are left alone. */
export function wantedSchema(registry: ModelRegistry): WantedSchema {
  const tables = new Map<string, WantedTable>()
  const foreignKeys: WantedForeignKey[] = []
  const constraints: WantedConstraint[] = []
  const indexes: WantedIndex[] = []
  const renamed: [string, readonly string[]][] = []
  const fields: FieldInfo[] = []
  for (const model of registry.models.values()) {
    if (model.options.was !== undefined) renamed.push([model.name, earlierNames(model.options.was)])
    for (const field of model.fields.values()) if (field.options.was !== undefined || field.link) fields.push(field)
    if (model.options.abstract || model.options.table) continue
    const stored = [...model.fields.values()].filter((field) => field.column && field.name !== 'id')
    tables.set(model.table, {
      name: model.table,
      model: model.name,
      was: earlierNames(model.options.was).map((name) => name.replaceAll('.', '_')),
      columns: stored.map(wantedColumn),
      link: undefined,
    })
    for (const field of stored) {
      const target =
        field.kind === 'many2one' && !field.options.companyDependent && !unkeyed.has(field.name)
          ? tableOf(registry, field.comodel)
          : undefined
      if (target)
        foreignKeys.push({
          name: foreignKeyName(model.table, field.name),
          table: model.table,
          column: field.name,
          target,
          onDelete: onDelete(field),
        })
      indexes.push(...wantedIndexes(model, field))
    }
    for (const [key, rule] of model.tableConstraints)
      constraints.push({ name: constraintName(model.table, key), table: model.table, rule })
    for (const field of model.fields.values())
      if (field.link) addLink(registry, model, field, tables, foreignKeys, indexes)
  }
  return { tables: [...tables.values()], foreignKeys, constraints, indexes, renamed, fields }
}

function wantedColumn(field: FieldInfo): WantedColumn {
  return {
    name: field.name,
    type: field.columnType,
    required: field.options.required === true && field.kind !== 'boolean',
    was: earlierNames(field.options.was),
    field: `${field.model}.${field.name}`,
    of: field,
  }
}

/** The earlier names that a `was` gives. */
export function earlierNames(was: string | readonly string[] | undefined): readonly string[] {
  return was === undefined ? [] : typeof was === 'string' ? [was] : was
}

function wantedIndexes(model: ModelInfo, field: FieldInfo): WantedIndex[] {
  const { index } = field.options
  const sorted: WantedIndex = {
    name: indexName(model.table, field.name, 'index'),
    table: model.table,
    column: field.name,
    kind: 'btree',
  }
  // Clients synchronise by `write_date > …`.
  if (field.name === 'write_date' || index === true) return [sorted]
  if (index !== 'trigram') return []
  const isTranslated = field.columnType === 'jsonb'
  const searched: WantedIndex = {
    ...sorted,
    name: indexName(model.table, field.name, 'trgm'),
    kind: isTranslated ? 'trigram-json' : 'trigram',
  }
  // A trigram index finds but does not sort: without the other, each page of a long list sorts the whole table.
  return !isTranslated && leadsOrder(model, field) ? [searched, sorted] : [searched]
}

function leadsOrder(model: ModelInfo, field: FieldInfo): boolean {
  return model.options.order?.trim().split(/[\s,]/, 1)[0] === field.name
}

function addLink(
  registry: ModelRegistry,
  model: ModelInfo,
  field: FieldInfo,
  tables: Map<string, WantedTable>,
  foreignKeys: WantedForeignKey[],
  indexes: WantedIndex[],
): void {
  const { link } = field
  const target = tableOf(registry, field.comodel)
  if (!link || !target || tables.has(link.table)) return
  if (link.own === link.other)
    throw new TypeError(`${model.name}.${field.name} links a model with itself; give column1 and column2.`)
  const column = (name: string): WantedColumn => ({
    name,
    type: 'int4',
    required: true,
    was: [],
    field: `${model.name}.${field.name}`,
    of: undefined,
  })
  tables.set(link.table, {
    name: link.table,
    model: model.name,
    was: [],
    columns: [column(link.own), column(link.other)],
    link: [link.own, link.other],
  })
  foreignKeys.push({
    name: foreignKeyName(link.table, link.own),
    table: link.table,
    column: link.own,
    target: model.table,
    onDelete: 'cascade',
  })
  foreignKeys.push({
    name: foreignKeyName(link.table, link.other),
    table: link.table,
    column: link.other,
    target,
    onDelete: 'cascade',
  })
  indexes.push({
    name: indexName(link.table, link.other, 'index'),
    table: link.table,
    column: link.other,
    kind: 'btree',
  })
}

function tableOf(registry: ModelRegistry, model: string | undefined): string | undefined {
  const info = registry.models.get(model ?? '')
  return info && !info.options.abstract ? info.table : undefined
}

function onDelete(field: FieldInfo): WantedForeignKey['onDelete'] {
  return field.options.ondelete ?? (field.options.required ? 'restrict' : 'set null')
}
