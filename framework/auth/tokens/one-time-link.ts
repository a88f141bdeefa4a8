/** Links that let a person choose a password once: the first one, or a new one when the old is lost. */

import type { AuditActor } from '../../audit/index.ts'
import { AccessDenied, MissingError } from '../../errors.ts'
import { type Queryable, sql, withTransaction } from '../../sql/index.ts'
import { noteCredential, noteFailure, actorFrom } from '../events.ts'
import { type AuthTenant, type Origin, systemUid } from '../auth-tenant.ts'
import { hashPassword } from '../passwords/hash.ts'
import { checkPassword, storePassword } from '../passwords/set-password.ts'
import { hashToken, isToken, newToken } from './token.ts'

export type LinkPurpose = 'first-login' | 'reset'

/** Minutes that a link holds. ASVS 6.4.1: initial secrets expire; a reset is asked for by somebody who waits for it. */
export const linkMinutes: Readonly<Record<LinkPurpose, number>> = { 'first-login': 24 * 60, reset: 30 }

export interface LinkInfo {
  readonly uid: number
  readonly login: string
}

/**
 * Makes a link for a user; earlier unused ones of the same purpose end. Nobody learns or chooses a password by it.
 * @returns the token for the address `/web/first-login/<token>` or `/web/reset-password/<token>`; it cannot be read again
 * @throws MissingError ERR_AUTH_USER
 */
// Keeps promise: passwords/nobody-can-read
export async function createLink(
  on: AuthTenant | Queryable,
  uid: number,
  purpose: LinkPurpose,
  by?: AuditActor,
): Promise<string> {
  if ('pool' in on) return withTransaction(on.pool, (tx) => createLink(tx, uid, purpose, by))
  const db = on
  const [user] = await db.query(sql`SELECT id FROM res_users WHERE id = ${uid} AND active AND id <> ${systemUid}`)
  if (user === undefined) throw new MissingError('ERR_AUTH_USER', 'This user does not exist or is archived.')
  await db.query(
    sql`DELETE FROM hf_one_time_link WHERE (uid = ${uid} AND purpose = ${purpose}) OR expires_at < now() - interval '7 days'`,
  )
  const token = newToken()
  await db.query(sql`
    INSERT INTO hf_one_time_link (token_hash, uid, purpose, expires_at)
    VALUES (${hashToken(token)}, ${uid}, ${purpose}, now() + make_interval(mins => ${linkMinutes[purpose]}))`)
  await noteCredential(db, by, 'link.created', uid, { purpose })
  return token
}

/** Whose link it is, without using it up; `null` when it is unknown, used, expired or for another purpose. */
export async function readLink(db: AuthTenant['pool'], token: string, purpose: LinkPurpose): Promise<LinkInfo | null> {
  if (!isToken(token)) return null
  const [row] = await db.query<{ uid: number; login: string }>(sql`
    SELECT l.uid, u.login FROM hf_one_time_link l JOIN res_users u ON u.id = l.uid
    WHERE l.token_hash = ${hashToken(token)} AND l.purpose = ${purpose} AND l.used_at IS NULL AND l.expires_at > now()
      AND u.active AND u.id <> ${systemUid}`)
  return row ?? null
}

/**
 * Uses the link up and sets the password; all sessions of the user end. A password that breaks a rule leaves the link usable.
 * @throws AccessDenied ERR_AUTH_LINK when the link is unknown, used, expired or for another purpose; ValidationError for the password
 */
export async function redeemLink(
  tenant: AuthTenant,
  token: string,
  password: string,
  purpose: LinkPurpose,
  origin?: Origin,
): Promise<{ uid: number }> {
  const info = await readLink(tenant.pool, token, purpose)
  if (info === null) throw await deadLink(tenant, origin)
  await checkPassword(tenant.pool, tenant.name, info.uid, password)
  const hash = await hashPassword(password, { lane: tenant.name })
  await withTransaction(tenant.pool, async (tx) => {
    // The condition is asked again at the moment of use: of two who hold the link, one wins.
    const used = await tx.query(sql`
      UPDATE hf_one_time_link SET used_at = now()
      WHERE token_hash = ${hashToken(token)} AND purpose = ${purpose} AND used_at IS NULL AND expires_at > now() RETURNING uid`)
    if (used.length === 0) throw linkIsDead()
    const by = actorFrom(origin, info.uid)
    await noteCredential(tx, by, 'link.used', info.uid, { purpose })
    await storePassword(tx, info.uid, hash, { by })
  })
  return { uid: info.uid }
}

/** The refusal of a link that opens nothing, after noting that somebody tried. */
export async function deadLink(tenant: AuthTenant, origin: Origin | undefined): Promise<AccessDenied> {
  if (origin) await noteFailure(tenant, origin, { credential: 'link', reason: 'used, expired or unknown' })
  return linkIsDead()
}

function linkIsDead(): AccessDenied {
  return new AccessDenied(
    'ERR_AUTH_LINK',
    'This link has been used or has expired. Ask your administrator for a new one.',
  )
}
