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
  const doomed = new Set<string>()
  const isThere = (model: string | undefined, field: string): boolean => {
    if (model === undefined || doomed.has(`${model}.${field}`)) return false
    const info = before.models.get(model)?.fields.get(field)
    if (!info) return false
    return info.manual || model.startsWith('x_') || after.models.get(model)?.fields.has(field) === true
  }
  const hasModel = (model: string): boolean => model.startsWith('x_') || after.models.has(model)
  // One that goes can take another with it, so until nothing more is found.
  for (let size = -1; size !== doomed.size; ) {
    size = doomed.size
    for (const model of before.models.values())
      for (const field of model.fields.values())
        if (field.manual && !stands(model, field, before, hasModel, isThere)) doomed.add(`${model.name}.${field.name}`)
  }
  return doomed
}

function stands(
  model: ModelInfo,
  field: FieldInfo,
  before: ModelRegistry,
  hasModel: (model: string) => boolean,
  isThere: (model: string | undefined, field: string) => boolean,
): boolean {
  if (!hasModel(model.name) || (field.comodel !== undefined && !hasModel(field.comodel))) return false
  if (field.inverse !== undefined && !isThere(field.comodel, field.inverse)) return false
  if (field.kind === 'monetary' && !isThere(model.name, field.options.currencyField ?? 'currency_id')) return false
  let at: string | undefined = model.name
  for (const part of field.related ?? []) {
    if (!isThere(at, part)) return false
    at = before.models.get(at ?? '')?.fields.get(part)?.comodel
  }
  return true
}
