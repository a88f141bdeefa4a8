/** Who is calling: login and password, user id and password with each call, or an API key. */

import { RateLimitError } from '../../errors.ts'
import { type Queryable, sql } from '../../sql/index.ts'
import { noteFailure, noteProgram } from '../events.ts'
import { type AuthTenant, type Origin, systemUid } from '../auth-tenant.ts'
import { credentialVersion } from './credential-version.ts'
import { findKeyUser, isApiKey } from '../tokens/api-key.ts'
import { hashPassword, verifyPassword } from '../passwords/hash.ts'
import { isUsablePassword } from '../passwords/spelling.ts'
import { sourceKey } from '../throttle/account.ts'
import { beginTry } from '../throttle/throttle.ts'
import { knownUser, noteUser } from './known-credentials.ts'
import { hasSecondFactor } from './second-factor.ts'
import { forgetCalls, mac, recall, remember } from './verified-calls.ts'

interface UserRow extends Record<string, unknown> {
  readonly id: number
  readonly login: string
  readonly password: string | null
}

/**
 * Login and password, or an API key in place of the password when a program asks.
 * @returns the user's id; `null` when login or password is wrong or the user is archived, after the same work in each case
 * @throws RateLimitError while the account cools down for this source, or too many sign-ins wait
 */
export async function authenticate(
  tenant: AuthTenant,
  login: string,
  password: string,
  origin: Origin,
): Promise<number | null> {
  const user = await findUser(tenant.pool, login)
  if (!origin.interactive && isApiKey(password)) {
    const uid = await findKeyUser(tenant, password)
    if (uid !== null && uid === user?.id) {
      await noteProgram(tenant, origin, uid, 'key', password)
      return uid
    }
  }
  const tried = { credential: 'password', login, uid: user?.id ?? null } as const
  if (origin.keysOnly === true) {
    await noteFailure(tenant, origin, { ...tried, reason: 'keys only' })
    return null
  }
  // A program that signs in before each of its calls pays for the slow hash once, like one that sends it with each call.
  if (!origin.interactive && user !== null && isUsablePassword(password)) {
    const version = recall(tenant.name, user.id, sourceKey(origin.source), password)
    if (version !== null && version === (await credentialVersion(tenant.pool, user.id))) return user.id
  }
  const isRight = await verifyOnce(tenant, user, login, password, origin)
  return isRight && user !== null ? user.id : null
}

/**
 * The user id and password (or API key) that clients send with each call. What was verified is remembered in memory
 * until the credential changes; an archived user is refused at the next call.
 * @throws RateLimitError as `authenticate`
 */
export async function authenticateCall(
  tenant: AuthTenant,
  uid: number,
  passwordOrKey: string,
  origin: Origin,
): Promise<boolean> {
  if (!Number.isSafeInteger(uid) || uid <= 0 || uid > 0x7fff_ffff || uid === systemUid) return false
  if (isApiKey(passwordOrKey) && (await findKeyUser(tenant, passwordOrKey)) === uid) {
    await noteProgram(tenant, origin, uid, 'key', passwordOrKey)
    return true
  }
  if (origin.keysOnly === true) {
    await noteFailure(tenant, origin, { credential: 'password', login: `#${uid}`, uid, reason: 'keys only' })
    return false
  }
  const source = sourceKey(origin.source)
  // Oversized input is not even hashed once.
  const version = isUsablePassword(passwordOrKey) ? recall(tenant.name, uid, source, passwordOrKey) : null
  if (version !== null) {
    const digest = `${uid} ${version}`
    if (knownUser(tenant, digest) === uid) return true
    const epoch = tenant.rights?.epoch
    if (version === (await credentialVersion(tenant.pool, uid))) {
      noteUser(tenant, epoch, digest, uid, null)
      return true
    }
  }
  const [user] = await tenant.pool.query<UserRow>(
    sql`SELECT id, login, password FROM res_users WHERE id = ${uid} AND active AND id <> ${systemUid}`,
  )
  return await verifyOnce(tenant, user ?? null, user?.login ?? `#${uid}`, passwordOrKey, origin)
}

/** The user of an API key sent as bearer; `null` when it is wrong, expired or revoked, or its user archived. */
export async function authenticateKey(tenant: AuthTenant, key: string, origin: Origin): Promise<number | null> {
  const uid = await findKeyUser(tenant, key)
  if (uid === null) await noteFailure(tenant, origin, { credential: 'key', reason: 'no such key' })
  else await noteProgram(tenant, origin, uid, 'key', key)
  return uid
}

const underWay = new Map<string, Promise<boolean>>()

// A client that opens many connections at once sends the same password many times: one verification serves them all,
// and they do not use up the free tries of the throttle.
function verifyOnce(
  tenant: AuthTenant,
  user: UserRow | null,
  login: string,
  password: string,
  origin: Origin,
): Promise<boolean> {
  if (!isUsablePassword(password)) return verify(tenant, user, login, password, origin)
  const key = `${mac(tenant.name, login, password).toString('hex')} ${sourceKey(origin.source)} ${user?.password ?? ''}`
  const found = underWay.get(key)
  if (found !== undefined) return found
  const started = verify(tenant, user, login, password, origin).finally(() => underWay.delete(key))
  underWay.set(key, started)
  return started
}

async function verify(
  tenant: AuthTenant,
  user: UserRow | null,
  login: string,
  password: string,
  origin: Origin,
): Promise<boolean> {
  const tried = { credential: 'password', login, uid: user?.id ?? null } as const
  const attempt = await beginTry(tenant.pool, login, origin.source).catch(async (error: unknown) => {
    if (error instanceof RateLimitError) await noteFailure(tenant, origin, { ...tried, reason: 'cooling down' })
    // Without this, the memory would go on answering guesses from a source that is cooling down.
    if (error instanceof RateLimitError && user !== null) forgetCalls(tenant.name, user.id, sourceKey(origin.source))
    throw error
  })
  const { ok, rehash } = await verifyPassword(password, user?.password ?? null, { lane: tenant.name })
  if (user === null || !ok) await noteFailure(tenant, origin, { ...tried, reason: 'wrong' })
  if (user === null) return false
  if (!ok) {
    // Somebody guesses here: from now on nothing is answered from memory that the throttle has not seen.
    forgetCalls(tenant.name, user.id, sourceKey(origin.source))
    return false
  }
  // Not told apart from a wrong password: whoever guessed it learns nothing by it, and goes on being slowed down.
  if (!origin.interactive && (await hasSecondFactor(tenant.pool, user.id))) {
    await noteFailure(tenant, origin, { ...tried, reason: 'second factor' })
    return false
  }
  await attempt.succeeded()
  if (rehash) await strengthen(tenant, user, password)
  const version = await credentialVersion(tenant.pool, user.id)
  // Of an account with a second factor nothing is remembered: what a person showed in a browser is no program's password.
  if (version !== null && !(await hasSecondFactor(tenant.pool, user.id)))
    remember(tenant.name, user.id, sourceKey(origin.source), password, version)
  // Of a person at a form the session is told, or what she did with her password.
  if (version !== null && !origin.interactive) await noteProgram(tenant, origin, user.id, 'password', version)
  return version !== null
}

// Only where the hash is still the one that was checked: a password changed meanwhile must not come back.
async function strengthen(tenant: AuthTenant, user: UserRow, password: string): Promise<void> {
  const hash = await hashPassword(password, { lane: tenant.name })
  await tenant.pool.query(
    sql`UPDATE res_users SET password = ${hash} WHERE id = ${user.id} AND password = ${user.password}`,
  )
}

async function findUser(db: Queryable, login: string): Promise<UserRow | null> {
  // PostgreSQL cannot hold such a text, so no user has it.
  if (login.length > 1024 || login.includes('\0') || !login.isWellFormed()) return null
  const [user] = await db.query<UserRow>(
    sql`SELECT id, login, password FROM res_users WHERE login = ${login} AND active AND id <> ${systemUid}`,
  )
  return user ?? null
}
