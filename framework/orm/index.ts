/**
 * Models, fields, domains, records: declarations, the query compiler and writing.
 * It never decides rights (it asks the Grant) and never reaches the driver but through `sql/`.
 */

export * from './declare/field.ts'
export * from './declare/expose.ts'
export * from './declare/data.ts'
export { baseApi } from './model/base-api.ts'
export {
  behaviour,
  computed,
  constrain,
  declared,
  declaring,
  type Declaration,
  expose,
  extend,
  type ModelOptions,
  model,
  onchange,
  searched,
  type TableConstraint,
} from './declare/declare.ts'
export type { Command, Def, Loaded, ModelName, Path, Registry, Values } from './declare/types.ts'
export type { Domain, Leaf } from './domain/domain.ts'
export type { AuditSwitch, Context, Elevation, Env, FileStore, UserRights } from './env.ts'
export { type Grant, mintGrant, type Operation, requireGrant, toOperation } from './grant.ts'
export { forgetPlans, planCount } from './query/plans.ts'
export { LateValue, nothing, settled } from './domain/late.ts'
export { listedUnder } from './domain/relation.ts'
export { notStored, Scope } from './query/scope.ts'
export { explainRead, type ExplainedRights, type Verdict } from './query/explain.ts'
export { type ReportLink, type ReportTable, reportTables } from './query/report.ts'
export { StaleRights } from './query/run.ts'
export type { ScriptJob, ScriptOutcome, ScriptRunner } from './scripts.ts'
export { newState, type TransactionState } from './state.ts'
export { constraintName } from './write/operation.ts'
export { sanitize } from './write/values.ts'
export {
  type ComputedInfo,
  type FieldInfo,
  isMirror,
  type ModelInfo,
  type ModelRegistry,
  type Trigger,
} from './registry.ts'
export { type AnyField, buildRegistry, type OverlayModels } from './registry-build.ts'
export { type Change, reacting } from './model/reacting.ts'
export { RecordSet } from './model/record-set.ts'
export { JsonResult, type RecordRow } from './model/records.ts'
export { sanitize as sanitizeHtml } from './write/values.ts'
export { settle as settleChanges } from './write/operation.ts'
export { describeFields } from './model/describe.ts'
export { setViewMaker } from './model/client/view-maker.ts'
