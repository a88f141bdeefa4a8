/** What is no longer there when applications go: their models, and the fields of people that cannot be without them. */

import type { FieldInfo, ModelInfo, ModelRegistry } from '../../../orm/index.ts'

/** Models of applications that the registry of those that stay does not have. */
export function modelsThatGo(before: ModelRegistry, after: ModelRegistry): ReadonlySet<string> {
  const gone = new Set<string>()
  for (const model of before.models.values())
    if (!after.models.has(model.name) && !model.name.startsWith('x_')) gone.add(model.name)
  return gone
}

/** Fields that people made (`model.field`) on a model that goes, or that refer to something that goes. */
export function fieldsThatGo(before: ModelRegistry, after: ModelRegistry): ReadonlySet<string> {
  const hasModel = (model: string): boolean => model.startsWith('x_') || after.models.has(model)
  const hasField = (model: string, field: string): boolean => {
    const info = before.models.get(model)?.fields.get(field)
    if (!info) return false
    return info.manual || model.startsWith('x_') || after.models.get(model)?.fields.has(field) === true
  }
  return fieldsLeftWithout(before, hasModel, hasField)
}

/** Fields of people that lack what they need, when only these models and fields are there. */
export function fieldsLeftWithout(
  registry: ModelRegistry,
  hasModel: (model: string) => boolean,
  hasField: (model: string, field: string) => boolean,
): ReadonlySet<string> {
  const lost = new Set<string>()
  const isThere = (model: string | undefined, field: string): boolean =>
    model !== undefined && !lost.has(`${model}.${field}`) && hasField(model, field)
  // One that goes can take another with it, so until nothing more is found.
  for (let size = -1; size !== lost.size; ) {
    size = lost.size
    for (const model of registry.models.values())
      for (const field of model.fields.values())
        if (field.manual && field.delegate === undefined && !stands(model, field, registry, hasModel, isThere))
          lost.add(`${model.name}.${field.name}`)
  }
  return lost
}

function stands(
  model: ModelInfo,
  field: FieldInfo,
  registry: ModelRegistry,
  hasModel: (model: string) => boolean,
  isThere: (model: string | undefined, field: string) => boolean,
): boolean {
  if (!hasModel(model.name) || (field.comodel !== undefined && !hasModel(field.comodel))) return false
  if (field.inverse !== undefined && !isThere(field.comodel, field.inverse)) return false
  if (field.kind === 'monetary' && !isThere(model.name, field.options.currencyField ?? 'currency_id')) return false
  const formula = field.options.formula === undefined ? [] : (field.computed?.on ?? [])
  return [field.related ?? [], ...formula.map((path) => path.split('.'))].every((path) => {
    let at: string | undefined = model.name
    return path.every((part) => {
      const isReached = isThere(at, part)
      at = registry.models.get(at ?? '')?.fields.get(part)?.comodel
      return isReached
    })
  })
}
