/** What a message is: part of a discussion, or a note for colleagues. */

import { type Def, f, fields, model } from '#framework'

export const messageSubtype = fields({
  name: f.char({ label: 'Message Type', required: true, translate: true }),
  description: f.text({ label: 'Description', translate: true }),
  internal: f.bool({ label: 'Internal Only', default: false }),
  default: f.bool({ label: 'Default', default: true }),
  sequence: f.int({ label: 'Sequence', default: 1 }),
})

declare module '#framework' {
  interface Registry {
    'mail.message.subtype': MailMessageSubtypeData
  }
  interface MailMessageSubtypeData extends Def<typeof messageSubtype> {}
}

model('mail.message.subtype', messageSubtype, { description: 'Message subtypes', order: 'sequence, id' })
