/** What the protocols ask of the rooms below: who is it, and run this. One object, so that the seams are seen in one place. */

import type { Channel, RequestOrigin } from '../audit/index.ts'
import { type CheckedCredential, type Tenant, withEnv } from '../access/index.ts'
import {
  authenticate,
  authenticateCall,
  authenticateKey,
  closeSession,
  openSession,
  type Origin,
  type ProgramPolicy,
  programPolicy,
  readProgramPolicy,
} from '../auth/index.ts'
import type { UserRights } from '../orm/index.ts'
import { callMethod } from './call/call.ts'
import type { Caller } from './directory.ts'
import type { Log } from './log.ts'
import { type Ledger, openLedger } from './programs/ledger.ts'

export interface Gate {
  readonly call: typeof callMethod
  /** The user behind login and password (or API key); `null` when they are wrong. @throws RateLimitError while cooling down */
  authenticate(tenant: Tenant, login: string, password: string, origin: Origin): Promise<number | null>
  /** Whether this is the user's password or API key; asked with every `execute_kw`. */
  authenticateCall(tenant: Tenant, uid: number, password: string, origin: Origin): Promise<boolean>
  authenticateKey(tenant: Tenant, key: string, origin: Origin): Promise<number | null>
  openSession(
    tenant: Tenant,
    uid: number,
    origin: Origin,
    replaces?: string,
  ): Promise<{ readonly token: string; readonly csrf: string }>
  closeSession(tenant: Tenant, token: string, origin?: Origin): Promise<void>
  /** What the user may know about herself. */
  rights(tenant: Tenant, uid: number): Promise<UserRights>
  /** What programs may use here, as memory has it; only for calls that run under the epoch of that memory. */
  policy(tenant: Tenant): ProgramPolicy | Promise<ProgramPolicy>
  /** The same as of this moment. */
  policyNow(tenant: Tenant): Promise<ProgramPolicy>
  /** Counts who calls. */
  readonly ledger: Ledger
  readonly log: Log
}

/** The gate of a running server. */
export function liveGate(log: Log): Gate {
  return {
    call: callMethod,
    authenticate,
    authenticateCall,
    authenticateKey,
    openSession,
    closeSession,
    rights: (tenant, uid) => withEnv(tenant, uid, { mode: 'read' }, async (env) => env.user),
    policy: programPolicy,
    policyNow: readProgramPolicy,
    ledger: openLedger(log),
    log,
  }
}

/** A check of a credential together with the state of memory that it was made under; take it before the first check. */
export function credentialOf(tenant: Tenant, check: () => Promise<boolean>): CheckedCredential {
  return { epoch: tenant.rights?.epoch, check }
}

/** The request of a caller as the audit log names it. */
export function requestOf(caller: Caller, channel: Channel): RequestOrigin {
  return { requestId: caller.requestId, channel, source: caller.source, forUid: null }
}

/** The origin of a caller. */
export function originOf(caller: Caller, interactive: boolean, channel: Channel): Origin {
  return {
    source: caller.source,
    interactive,
    request: requestOf(caller, channel),
    ...(caller.userAgent === undefined ? {} : { userAgent: caller.userAgent }),
  }
}

/** The origin of a program under the tenant's policy. */
export function programOrigin(caller: Caller, policy: ProgramPolicy, channel: Channel): Origin {
  const origin = originOf(caller, false, channel)
  return policy.passwords ? origin : { ...origin, keysOnly: true }
}
