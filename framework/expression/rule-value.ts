/**
 * Values in the domains of record rules: `today - days(30)`, `user.company_ids`. They speak of no record. Whoever is limited by
 * a rule chooses time zone and context of a call, so dates are those of UTC here.
 */

import { type Env, type FieldInfo, LateValue, type ModelRegistry } from '../orm/index.ts'
import { evaluate } from './run/evaluate.ts'
import type { Caller } from './run/caller.ts'
import { checkExpression } from './types/check.ts'
import type { Checked, Expression } from './types/checked.ts'
import type { Type } from './types/type.ts'

/** How such a value is kept in the domain. */
export interface RuleValue {
  readonly expression: string
}

export function isRuleValue(value: unknown): value is RuleValue {
  return (
    value !== null &&
    typeof value === 'object' &&
    !Array.isArray(value) &&
    typeof (value as Partial<RuleValue>).expression === 'string'
  )
}

const noModels: ModelRegistry = {
  apps: [],
  models: new Map(),
  declarations: [],
  key: 'none',
  triggers: new Map(),
  computedOrder: new Map(),
}

/** @throws ValidationError ERR_EXPRESSION_… with the position in the text */
export function checkRuleValue(text: string): Expression {
  return checkExpression(noModels, null, text)
}

/**
 * The value for this caller; a `LateValue` where it depends on the clock; `undefined` where there is none.
 * @param caller without a clock of its own: the kept grant outlives every moment
 */
export function bindRuleValue(text: string, caller: Omit<Caller, 'now'>): unknown {
  const expression = checkRuleValue(text)
  const valueAt = (now: () => Date) => evaluate(expression, { ...caller, now }) ?? undefined
  return asksClock(expression.root) ? new LateValue((env: Env) => valueAt(() => env.now())) : valueAt(() => new Date(0))
}

function asksClock(part: Checked): boolean {
  if (part.is === 'given') return part.name === 'now' || part.name === 'today'
  return Object.values(part).some((inner) =>
    (Array.isArray(inner) ? inner : [inner]).some((one) => isPart(one) && asksClock(one)),
  )
}

function isPart(value: unknown): value is Checked {
  return value !== null && typeof value === 'object' && 'certainty' in value
}

const comparable: Readonly<Partial<Record<FieldInfo['kind'], readonly Type['is'][]>>> = {
  char: ['string'],
  text: ['string'],
  html: ['string'],
  selection: ['string'],
  boolean: ['bool'],
  integer: ['int', 'decimal', 'record'],
  float: ['int', 'decimal'],
  monetary: ['int', 'decimal'],
  date: ['date', 'datetime'],
  datetime: ['date', 'datetime'],
  many2one: ['int', 'record', 'string'],
  one2many: ['int', 'record', 'string'],
  many2many: ['int', 'record', 'string'],
}

/** Whether a condition on the field can have a value of this type; lists stand behind `in` and its like only. */
export function mayCompare(field: FieldInfo, operator: string, type: Type): boolean {
  const one = type.is === 'list' ? type.of : type
  if (type.is === 'list' && !['in', 'not in', 'child_of', 'parent_of'].includes(operator)) return false
  if (one.is === 'record' && field.comodel !== undefined && field.comodel !== one.model) return false
  return comparable[field.kind]?.includes(one.is) === true
}
