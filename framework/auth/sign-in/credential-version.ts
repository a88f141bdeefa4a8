/** A short text that changes when a user's password or second factor changes, and is gone when the user may not sign in. */

import { type Queryable, sql } from '../../sql/index.ts'
import { systemUid } from '../auth-tenant.ts'

/**
 * What a verified password was verified against. A caller that keeps an epoch of its own may ask only when that moved:
 * every change of a password, of `active` or of a second factor bumps the epoch.
 * @returns `null` for an absent or archived user
 */
export async function credentialVersion(db: Queryable, uid: number): Promise<string | null> {
  const [row] = await db.query<{ version: string }>(sql`
    SELECT encode(sha256(convert_to(coalesce(password, ''), 'UTF8')), 'hex')
      || CASE WHEN EXISTS (SELECT FROM hf_second_factor f WHERE f.uid = res_users.id) THEN '+' ELSE '' END AS version
    FROM res_users WHERE id = ${uid} AND active AND id <> ${systemUid}`)
  return row?.version ?? null
}
