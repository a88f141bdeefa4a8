/** Mails that wait to be sent. Nothing sends them yet; they are stored in the state that Odoo's clients know. */

import { type Def, f, fields, model } from '#framework'

export const mailMail = fields({
  subject: f.char({ label: 'Subject', readonly: true }),
  body_html: f.html({ label: 'Body', readonly: true }),
  email_from: f.char({ label: 'From', readonly: true }),
  email_to: f.text({ label: 'To', readonly: true }),
  email_cc: f.text({ label: 'Cc', readonly: true }),
  reply_to: f.char({ label: 'Reply-To', readonly: true }),
  recipient_ids: f.m2m('res.partner', {
    label: 'To (Partners)',
    table: 'mail_mail_res_partner_rel',
    column1: 'mail_mail_id',
    column2: 'res_partner_id',
  }),
  attachment_ids: f.m2m('ir.attachment', {
    label: 'Attachments',
    table: 'mail_mail_attachment_rel',
    column1: 'mail_mail_id',
    column2: 'attachment_id',
  }),
  headers: f.text({ label: 'Headers', readonly: true }),
  model: f.char({ label: 'Related Document Model', readonly: true }),
  res_id: f.int({ label: 'Related Document ID', readonly: true, index: true, modelField: 'model' }),
  state: f.sel(
    { outgoing: 'Outgoing', sent: 'Sent', received: 'Received', exception: 'Delivery Failed', cancel: 'Cancelled' },
    { label: 'Status', readonly: true, default: 'outgoing', index: true },
  ),
})

declare module '#framework' {
  interface Registry {
    'mail.mail': MailMailData
  }
  interface MailMailData extends Def<typeof mailMail> {}
}

model('mail.mail', mailMail, { description: 'Outgoing Mails', order: 'id desc' })
