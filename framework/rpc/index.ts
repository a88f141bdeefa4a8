/**
 * The protocols of Odoo's external API (JSON-RPC, XML-RPC, JSON-2, the web routes), all bound from one `expose` declaration.
 * It opens no socket (that is http's) and decides no right: every call runs as its user through access/.
 */

export { type CallOptions, callMethod, callWithin } from './call/call.ts'
export type { Caller, TenantDirectory } from './directory.ts'
export { type Gate, liveGate, originOf, requestOf } from './gate.ts'
export {
  describeApi,
  describeModel,
  type ApiDescription,
  type FieldDescription,
  type MethodDescription,
  type ModelDescription,
} from './describe/describe.ts'
export { type ClientFiles, clientMark, generateClient } from './client/generate.ts'
export { generateTypes, typesMark } from './client/declarations.ts'
export { apiDocument } from './describe/document.ts'
export type { Log, LogEntry } from './log.ts'
export { type Ledger, openLedger } from './programs/ledger.ts'
export type { Answer } from './protocol/answer.ts'
export { answerJson2, answerJson2Get, bearerUser } from './protocol/json-2.ts'
export { answerJsonRpc } from './protocol/json-rpc.ts'
export { settle } from './protocol/error-shapes.ts'
export { version } from './protocol/services.ts'
export { maxUploadBytes } from './protocol/session-info.ts'
export { answerWeb, sessionExpired, type WebCaller, type WebMethod, webMethods } from './protocol/web.ts'
export { answerXmlRpc } from './protocol/xml-rpc.ts'
