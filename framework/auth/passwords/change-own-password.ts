/** A person changes her own password from within a request, showing that she knows the old one. */

import { AccessDenied, RateLimitError } from '../../errors.ts'
import { sql } from '../../sql/index.ts'
import { verifyPassword } from './hash.ts'
import { type AuthEnv, setPassword } from './set-password.ts'

/**
 * Changes the password of the request's user.
 * @throws AccessDenied ERR_AUTH_OLD_PASSWORD; RateLimitError ERR_AUTH_COOLDOWN; ValidationError as `setPassword`
 */
export async function changeOwnPassword(
  env: AuthEnv & { readonly uid: number },
  before: string,
  now: string,
): Promise<void> {
  const tries = openTries(env.tenant, env.uid)
  if (env.tx === null) throw new TypeError('A password is changed in a writing request only.')
  const [user] = await env.tx.query<{ password: string | null }>(
    sql`SELECT password FROM res_users WHERE id = ${env.uid} AND active`,
  )
  const check = await verifyPassword(before, user?.password ?? null, { lane: env.tenant })
  if (!check.ok) throw new AccessDenied('ERR_AUTH_OLD_PASSWORD', 'The old password is not right.')
  tries.count = 0
  await setPassword(env, env.uid, now)
}

interface Tries {
  count: number
  since: number
}

const mostTries = 5
const windowMs = 60_000
const recent = new Map<string, Tries>()

// Whoever found a session open must not guess the password through it. In memory, because a count in the request's own
// transaction would be rolled back with the refusal.
function openTries(tenant: string, uid: number): Tries {
  const key = `${tenant} ${uid}`
  const now = Date.now()
  let tries = recent.get(key)
  if (tries === undefined || now - tries.since > windowMs) {
    if (recent.size > 10_000) recent.clear()
    tries = { count: 0, since: now }
    recent.set(key, tries)
  }
  if (tries.count >= mostTries) {
    throw new RateLimitError(
      'ERR_AUTH_COOLDOWN',
      'Too many wrong passwords. Wait a minute and try again.',
      Math.ceil((tries.since + windowMs - now) / 1000),
    )
  }
  tries.count++
  return tries
}
