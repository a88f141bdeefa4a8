/**
 * Who somebody is: passwords, sign-in, sessions, API keys, one-time links, and the throttle before them.
 * It never decides what a user may do, and never gives out a stored secret.
 */

export { authenticate, authenticateCall, authenticateKey } from './sign-in/authenticate.ts'
export { type AuthTenant, type Origin, systemUid } from './auth-tenant.ts'
export {
  checkProgramSetting,
  isProgramSetting,
  type ProgramPolicy,
  programPolicy,
  programSettings,
  readProgramPolicy,
} from './sign-in/program-policy.ts'
export { credentialVersion } from './sign-in/credential-version.ts'
export { type ApiKeyInfo, createKey, isApiKey, listKeys, type NewApiKey, revokeKey } from './tokens/api-key.ts'
export {
  createLink,
  deadLink,
  type LinkInfo,
  linkMinutes,
  type LinkPurpose,
  readLink,
  redeemLink,
} from './tokens/one-time-link.ts'
export { hashPassword, isPasswordHash, type PasswordCheck, verifyPassword } from './passwords/hash.ts'
export { type PasswordFault, passwordRules, type PasswordRules } from './passwords/rules.ts'
export { changeOwnPassword } from './passwords/change-own-password.ts'
export { changePassword, hasTemporaryPassword, setPassword, type SetPasswordOptions } from './passwords/set-password.ts'
export { removeExpired } from './remove-expired.ts'
export { checkCsrf, maskCsrf } from './sessions/csrf.ts'
export {
  closeSession,
  closeSessionsOf,
  listSessions,
  type OpenedSession,
  openSession,
  readSession,
  type Session,
  type SessionInfo,
} from './sessions/session.ts'
export { tellCounts } from './events.ts'
export { authTables } from './tables.ts'
