/** Where a request came from: carried from the door to whatever is recorded of it. */

import { randomUUID } from 'node:crypto'
import type { AuditActor } from './record.ts'

/** The ways in. */
export type Channel = 'JSON-2' | 'JSON-RPC' | 'XML-RPC' | 'web' | 'page' | 'job' | 'command' | 'system'

/** A request as every entry of the log names it; the user is known later. */
export interface RequestOrigin extends Omit<AuditActor, 'uid'> {
  readonly channel: Channel
}

/** A new id for a request; the server's log and the audit log have the same. */
export function newRequestId(): string {
  return randomUUID()
}

/** The origin of work that no request over the network asked for. */
export function originWithin(channel: 'job' | 'command' | 'system', requestId: string = newRequestId()): RequestOrigin {
  return { requestId, channel, source: null, forUid: null }
}

/** Who acts, when it is this user who came by this request. */
export function actorOf(origin: RequestOrigin, uid: number | null): AuditActor {
  const { requestId, channel, source, forUid } = origin
  return { uid, forUid, requestId, channel, source }
}
