/** A person changes her own password from within a request, showing that she knows the old one. */

import { AccessDenied } from '../../errors.ts'
import { sql } from '../../sql/index.ts'
import { verifyPassword } from './hash.ts'
import { type AuthEnv, setPassword } from './set-password.ts'

/**
 * Changes the password of the request's user.
 * @throws AccessDenied ERR_AUTH_OLD_PASSWORD; ValidationError as `setPassword`
 */
export async function changeOwnPassword(env: AuthEnv & { readonly uid: number }, before: string, now: string): Promise<void> {
  if (env.tx === null) throw new TypeError('A password is changed in a writing request only.')
  const [user] = await env.tx.query<{ password: string | null }>(sql`SELECT password FROM res_users WHERE id = ${env.uid} AND active`)
  const check = await verifyPassword(before, user?.password ?? null, { lane: env.tenant })
  if (!check.ok) throw new AccessDenied('ERR_AUTH_OLD_PASSWORD', 'The old password is not right.')
  await setPassword(env, env.uid, now)
}
