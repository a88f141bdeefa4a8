/** Programs that call this database, a row each: how they speak, as whom, and what they call. The framework counts. */

import { type Def, f, fields, model } from '#framework'

export const irRpcClient = fields({
  protocol: f.sel(
    { 'xml-rpc': 'XML-RPC', 'json-rpc': 'JSON-RPC', 'json-2': 'JSON-2', web: 'Web session' },
    { label: 'Protocol', required: true, readonly: true },
  ),
  credential: f.sel(
    { password: 'Password', key: 'API key', session: 'Session' },
    { label: 'Signs in with', required: true, readonly: true },
  ),
  user_id: f.m2o('res.users', { label: 'User', required: true, readonly: true, ondelete: 'cascade' }),
  user_agent: f.char({ label: 'User Agent', required: true, readonly: true }),
  calls: f.int({ label: 'Calls', readonly: true }),
  /** Counts by `model.method`. */
  methods: f.json({ label: 'Methods', readonly: true }),
  first_seen: f.datetime({ label: 'First Seen', readonly: true }),
  last_seen: f.datetime({ label: 'Last Seen', readonly: true, index: true }),
})

declare module '#framework' {
  interface Registry {
    'ir.rpc.client': IrRpcClientData
  }
  interface IrRpcClientData extends Def<typeof irRpcClient> {}
}

model('ir.rpc.client', irRpcClient, {
  description: 'Calling Program',
  order: 'last_seen desc, id',
  recName: 'user_agent',
  constraints: {
    client_uniq: {
      unique: ['user_id', 'protocol', 'credential', 'user_agent'],
      message: 'Each program has one row per user, protocol and credential.',
    },
  },
})
