/** An audit log on a real database, for tests. Only tests import it. */

import {
  auditTables,
  type AuditActor,
  type AuditEvent,
  type KeyVault,
  recordAudit,
} from '../../../framework/audit/index.ts'
import { type Pool, withTransaction } from '../../../framework/sql/index.ts'
import { keyVault, temporaryTenantKeys } from '../../tenants/index.ts'

export const actor: AuditActor = {
  uid: 2,
  forUid: null,
  requestId: 'r-1',
  channel: 'JSON-2',
  source: '192.0.2.7',
}

export interface Workshop {
  readonly pool: Pool
  readonly vault: KeyVault
  /** Records so many events, each in a transaction of its own group of ten. */
  record(count: number, event?: Partial<AuditEvent>): Promise<void>
}

/** Makes the tables of the log in an empty database, and nothing else. */
export async function auditWorkshop({ pool }: { readonly pool: Pool }): Promise<Workshop> {
  for (const table of auditTables) await pool.query(table, { prepared: false })
  let made = 0
  return {
    pool,
    vault: keyVault(temporaryTenantKeys('t')),
    record: async (count, event = {}) => {
      for (let done = 0; done < count; done += 10) {
        const events = Array.from({ length: Math.min(10, count - done) }, () => makeEvent(++made, event))
        await withTransaction(pool, (tx) => recordAudit(tx, actor, events))
      }
    },
  }
}

function makeEvent(number: number, event: Partial<AuditEvent>): AuditEvent {
  return {
    kind: 'record.written',
    model: 'res.partner',
    ids: [number, number + 1],
    what: { fields: ['name'], number, amount: number / 3, text: 'ä€😀"\\\u2028' },
    personal: [{ subject: `res.partner,${number % 7}`, data: { name: `Person ${number}` } }],
    ...event,
  }
}
