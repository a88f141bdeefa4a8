/** Sessions of browsers and of clients that keep a cookie. The token is with the client only; the database has its hash. */

import { type AuditActor, actorOf, type RequestOrigin } from '../../audit/index.ts'
import { type Queryable, sql, type Transaction, withTransaction } from '../../sql/index.ts'
import { type AuthTenant, type Origin, systemUid } from '../auth-tenant.ts'
import { actorFrom, noteCredential } from '../events.ts'
import { readSettings, settings } from '../settings.ts'
import { pruneFailures } from '../throttle/throttle.ts'
import { hashToken, isToken, newToken } from '../tokens/token.ts'
import { csrfSecret } from './csrf.ts'

export interface OpenedSession {
  /** For the cookie; never stored, never logged. */
  readonly token: string
  /** The session's CSRF secret; pages show `maskCsrf(csrf)`. */
  readonly csrf: string
}

export interface Session {
  readonly uid: number
  readonly csrf: string
}

/** One open session, as a user sees it in the list of her own. */
export interface SessionInfo {
  readonly createdAt: string
  readonly lastSeenAt: string
  readonly source: string
  readonly userAgent: string | null
}

/**
 * Opens a session for a user who has just proved who she is. A new token each time: a cookie that was planted before the
 * sign-in is worth nothing after it.
 * @param replaces token of the session that this browser had until now; it ends
 */
export async function openSession(
  tenant: AuthTenant,
  uid: number,
  origin: Origin,
  replaces?: string,
): Promise<OpenedSession> {
  const { idleMinutes, absoluteHours } = await readSettings(tenant.pool, {
    idleMinutes: settings.sessionIdleMinutes,
    absoluteHours: settings.sessionAbsoluteHours,
  })
  if (replaces !== undefined) await closeSession(tenant, replaces, origin)
  // Each sign-in sweeps what is over, so that neither table grows with what nobody needs.
  await tenant.pool.query(sql`DELETE FROM hf_session WHERE expires_at < now()`)
  await pruneFailures(tenant.pool)
  const token = newToken()
  const by = actorFrom(origin, uid)
  const agent = origin.userAgent === undefined ? null : printable(origin.userAgent, 300)
  await withTransaction(tenant.pool, async (tx) => {
    await noteCredential(tx, by, 'signin.succeeded', uid, { credential: 'session' }, { agent })
    await tx.query(sql`
    INSERT INTO hf_session (token_hash, uid, idle_seconds, expires_at, source, user_agent)
    VALUES (${hashToken(token)}, ${uid}, ${idleMinutes * 60}, now() + make_interval(hours => ${absoluteHours}),
      ${printable(origin.source, 64)}, ${agent})`)
  })
  return { token, csrf: csrfSecret(token) }
}

/** The session behind a token; `null` when it ended, never was, or its user is archived. One indexed query. */
export async function readSession(tenant: AuthTenant, token: string): Promise<Session | null> {
  if (!isToken(token)) return null
  const hash = hashToken(token)
  const [row] = await tenant.pool.query<{ uid: number; stale: boolean }>(sql`
    SELECT s.uid, s.last_seen_at < now() - interval '60 seconds' AS stale
    FROM hf_session s JOIN res_users u ON u.id = s.uid
    WHERE s.token_hash = ${hash} AND u.active AND u.id <> ${systemUid}
      AND s.expires_at > now() AND s.last_seen_at > now() - make_interval(secs => s.idle_seconds)`)
  if (row === undefined) return null
  // Noted once a minute at most, so that reading stays reading.
  if (row.stale) await tenant.pool.query(sql`UPDATE hf_session SET last_seen_at = now() WHERE token_hash = ${hash}`)
  return { uid: row.uid, csrf: csrfSecret(token) }
}

/** Ends one session; says nothing about whether it was there. */
export async function closeSession(tenant: AuthTenant, token: string, origin?: Origin): Promise<void> {
  if (!isToken(token)) return
  await withTransaction(tenant.pool, async (tx) => {
    const [gone] = await tx.query<{ uid: number }>(
      sql`DELETE FROM hf_session WHERE token_hash = ${hashToken(token)} RETURNING uid`,
    )
    if (gone) await noteCredential(tx, actorFrom(origin, gone.uid), 'session.ended', gone.uid, { count: 1 })
  })
}

/** Ends all sessions of a user, but for the one named; in the request's transaction when given its environment. */
export async function closeSessionsOf(
  on: AuthTenant | Queryable | { readonly tx: Transaction | null },
  uid: number,
  exceptToken?: string,
  by?: AuditActor,
): Promise<void> {
  const db = 'pool' in on ? on.pool : 'tx' in on ? on.tx : on
  if (db === null) throw new TypeError('Sessions are ended in a writing request only.')
  const spared = exceptToken === undefined ? Buffer.alloc(0) : hashToken(exceptToken)
  const gone = await db.query(sql`DELETE FROM hf_session WHERE uid = ${uid} AND token_hash <> ${spared} RETURNING 1`)
  if (gone.length > 0) await noteCredential(db, by ?? actorWithin(on), 'session.ended', uid, { count: gone.length })
}

function actorWithin(on: object): AuditActor | undefined {
  const { origin, uid } = on as { origin?: RequestOrigin; uid?: number }
  return origin === undefined ? undefined : actorOf(origin, uid ?? null)
}

/** The open sessions of a user, newest first. */
export async function listSessions(tenant: AuthTenant, uid: number): Promise<SessionInfo[]> {
  const rows = await tenant.pool.query<{
    created_at: string
    last_seen_at: string
    source: string
    user_agent: string | null
  }>(sql`
    SELECT created_at, last_seen_at, source, user_agent FROM hf_session
    WHERE uid = ${uid} AND expires_at > now() AND last_seen_at > now() - make_interval(secs => idle_seconds)
    ORDER BY last_seen_at DESC`)
  return rows.map((row) => ({
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    source: row.source,
    userAgent: row.user_agent,
  }))
}

// What a client says about itself may hold anything; the list of sessions and the log get a harmless part of it.
function printable(text: string, most: number): string {
  return text
    .toWellFormed()
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, most)
    .toWellFormed()
}
