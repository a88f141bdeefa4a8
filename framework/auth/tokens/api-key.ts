/** API keys: passwords for programs, made by the machine, shown once, each revocable by itself. */

import { hash, randomBytes } from 'node:crypto'
import type { AuditActor } from '../../audit/index.ts'
import { ValidationError } from '../../errors.ts'
import { type Pool, type Queryable, sql, withTransaction } from '../../sql/index.ts'
import { noteCredential } from '../events.ts'
import { type AuthTenant, systemUid } from '../auth-tenant.ts'
import { knownUser, noteUser } from '../sign-in/known-credentials.ts'

export interface NewApiKey {
  readonly name: string
  /** What the key is good for; `null` = everything that its user may do. */
  readonly scope?: string | null
  /** `null` = until revoked. */
  readonly expiresAt?: Date | null
}

export interface ApiKeyInfo {
  readonly id: number
  readonly name: string
  readonly scope: string | null
  /** The first characters of the key, so that a person recognises it. */
  readonly begins: string
  readonly createdAt: string
  readonly expiresAt: string | null
  readonly lastUsedAt: string | null
}

/**
 * Makes a key for a user.
 * @returns its id and the key itself (64 hex digits), which nobody can see again
 * @throws ValidationError ERR_AUTH_KEY_NAME, ERR_AUTH_KEY_EXPIRED
 */
export async function createKey(
  db: Pool,
  uid: number,
  wanted: NewApiKey,
  by?: AuditActor,
): Promise<{ id: number; key: string }> {
  const name = wanted.name.trim()
  if (name === '' || name.length > 200)
    throw new ValidationError(
      'ERR_AUTH_KEY_NAME',
      'Give the key a name of at most 200 characters that tells which program uses it.',
    )
  const expiresAt = wanted.expiresAt ?? null
  if (expiresAt !== null && !(expiresAt.getTime() > Date.now()))
    throw new ValidationError('ERR_AUTH_KEY_EXPIRED', 'The key would already have expired; choose a later date.')
  const key = randomBytes(32).toString('hex')
  const id = await withTransaction(db, async (tx) => {
    const [row] = await tx.query<{ id: number }>(sql`
    INSERT INTO hf_api_key (user_id, name, scope, key_index, key_hash, expires_at)
    VALUES (${uid}, ${name}, ${wanted.scope ?? null}, ${key.slice(0, 8)}, ${hashKey(key)}, ${expiresAt === null ? null : expiresAt.toISOString()})
    RETURNING id`)
    const what = { key: row?.id ?? 0, expires: expiresAt?.toISOString() ?? null, scope: wanted.scope ?? null }
    await noteCredential(tx, by, 'key.created', uid, what, { name })
    return what.key
  })
  return { id, key }
}

/** The keys of a user, newest first; expired ones too, until they are revoked. */
export async function listKeys(db: Queryable, uid: number): Promise<ApiKeyInfo[]> {
  return await db.query<ApiKeyInfo & Record<string, unknown>>(sql`
    SELECT id, name, scope, key_index AS begins, created_at AS "createdAt", expires_at AS "expiresAt", last_used_at AS "lastUsedAt"
    FROM hf_api_key WHERE user_id = ${uid} ORDER BY id DESC`)
}

/** Ends a key of this user at once; `false` when she has no such key. */
export async function revokeKey(db: Pool, uid: number, id: number, by?: AuditActor): Promise<boolean> {
  return withTransaction(db, async (tx) => {
    const gone = await tx.query(sql`
    WITH gone AS (DELETE FROM hf_api_key WHERE id = ${id} AND user_id = ${uid} RETURNING id)
    UPDATE hf_epoch SET n = n + 1 FROM gone RETURNING gone.id`)
    if (gone.length > 0) await noteCredential(tx, by, 'key.revoked', uid, { key: id })
    return gone.length > 0
  })
}

/** Whether the text has the form of a key; only then is the database asked. */
export function isApiKey(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text)
}

/** The user of a valid key; `null` for a wrong, expired or revoked one, and when the user is archived. One indexed query. */
export async function findKeyUser(tenant: AuthTenant, key: string): Promise<number | null> {
  if (!isApiKey(key)) return null
  const place = hash('sha256', key, 'hex')
  const known = knownUser(tenant, place)
  if (known !== undefined) return known
  const epoch = tenant.rights?.epoch
  const [row] = await tenant.pool.query<{ id: number; uid: number; stale: boolean; expires: number | null }>(sql`
    SELECT k.id, k.user_id AS uid, extract(epoch FROM k.expires_at)::float8 * 1000 AS expires, coalesce(k.last_used_at < now() - interval '60 seconds', true) AS stale
    FROM hf_api_key k JOIN res_users u ON u.id = k.user_id
    WHERE k.key_hash = ${Buffer.from(place, 'hex')} AND u.active AND u.id <> ${systemUid} AND (k.expires_at IS NULL OR k.expires_at > now())
      AND (k.scope IS NULL OR k.scope = 'rpc')`)
  if (row === undefined) return null
  if (row.stale) await tenant.pool.query(sql`UPDATE hf_api_key SET last_used_at = now() WHERE id = ${row.id}`)
  noteUser(tenant, epoch, place, row.uid, row.expires)
  return row.uid
}

// A fast hash is right here: a key has 256 random bits, so there is no list of likely keys that a slow one would hold up.
function hashKey(key: string): Buffer {
  return hash('sha256', key, 'buffer')
}
