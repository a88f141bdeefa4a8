/**
 * The public face of the framework: what an application imports as `#framework`.
 * It offers no SQL, no driver and no way to mint rights.
 */

export {
  AccessDenied,
  AccessError,
  AppError,
  ConflictError,
  InvalidRequestError,
  MissingError,
  RateLimitError,
  ServerError,
  UserError,
  ValidationError,
} from './errors.ts'
export {
  access,
  api,
  behaviour,
  type Command,
  computed,
  constrain,
  type Def,
  type Domain,
  type Env,
  expose,
  extend,
  f,
  fields,
  JsonResult,
  model,
  onchange,
  RecordSet,
  records,
  ref,
  type Registry,
  searched,
  t,
  unreachable,
  user,
  type Values,
} from './orm/index.ts'
export {
  app,
  auditCheckpoint,
  auditConsistency,
  auditEntries,
  auditProof,
  applyRights,
  applyRunTimeModels,
  checkDomainText,
  describeContent,
  domainOfText,
  dropCounters,
  explainRight,
  findModules,
  installModules,
  moveChoices,
  nextByCode,
  numbersByCode,
  nextById,
  peekNumber,
  removalOfFields,
  removalOfModels,
  renameOwnField,
  restartSequence,
  writtenNumber,
  uninstallModules,
  upgradeModules,
} from './modules/index.ts'
export { languageNames } from './access/index.ts'
export { checkArch } from './views/index.ts'
export { changeOwnPassword, checkProgramSetting, closeSessionsOf, isProgramSetting, setPassword } from './auth/index.ts'
export { callWithin } from './rpc/call/call.ts'
export {
  checkExpression,
  evaluate,
  type Expression,
  fulfilling,
  readableBy,
  typeOfField,
  valuesFor,
} from './expression/index.ts'
export { checkCronMethod } from './jobs/clock/entry-method.ts'
export { cronChanged } from './jobs/clock/changes.ts'
export { runCronNow } from './jobs/clock/run-now.ts'
export { decimal, type Exact, roundDigits, roundTo, sumExact } from './orm/decimal.ts'
export {
  addressLine,
  checkDocument,
  csvLine,
  fillDocument,
  headerLine,
  type LiquidTemplate,
  mailbox,
  type Mailbox,
  parseDocument,
  readMailboxes,
} from './templates/index.ts'
export { sanitizeHtml } from './orm/index.ts'
