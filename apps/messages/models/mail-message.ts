/** A message on a record. Who may read the record may read it. */

import { AccessError, behaviour, type Def, type Env, f, fields, model, type Values } from '#framework'

export const message = fields({
  subject: f.char({ label: 'Subject' }),
  date: f.datetime({ label: 'Date', default: (env: Env) => env.now().toISOString().slice(0, 19).replace('T', ' ') }),
  body: f.html({ label: 'Contents', default: '' }),

  model: f.char({ label: 'Related Document Model', readonly: true }),
  res_id: f.int({ label: 'Related Document ID', index: true, readonly: true, modelField: 'model' }),
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
  child_ids: f.o2m('mail.message', 'parent_id', { label: 'Child Messages' }),
  partner_ids: f.m2m('res.partner', {
    label: 'Recipients',
    table: 'mail_message_res_partner_rel',
    column1: 'mail_message_id',
    column2: 'res_partner_id',
  }),
  attachment_ids: f.m2m('ir.attachment', {
    label: 'Attachments',
    table: 'message_attachment_rel',
    column1: 'message_id',
    column2: 'attachment_id',
  }),
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
  hangsOn: { id: 'res_id', rights: 'required' },
})

behaviour(
  'mail.message',
  (Base) =>
    class extends Base {
      override async create(given: Values<string> | readonly Values<string>[]): Promise<this> {
        const list = (Array.isArray(given) ? given : [given]) as readonly Values<string>[]
        return super.create(
          list.map((values) => inOwnName(this.env, { author_id: this.env.user.partnerId, ...values })),
        )
      }

      override async write(values: Values<string>): Promise<boolean> {
        return super.write(inOwnName(this.env, values))
      }
    },
)

// Nobody puts words into another person's mouth; imports bring messages with their authors.
function inOwnName(env: Env, values: Values<string>): Values<string> {
  if (env.system || !('author_id' in values) || values.author_id === env.user.partnerId) return values
  throw new AccessError('ERR_MESSAGE_AUTHOR', 'Messages are written in your own name; leave author_id out.')
}
