/** What models and fields of people have to be. The registry takes these as applications' authors write them; people get a sentence. */

import { ValidationError } from '../../../errors.ts'
import type { FieldInfo, ModelInfo, ModelRegistry } from '../../../orm/index.ts'
import { type Queryable, sql } from '../../../sql/index.ts'

/** How many a tenant can have: each costs memory in every process and time at every upgrade. */
export const ownLimits = { models: 200, fields: 2_000, fieldsPerModel: 300 } as const

/** @throws ValidationError ERR_MODEL_QUOTA when there are more than may be, and more than before */
export function checkNumbers(registry: ModelRegistry, before: ModelRegistry): void {
  const [now, then] = [count(registry), count(before)]
  for (const key of ['models', 'fields', 'fieldsPerModel'] as const) {
    if (now[key] <= ownLimits[key] || now[key] <= then[key]) continue
    const what = { models: 'own models', fields: 'own fields', fieldsPerModel: 'own fields of one model' }[key]
    throw new ValidationError(
      'ERR_MODEL_QUOTA',
      `There can be ${ownLimits[key]} ${what}; remove some that are no longer needed.`,
    )
  }
}

function count(registry: ModelRegistry): Record<keyof typeof ownLimits, number> {
  const counts = { models: 0, fields: 0, fieldsPerModel: 0 }
  for (const model of registry.models.values()) {
    if (model.name.startsWith('x_')) counts.models++
    let own = 0
    for (const field of model.fields.values()) if (field.manual && field.delegate === undefined) own++
    counts.fields += own
    counts.fieldsPerModel = Math.max(counts.fieldsPerModel, own)
  }
  return counts
}

/** Two models never share a table: whoever may read the one would read the other. @throws ValidationError ERR_MODEL_NAME */
export async function checkTables(tx: Queryable, registry: ModelRegistry, before: ModelRegistry): Promise<void> {
  const fresh = [...registry.models.values()].filter((model) => !before.models.has(model.name)).map((m) => m.table)
  if (fresh.length === 0) return
  const owners = new Map<string, number>()
  for (const model of registry.models.values())
    if (!model.options.abstract) owners.set(model.table, (owners.get(model.table) ?? 0) + 1)
  const taken = await tx.query<{ name: string }>(
    sql`SELECT relname AS name FROM pg_catalog.pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = ANY(${fresh}::text[])`,
  )
  const clash = taken[0]?.name ?? fresh.find((table) => (owners.get(table) ?? 0) > 1)
  if (clash !== undefined)
    throw new ValidationError('ERR_MODEL_NAME', 'Another model or table has this name already; choose another one.')
}

/** @throws ValidationError ERR_FIELD_CURRENCY, ERR_FIELD_RELATED, ERR_FIELD_RELATION */
export function checkFields(registry: ModelRegistry): void {
  for (const model of registry.models.values())
    for (const field of model.fields.values()) {
      if (!field.manual || field.delegate !== undefined) continue
      checkPlace(model, field)
      if (field.kind === 'monetary' && !model.fields.has(field.options.currencyField ?? 'currency_id')) {
        throw new ValidationError(
          'ERR_FIELD_CURRENCY',
          `The field ${field.name} needs the name of the field that holds its currency.`,
        )
      }
      if (field.kind === 'one2many' && !field.related) checkInverse(registry, model, field)
      if (field.kind === 'many2one' && field.options.required && field.options.ondelete === 'set null') {
        throw new ValidationError(
          'ERR_FIELD_RELATION',
          `The field ${field.name} is required, so 'Set NULL' makes no sense for it; choose 'Restrict' or 'Cascade'.`,
        )
      }
      if (field.related) checkRelated(registry, model, field, field.related)
    }
}

// Tables that the framework keeps have the columns that it knows, and its own records fill no field of people.
function checkPlace(model: ModelInfo, field: FieldInfo): void {
  if (model.options.abstract || model.options.table !== undefined)
    throw new ValidationError('ERR_FIELD_MODEL', `The model ${model.name} cannot have fields that are made by hand.`)
  if (model.name.startsWith('ir.') && field.options.required)
    throw new ValidationError(
      'ERR_FIELD_MODEL',
      `Fields of ${model.name} that are made by hand cannot be required: applications write its records, too.`,
    )
}

// Any other column would compare ids with what are none.
function checkInverse(registry: ModelRegistry, model: ModelInfo, field: FieldInfo): void {
  const inverse = registry.models.get(field.comodel ?? '')?.fields.get(field.inverse ?? '')
  if (inverse?.kind !== 'many2one' || inverse.comodel !== model.name || inverse.options.secret)
    throw new ValidationError(
      'ERR_FIELD_RELATION',
      `The field ${field.name} needs a many2one of the other model that refers back to ${model.name}.`,
    )
}

function checkRelated(registry: ModelRegistry, model: ModelInfo, field: FieldInfo, path: readonly string[]): void {
  let at: ModelInfo | undefined = model
  let end: FieldInfo | undefined
  for (const part of path) {
    end = at?.fields.get(part)
    // A secret stays one under any other name.
    if (!end || end.options.secret)
      throw new ValidationError(
        'ERR_FIELD_RELATED',
        `The field ${field.name} shows ${path.join('.')}, which does not exist.`,
      )
    at = end.comodel === undefined ? undefined : registry.models.get(end.comodel)
  }
  if (end && (end.kind !== field.kind || end.comodel !== field.comodel))
    throw new ValidationError(
      'ERR_FIELD_RELATED',
      `The field ${field.name} shows ${path.join('.')}, which is of another type (${end.kind}).`,
    )
}
