/**
 * The small typed language of administrators' conditions and formulas: parsed, checked against the models, compiled to SQL or run
 * with fuel. It never evaluates text as code and reads no field that the caller may not read.
 */

export { didYouMean, nearest } from './faults.ts'
export { type Caller, callerOf, zoneOf } from './run/caller.ts'
export { evaluate, fuel, holds } from './run/evaluate.ts'
export { bindRuleValue, checkRuleValue, isRuleValue, mayCompare, type RuleValue } from './rule-value.ts'
export { fulfilling, readableBy, valuesFor } from './records.ts'
export { compileCondition, compileExpression } from './sql/compile.ts'
export { parseExpression } from './syntax/parse.ts'
export { limits } from './syntax/tree.ts'
export { type CheckOptions, checkExpression } from './types/check.ts'
export type { Expression } from './types/checked.ts'
export { named as nameOfType, type Type, typeOfField } from './types/type.ts'
