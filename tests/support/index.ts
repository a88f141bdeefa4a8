/**
 * A running server for tests from outside: two companies, their people, and the protocols as functions.
 * It reaches into no record itself; what a test learns, it learns as a client does.
 */

export { type CanaryWatch, watchCanaries } from './canaries.ts'
export { spellingsOf } from './spellings.ts'
export { invitePeople, type People, type Person, type Who } from './people.ts'
export {
  type Call,
  callBy,
  callKw,
  cookieOf,
  json2,
  jsonRpc,
  nameArguments,
  type Outcome,
  type Protocol,
  protocols,
  signIn,
  xmlRpc,
} from './protocols.ts'
export { type Company, startServer, type TestServer, type TestServerOptions } from './server.ts'
export type { Received, Sent } from './wire.ts'
