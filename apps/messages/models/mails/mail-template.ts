/** Mails about records of a model, as administrators write them: each text is a template that is checked when it is saved. */

import { api, behaviour, type Def, expose, f, fields, model, t, type Values } from '#framework'
import { type Mail, makeMail } from './rendering.ts'
import { queueMail } from './sending.ts'
import { checkTexts, textFields } from './texts.ts'

export const mailTemplate = fields({
  name: f.char({ label: 'Name', required: true }),
  description: f.text({ label: 'Template Description' }),
  active: f.bool({ label: 'Active', default: true }),
  model_id: f.m2o('ir.model', { label: 'Applies to', required: true, ondelete: 'cascade' }),
  model: f.char({ label: 'Related Document Model', related: 'model_id.model', store: true, index: true }),
  subject: f.char({ label: 'Subject' }),
  email_from: f.char({ label: 'Send From', help: 'Empty: the user who sends it.' }),
  email_to: f.char({ label: 'To (Emails)' }),
  partner_to: f.char({ label: 'To (Partners)', help: 'Numbers of contacts, such as {{ object.partner_id.id }}.' }),
  email_cc: f.char({ label: 'Cc' }),
  reply_to: f.char({ label: 'Reply To' }),
  lang: f.char({ label: 'Language', help: 'Such as {{ object.partner_id.lang }}: how dates and amounts are written.' }),
  // A template, not HTML yet: sanitising would tear its tags apart. What comes of it is sanitised.
  body_html: f.html({ label: 'Body', sanitize: false }),
  condition: f.text({ label: 'Only if', help: 'An expression; where it does not hold for a record, no mail is made.' }),
  attachment_ids: f.m2m('ir.attachment', {
    label: 'Attachments',
    table: 'email_template_attachment_rel',
    column1: 'email_template_id',
    column2: 'attachment_id',
  }),
  auto_delete: f.bool({ label: 'Auto Delete', default: true }),
  editor_id: f.m2o('res.users', {
    label: 'Written By',
    readonly: true,
    copy: false,
    help: 'Mails say nothing that this user may not read, whoever sends them.',
  }),
})

declare module '#framework' {
  interface Registry {
    'mail.template': MailTemplateData
  }
  interface MailTemplateData extends Def<typeof mailTemplate> {}
}

model('mail.template', mailTemplate, { description: 'Email Templates', order: 'name, id' })

expose('mail.template', {
  generate_email: api({
    params: { res_ids: t.ids, fields: t.strings.or([]) },
    returns: t.json,
    access: 'read',
    doc: 'The mails that a template makes for these records, by their ids; nothing is stored or sent',
  }),
  send_mail: api({
    params: { res_id: t.int, force_send: t.bool.or(false) },
    returns: t.json,
    access: 'read',
    doc: 'Queues the mail of one record (state outgoing) and gives its id; false where the condition does not hold',
  }),
})

/** Most records of one call. */
const mostMails = 100

behaviour(
  'mail.template',
  (Base) =>
    class extends Base {
      override async create(given: Values<string> | readonly Values<string>[]): Promise<this> {
        const list = (Array.isArray(given) ? given : [given]) as readonly Values<string>[]
        const made = await super.create(list.map((values) => signed(values, this.env.uid)))
        await checkTexts(this.env, made.ids)
        return made
      }

      override async write(values: Values<string>): Promise<boolean> {
        const isText = textFields.some((name) => name in values)
        const { editor_id: _, ...others } = values
        const done = await super.write(isText ? signed(others, this.env.uid) : others)
        if (isText) await checkTexts(this.env, this.ids)
        return done
      }

      async generate_email(ids: readonly number[], names: readonly string[]): Promise<Record<string, Partial<Mail>>> {
        const found: Record<string, Partial<Mail>> = {}
        for (const id of new Set(ids.slice(0, mostMails))) {
          const mail = await makeMail(this.env, this.id, id)
          if (mail !== null) found[id] = names.length === 0 ? mail : only(mail, names)
        }
        return found
      }

      async send_mail(id: number, _force: boolean): Promise<number | false> {
        const mail = await makeMail(this.env, this.id, id)
        return mail === null ? false : queueMail(this.env, mail)
      }
    },
)

// Who writes the texts answers for them; nobody signs with another name.
function signed(values: Values<string>, uid: number): Values<string> {
  return { ...values, editor_id: uid }
}

function only(mail: Mail, names: readonly string[]): Partial<Mail> {
  return Object.fromEntries(Object.entries(mail).filter(([name]) => names.includes(name)))
}
