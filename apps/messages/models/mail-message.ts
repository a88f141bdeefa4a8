/** A message on a record. */

import { type Def, type Env, f, fields, model } from '#framework'

export const message = fields({
  subject: f.char({ label: 'Subject' }),
  date: f.datetime({ label: 'Date', default: (env: Env) => env.now().toISOString().slice(0, 19).replace('T', ' ') }),
  body: f.html({ label: 'Contents' }),
  model: f.char({ label: 'Related Document Model', index: true }),
  res_id: f.int({ label: 'Related Document ID', index: true }),
  record_name: f.char({ label: 'Message Record Name' }),
  message_type: f.sel(
    {
      email: 'Incoming Email',
      comment: 'Comment',
      email_outgoing: 'Outgoing Email',
      notification: 'System notification',
      auto_comment: 'Automated Targeted Notification',
      user_notification: 'User Specific Notification',
    },
    { label: 'Type', required: true, default: 'comment' },
  ),
  subtype_id: f.m2o('mail.message.subtype', { label: 'Subtype', ondelete: 'set null' }),
  author_id: f.m2o('res.partner', { label: 'Author', ondelete: 'set null', index: true }),
  email_from: f.char({ label: 'From' }),
  parent_id: f.m2o('mail.message', { label: 'Parent Message', ondelete: 'set null' }),
  is_internal: f.bool({ label: 'Employee Only', related: 'subtype_id.internal', store: true }),
})

declare module '#framework' {
  interface Registry {
    'mail.message': MailMessageData
  }
  interface MailMessageData extends Def<typeof message> {}
}

model('mail.message', message, {
  description: 'Message',
  order: 'id desc',
  displayName: 'record_name',
  recName: 'record_name',
})
