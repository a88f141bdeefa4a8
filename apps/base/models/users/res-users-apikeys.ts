/** API keys as their owners see them. The keys themselves are kept by the framework, as hashes only. */

import { type Def, f, fields, model } from '#framework'

export const apiKeys = fields({
  name: f.char({ label: 'Description', required: true, readonly: true }),
  user_id: f.m2o('res.users', { label: 'User', required: true, readonly: true, ondelete: 'cascade', index: true }),
  scope: f.char({ label: 'Scope', readonly: true }),
  expiration_date: f.datetime({ label: 'Expiration Date', readonly: true }),
})

declare module '#framework' {
  interface Registry {
    'res.users.apikeys': ResUsersApikeysData
  }
  interface ResUsersApikeysData extends Def<typeof apiKeys> {}
}

model('res.users.apikeys', apiKeys, {
  description: 'Users API Keys',
  order: 'id desc',
  table: 'hf_api_key',
  affectsRights: true,
})
