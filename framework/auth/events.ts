/** What the audit log learns of sign-ins and credentials: never a password, a key or a token, right or wrong. */

import { createHash } from 'node:crypto'
import { type AuditActor, actorOf, originWithin, recordAudit, type RequestOrigin, Tally } from '../audit/index.ts'
import type { Queryable } from '../sql/index.ts'
import type { AuthTenant, Origin } from './auth-tenant.ts'
import { accountKey, sourceKey } from './throttle/account.ts'

const failures = new Tally()
const uses = new Tally()

export type Credential = 'password' | 'key' | 'link'

/** The actor of a request before or after somebody is known. */
export function actorFrom(origin: Origin | undefined, uid: number | null): AuditActor {
  const request: RequestOrigin = origin?.request ?? { ...originWithin('system'), source: origin?.source ?? null }
  return actorOf(request, uid)
}

/**
 * A try that failed. The first from a source at a login is an entry; those that follow are told as counts.
 * @param uid the user whom the login names, if any: the login is then hers; otherwise it is kept under the day's own key
 */
export async function noteFailure(
  tenant: AuthTenant,
  origin: Origin,
  tried: {
    readonly credential: Credential
    readonly login?: string
    readonly uid?: number | null
    readonly reason: string
  },
): Promise<void> {
  const { credential, login, uid, reason } = tried
  const account = login === undefined ? '' : accountKey(login).toString('base64url')
  // A login that is none may be a password in the wrong box: it is sealed like any other, and short.
  const subject = uid ? `res.users,${uid}` : `hf.login,${Math.floor(Date.now() / 86_400_000)}`
  await failures.note(tenant.pool, `${credential} ${reason} ${sourceKey(origin.source)} ${account}`, {
    actor: actorFrom(origin, null),
    event: {
      kind: 'signin.failed',
      what: { credential, reason, known: uid !== undefined && uid !== null },
      ...(login === undefined ? {} : { personal: [{ subject, data: { login: login.slice(0, 200) } }] }),
    },
  })
}

/** A program signed in: with the first call from a source, and counts of the later ones that were looked at anew. */
export async function noteProgram(
  tenant: AuthTenant,
  origin: Origin,
  uid: number,
  credential: Credential,
  secret: string,
): Promise<void> {
  const sort = createHash('sha256').update(`${credential} ${secret}`).digest('base64url')
  await uses.note(tenant.pool, `${sort} ${uid} ${sourceKey(origin.source)}`, {
    actor: actorFrom(origin, uid),
    event: { kind: 'signin.succeeded', model: 'res.users', what: { credential, user: uid } },
  })
}

/** What became of a credential or session of a user. */
export async function noteCredential(
  db: Queryable,
  by: AuditActor | undefined,
  kind: string,
  uid: number,
  what: Readonly<Record<string, unknown>> = {},
  personal?: unknown,
): Promise<void> {
  await recordAudit(db, by ?? actorFrom(undefined, null), [
    {
      kind,
      model: 'res.users',
      ids: [uid],
      what,
      ...(personal === undefined ? {} : { personal: [{ subject: `res.users,${uid}`, data: personal }] }),
    },
  ])
}

/** Writes the counts that wait in memory, before a tenant goes to sleep. */
export async function tellCounts(db: Queryable): Promise<void> {
  await failures.tell(db, true)
  await uses.tell(db, true)
}
