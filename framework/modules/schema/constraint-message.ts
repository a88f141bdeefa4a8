/** From a failed constraint back to the sentence that its model declares. */

import type { ModelRegistry } from '../../orm/index.ts'
import type { ConstraintViolation } from '../../sql/index.ts'
import { constraintName } from './names.ts'

/** The message for the caller, or `null` when no model declares the constraint. */
export function constraintMessage(registry: ModelRegistry, violation: ConstraintViolation): string | null {
  for (const model of registry.models.values()) {
    if (model.table !== violation.table || model.options.abstract) continue
    for (const [key, { message }] of model.tableConstraints)
      if (constraintName(model.table, key) === violation.constraint) return message
    const field = violation.kind === 'not-null' ? model.fields.get(violation.column ?? '') : undefined
    if (field)
      return `The operation cannot be completed: the required field '${field.label}' of ${model.options.description} is empty.`
  }
  return null
}
