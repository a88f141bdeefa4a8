/** The one way in which a password comes into the database, whoever asks for it. */

import { bumpEpoch } from '../../access/index.ts'
import { type AuditActor, actorOf, originWithin, type RequestOrigin } from '../../audit/index.ts'
import { AccessDenied, MissingError, ValidationError } from '../../errors.ts'
import { type Queryable, sql, type Transaction, withTransaction } from '../../sql/index.ts'
import { type AuthTenant, type Origin, systemUid } from '../auth-tenant.ts'
import { authenticate } from '../sign-in/authenticate.ts'
import { actorFrom, noteCredential } from '../events.ts'
import { closeSessionsOf } from '../sessions/session.ts'
import { hashPassword } from './hash.ts'
import { type PasswordFault, passwordFault, passwordRules } from './rules.ts'

/** A request's environment with its transaction; every `Env` is one. */
export interface AuthEnv {
  readonly tenant: string
  readonly tx: Transaction | null
  readonly uid?: number
  readonly origin?: RequestOrigin
}

export interface SetPasswordOptions {
  /** The operator of the machine insists (a file handed to the command line): a broken rule is returned, not refused. */
  readonly operatorOverride?: boolean
  /**
   * An administrator sets it for somebody else: at least 8 characters and none that attackers try first. It serves
   * programs at once; in a browser the person has to choose an own one before anything else.
   */
  readonly temporary?: boolean
  /** Session that stays open: the one in which a person changes her own password. */
  readonly keepSession?: string
  /** Who does it, for the log; of an environment its user. */
  readonly by?: AuditActor
}

/**
 * Checks, hashes and stores a password, ends the user's sessions and open links, and makes every process forget what it
 * remembered.
 * @returns the rule that the operator overrode, else `null`
 * @throws ValidationError with the code of the broken rule; MissingError ERR_AUTH_USER
 */
export async function setPassword(
  on: AuthTenant | AuthEnv,
  uid: number,
  password: string,
  options: SetPasswordOptions = {},
): Promise<PasswordFault | null> {
  const { name, run } = reach(on)
  const fault = await run((db) => checkPassword(db, name, uid, password, options))
  const hash = await hashPassword(password, { lane: name })
  const by = options.by ?? ('pool' in on ? undefined : actorOf(on.origin ?? originWithin('system'), on.uid ?? null))
  await run((db) => storePassword(db, uid, hash, by === undefined ? options : { ...options, by }))
  return fault
}

/** The rule that stops this user from having this password; throws it unless the operator insists. */
export async function checkPassword(
  db: Queryable,
  tenant: string,
  uid: number,
  password: string,
  options: SetPasswordOptions = {},
): Promise<PasswordFault | null> {
  const rules = await passwordRules(db, tenant, uid)
  const fault = passwordFault(
    password,
    options.temporary === true
      ? { minimumLength: Math.min(temporaryMinimumLength, rules.minimumLength), contextWords: [] }
      : rules,
  )
  if (fault === null) return null
  const mayOverride = fault.code !== 'ERR_PASSWORD_TEXT' && fault.code !== 'ERR_PASSWORD_LONG' && password !== ''
  if (options.operatorOverride === true && mayOverride) return fault
  throw new ValidationError(fault.code, fault.message)
}

/** Shortest password that an administrator may set for somebody else, in characters. */
const temporaryMinimumLength = 8

/** Whether the user's password was set by somebody else and has to be replaced at the next sign-in in a browser. */
export async function hasTemporaryPassword(db: Queryable, uid: number): Promise<boolean> {
  return (await db.query(sql`SELECT 1 FROM hf_temporary_password WHERE uid = ${uid}::int4`)).length > 0
}

/** Stores a hash; together with what follows from it, in the caller's transaction. */
export async function storePassword(
  db: Queryable,
  uid: number,
  hash: string,
  options: SetPasswordOptions = {},
): Promise<void> {
  if (uid === systemUid) throw new MissingError('ERR_AUTH_USER', 'The system user has no password.')
  const rows = await db.query(sql`UPDATE res_users SET password = ${hash} WHERE id = ${uid} RETURNING id`)
  if (rows.length === 0) throw new MissingError('ERR_AUTH_USER', 'This user does not exist.')
  await db.query(
    options.temporary === true
      ? sql`INSERT INTO hf_temporary_password (uid) VALUES (${uid}::int4) ON CONFLICT DO NOTHING`
      : sql`DELETE FROM hf_temporary_password WHERE uid = ${uid}::int4`,
  )
  await noteCredential(db, options.by, 'password.changed', uid, { temporary: options.temporary === true })
  await closeSessionsOf(db, uid, options.keepSession, options.by)
  await db.query(sql`DELETE FROM hf_one_time_link WHERE uid = ${uid} AND used_at IS NULL`)
  await bumpEpoch(db)
}

/**
 * A person changes her own password and shows that she knows the old one; wrong tries count in the throttle.
 * @throws AccessDenied ERR_AUTH_OLD_PASSWORD; RateLimitError; ValidationError as `setPassword`
 */
export async function changePassword(
  tenant: AuthTenant,
  uid: number,
  oldPassword: string,
  newPassword: string,
  origin: Origin,
  options: SetPasswordOptions = {},
): Promise<void> {
  const [user] = await tenant.pool.query<{ login: string }>(sql`SELECT login FROM res_users WHERE id = ${uid}`)
  const known =
    user === undefined ? null : await authenticate(tenant, user.login, oldPassword, { ...origin, interactive: true })
  if (known !== uid) throw new AccessDenied('ERR_AUTH_OLD_PASSWORD', 'The old password is not right.')
  await setPassword(tenant, uid, newPassword, { by: actorFrom(origin, uid), ...options })
}

interface Reach {
  readonly name: string
  /** Runs with the request's transaction, else in one of its own. */
  run<T>(work: (db: Queryable) => Promise<T>): Promise<T>
}

function reach(on: AuthTenant | AuthEnv): Reach {
  if ('pool' in on) return { name: on.name, run: (work) => withTransaction(on.pool, work) }
  const tx = on.tx
  if (tx === null) throw new TypeError('A password is set in a writing request only.')
  return { name: on.tenant, run: (work) => work(tx) }
}
