/** Writes entries of the audit log into the transaction of what they tell of. */

import { type Queryable, type Sql, sql } from '../../sql/index.ts'

/** Who did something, for whom, in which request. */
export interface AuditActor {
  /** The user who acted; `null` before anybody is signed in. */
  readonly uid: number | null
  /** Whom somebody else acted for (staff, jobs); `null` when nobody. */
  readonly forUid: number | null
  /** Id of the request, the same in the server's log. */
  readonly requestId: string
  /** The way in: `JSON-2`, `JSON-RPC`, `XML-RPC`, `web`, `page`, `job`, `command`, `system`. */
  readonly channel: string
  /** Network address of the caller; personal, hence sealed. `null` where there is none. */
  readonly source: string | null
}

/** Personal data of one subject, readable until the subject's key is destroyed. */
export interface PersonalPart {
  /** Whose data it is, as `model,id`: `res.partner,17`. */
  readonly subject: string
  readonly data: unknown
}

export interface AuditEvent {
  /** What happened, `area.verb`: `signin.failed`, `rights.changed`, `record.written`. */
  readonly kind: string
  readonly model?: string
  readonly ids?: readonly number[]
  /** What may stay readable for ever: names of fields, counts, reasons; JSON, never personal. */
  readonly what?: Readonly<Record<string, unknown>>
  readonly personal?: readonly PersonalPart[]
}

/** Records events, in one statement, in the transaction that `db` is: they are there when it commits, and only then. */
export async function recordAudit(db: Queryable, actor: AuditActor, events: readonly AuditEvent[]): Promise<void> {
  if (events.length > 0) await db.query(insertEvents(events.map((event) => ({ actor, event }))))
}

/** The statement that records events of one or several actors. */
export function insertEvents(entries: readonly { readonly actor: AuditActor; readonly event: AuditEvent }[]): Sql {
  const rows = entries.map(({ actor, event: { kind, model, ids, what, personal } }) => ({
    kind,
    actor,
    model,
    ids,
    what: what ?? {},
    personal,
  }))
  return sql`INSERT INTO hf_audit_pending (kind, actor, model, ids, what, personal)
    SELECT kind, actor, model, ids, what, personal FROM jsonb_to_recordset(${toJson(rows)}::jsonb)
      AS r (kind text, actor jsonb, model text, ids int4[], what jsonb, personal jsonb)`
}

// PostgreSQL's jsonb takes neither NUL nor half a surrogate pair; what somebody sent as a name must not stop its record.
function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, one) =>
    typeof one === 'string' ? one.toWellFormed().replaceAll('\0', '\ufffd') : one,
  )
}
