/** Records that hang on others by model and id (messages, followers, files): rights to the document are asked of the document. */

import { empty, id, join, literal, type Sql, sql } from '../../sql/index.ts'
import type { Operation } from '../grant.ts'
import type { ModelInfo, ModelRegistry } from '../registry.ts'
import type { Scope } from './scope.ts'

/** How the records of a model hang on documents: which columns name the document, and which models can be one. */
export interface Hanging {
  /** Column with the document's model. */
  readonly model: string
  /** Column with the document's id. */
  readonly id: string
  /** `required`: the right to the document goes before all rules. `enough`: it gives the right to read. */
  readonly rights: 'required' | 'enough'
  readonly change: 'read' | 'write'
  readonly unless: string | undefined
  readonly documents: readonly ModelInfo[]
}

const known = new WeakMap<ModelInfo, Hanging | null>()

/** `null` for a model whose records stand for themselves. */
export function hangingOf(registry: ModelRegistry, model: ModelInfo): Hanging | null {
  let hanging = known.get(model)
  if (hanging === undefined) {
    hanging = describe(registry, model)
    known.set(model, hanging)
  }
  return hanging
}

// A model is a document where it has a list of such records.
function describe(registry: ModelRegistry, model: ModelInfo): Hanging | null {
  const { hangsOn } = model.options
  const ids = hangsOn && model.fields.get(hangsOn.id)
  if (!hangsOn || !ids?.options.modelField) return null
  const documents = [...registry.models.values()].filter(
    (document) =>
      !document.options.abstract &&
      [...document.fields.values()].some(
        (field) =>
          field.kind === 'one2many' && field.comodel === model.name && field.inverse === ids.name && !field.delegate,
      ),
  )
  const { rights, change = 'write', unless } = hangsOn
  return { model: ids.options.modelField, id: ids.name, rights, change, unless, documents }
}

/**
 * The caller's rule, completed by what the rights to documents say. To change what hangs on a document takes the right to
 * change the document (or as the model says). What hangs on nothing is its maker's.
 * @param rule the rule of the model itself; `null` = all records
 * @param isListed the records are looked for in the list of a document that the caller may read
 */
export function withDocuments(
  scope: Scope,
  { model: modelColumn, id: idColumn, rights, change, unless, documents }: Hanging,
  alias: string,
  operation: Operation,
  rule: Sql | null,
  isListed: boolean,
): Sql | null {
  if (rights === 'enough' && (rule === null || operation !== 'read')) return rule
  if (isListed && rights === 'required') return rule
  if (isListed && rule !== null) return unless === undefined ? null : sql`(${rule} OR ${id(alias, unless)} IS NULL)`
  const named = (model: string) => sql`${id(alias, modelColumn)} = ${literal(model)}`
  const right = operation === 'read' ? 'read' : change
  const parts = documents.flatMap((document) => {
    if (scope.env.grant.records(document.name, right) === false) return []
    const inner = scope.alias()
    const condition = scope.condition(document, inner, right)
    // What names a model and no record of it hangs on nothing.
    if (condition === null) return [sql`${named(document.name)} AND ${id(alias, idColumn)} IS NOT NULL`]
    return [
      sql`${named(document.name)} AND EXISTS (SELECT 1 FROM ${id(document.table)} ${id(inner)} WHERE ${id(inner)}.id = ${id(alias, idColumn)} AND ${condition})`,
    ]
  })
  if (rights === 'required')
    parts.push(sql`${id(alias, idColumn)} IS NULL AND ${id(alias)}.create_uid = ${scope.env.uid}::int4`)
  const either = join(
    parts.map((part) => sql`(${part})`),
    ' OR ',
  )
  if (rights === 'required') return rule === null ? sql`(${either})` : sql`(${either}) AND ${rule}`
  if (rule === null || parts.length === 0) return rule
  return sql`(${rule} OR ${unless === undefined ? empty : sql`${id(alias, unless)} IS NULL AND `}(${either}))`
}
