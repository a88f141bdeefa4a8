/** Who follows a record. */

import { type Def, f, fields, model } from '#framework'

export const follower = fields({
  res_model: f.char({ label: 'Related Document Model Name', required: true, readonly: true }),
  res_id: f.int({ label: 'Related Document ID', index: true, readonly: true, modelField: 'res_model' }),
  partner_id: f.m2o('res.partner', { label: 'Related Partner', required: true, ondelete: 'cascade', index: true }),
  subtype_ids: f.m2m('mail.message.subtype', {
    label: 'Subtype',
    table: 'mail_followers_mail_message_subtype_rel',
    column1: 'mail_followers_id',
    column2: 'mail_message_subtype_id',
  }),
  name: f.char({ label: 'Name', related: 'partner_id.name' }),
  email: f.char({ label: 'Email', related: 'partner_id.email' }),
  is_active: f.bool({ label: 'Is Active', related: 'partner_id.active' }),
  display_name: f.char({ label: 'Display Name', related: 'partner_id.name' }),
})

declare module '#framework' {
  interface Registry {
    'mail.followers': MailFollowersData
  }
  interface MailFollowersData extends Def<typeof follower> {}
}

model('mail.followers', follower, {
  description: 'Document Followers',
  // Oneself one may let follow whatever one reads; the methods of the thread ask for more where it is about others.
  hangsOn: { id: 'res_id', rights: 'required', change: 'read' },
  constraints: {
    mail_followers_res_partner_res_model_id_uniq: {
      unique: ['res_model', 'res_id', 'partner_id'],
      message: 'Error, a partner cannot follow twice the same object.',
    },
  },
})
