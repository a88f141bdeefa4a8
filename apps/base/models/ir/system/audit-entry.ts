/** The audit log as its administrators read it. The framework keeps it; nobody writes here, whatever rights say. */

import {
  api,
  auditCheckpoint,
  auditConsistency,
  auditEntries,
  auditProof,
  behaviour,
  type Def,
  expose,
  f,
  fields,
  model,
  t,
} from '#framework'

export const auditEntry = fields({
  index: f.int({ label: 'Index', readonly: true, help: 'Place in the log, from 0' }),
  date: f.datetime({ label: 'Moment', readonly: true }),
  kind: f.char({ label: 'Event', readonly: true }),
  model: f.char({ label: 'Model', readonly: true }),
  channel: f.char({ label: 'Way In', readonly: true }),
  request_id: f.char({ label: 'Request', readonly: true, help: 'The same as in the log of the server' }),
  entry: f.text({ label: 'Entry', readonly: true, help: 'What was hashed: JSON; personal parts are sealed' }),
})

declare module '#framework' {
  interface Registry {
    'audit.entry': AuditEntryData
  }
  interface AuditEntryData extends Def<typeof auditEntry> {}
}

model('audit.entry', auditEntry, {
  description: 'Audit Entry',
  order: 'id desc',
  recName: 'kind',
  table: 'hf_audit_leaf',
  readOnly: true,
})

expose('audit.entry', {
  checkpoint: api({
    params: {},
    returns: t.json,
    access: 'read',
    on: 'model',
    readonly: true,
    doc: 'The newest signed checkpoint of the audit log with its size and the public keys: {checkpoint, size, key, witness_key}',
  }),
  inclusion_proof: api({
    params: { index: t.int },
    returns: t.json,
    access: 'read',
    on: 'model',
    readonly: true,
    doc: 'An entry as it was hashed, and its RFC 6962 audit path to the newest checkpoint: {index, entry, proof, checkpoint, …}',
  }),
  consistency_proof: api({
    params: { older: t.int },
    returns: t.json,
    access: 'read',
    on: 'model',
    readonly: true,
    doc: 'The RFC 6962 proof that the newest checkpoint continues the one of size `older`: {older, proof, checkpoint, …}',
  }),
  search_entries: api({
    params: { filter: t.json.or({}) },
    returns: t.json,
    access: 'read',
    on: 'model',
    readonly: true,
    doc: 'Entries, newest first, personal parts opened: by kind (`signin.*`), model, record_id, uid, since, until, before (an index), limit',
  }),
})

behaviour(
  'audit.entry',
  (Base) =>
    class extends Base {
      checkpoint() {
        return auditCheckpoint(this.env)
      }

      inclusion_proof(index: number) {
        return auditProof(this.env, index)
      }

      consistency_proof(older: number) {
        return auditConsistency(this.env, older)
      }

      search_entries(filter: unknown) {
        return auditEntries(this.env, filter)
      }
    },
)
