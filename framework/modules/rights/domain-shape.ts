/** Whether a value has the shape of a domain and every field in it exists. */

import { ValidationError } from '../../errors.ts'
import { checkRuleValue, isRuleValue, mayCompare, nameOfType } from '../../expression/index.ts'
import type { Domain, FieldInfo, ModelInfo, ModelRegistry } from '../../orm/index.ts'

/**
 * The value as a domain: a list of leaves of three and the prefix operators `&`, `|`, `!`, which find their operands.
 * @throws ValidationError ERR_DOMAIN_SHAPE
 */
export function checkShape(value: unknown): Domain {
  if (!Array.isArray(value)) throw malformed('a domain is a list')
  let missing = 0
  for (const item of value) {
    if (item === '&' || item === '|') missing += missing === 0 ? 2 : 1
    else if (item === '!') missing += missing === 0 ? 1 : 0
    else if (isLeaf(item)) missing = Math.max(0, missing - 1)
    else throw malformed(`${JSON.stringify(item)?.slice(0, 80)} is neither a condition nor an operator`)
  }
  if (missing > 0) throw malformed('an operator lacks a condition')
  return value as Domain
}

/**
 * @throws ValidationError ERR_DOMAIN_FIELD for a path that the model does not have, or that ends in a secret: what a rule
 *   hides and shows would tell of it; ERR_EXPRESSION_TYPE for a value of another type than the field's
 */
export function checkPaths(registry: ModelRegistry, model: ModelInfo, domain: Domain): void {
  for (const item of domain) {
    if (typeof item === 'string' || typeof item[0] === 'number') continue
    const [path, operator, value] = item as readonly [string, string, unknown]
    let at: ModelInfo | undefined = model
    let end: FieldInfo | undefined
    for (const part of path.split('.')) {
      const field: FieldInfo | undefined = at?.fields.get(part)
      // `x_date.month_number` and the like are parts of a date, no fields.
      const isSecret = field?.options.secret === true
      if (isSecret || (!field && !(at === undefined && /_number$/.test(part)))) {
        throw new ValidationError(
          'ERR_DOMAIN_FIELD',
          `Invalid domain: Invalid field ${at?.name ?? model.name}.${part} in condition (${[path, operator].map((s) => `'${s}'`).join(', ')}, …)`,
        )
      }
      end = field
      at = field?.comodel === undefined ? undefined : registry.models.get(field.comodel)
    }
    if (end) for (const one of [value].flat()) checkValue(end, operator, Array.isArray(value), one)
    if ((operator === 'any' || operator === 'not any') && at && Array.isArray(value))
      checkPaths(registry, at, checkShape(value))
  }
}

function checkValue(field: FieldInfo, operator: string, isItem: boolean, value: unknown): void {
  if (!isRuleValue(value)) return
  const { type } = checkRuleValue(value.expression)
  // Lists inside a list are spread: `[company_id, company_ids]`.
  if (mayCompare(field, isItem ? 'in' : operator, type)) return
  throw new ValidationError(
    'ERR_EXPRESSION_TYPE',
    `Invalid domain: '${field.name} ${operator}' cannot be compared with '${value.expression.slice(0, 80)}', which is ${nameOfType(type)}.`,
  )
}

function isLeaf(item: unknown): boolean {
  return (
    Array.isArray(item) &&
    item.length === 3 &&
    (typeof item[0] === 'string' || typeof item[0] === 'number') &&
    typeof item[1] === 'string'
  )
}

function malformed(reason: string): ValidationError {
  return new ValidationError('ERR_DOMAIN_SHAPE', `Invalid domain: ${reason}.`)
}
