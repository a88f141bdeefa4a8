/** What a record with a thread shows of it. A model gets it by `mixins: ['mail.thread']`. */

import { computed, type Def, type Domain, f, fields, model, searched } from '#framework'

export const thread = fields({
  message_ids: f.o2m('mail.message', 'res_id', { label: 'Messages' }),
  message_follower_ids: f.o2m('mail.followers', 'res_id', { label: 'Followers', groups: ['base.group_user'] }),
  message_partner_ids: f.m2m('res.partner', {
    label: 'Followers (Partners)',
    compute: true,
    groups: ['base.group_user'],
  }),
  message_is_follower: f.bool({ label: 'Is Follower', compute: true }),
  message_attachment_ids: f.o2m('ir.attachment', 'res_id', { label: 'Attachments' }),
  message_attachment_count: f.int({ label: 'Attachment Count', compute: true, groups: ['base.group_user'] }),
  has_message: f.bool({ label: 'Has Message', compute: true }),
  message_needaction: f.bool({ label: 'Action Needed', compute: true }),
  message_needaction_counter: f.int({ label: 'Number of Actions', compute: true }),
  message_has_error: f.bool({ label: 'Message Delivery error', compute: true }),
  message_has_error_counter: f.int({ label: 'Number of errors', compute: true }),
})

declare module '#framework' {
  interface Registry {
    'mail.thread': MailThreadData
  }
  interface MailThreadData extends Def<typeof thread> {}
}

model('mail.thread', thread, { description: 'Email Thread', abstract: true })

const followers = ['message_follower_ids.partner_id'] as const

computed('mail.thread', 'message_partner_ids', followers, (record) =>
  record.message_follower_ids.flatMap(({ partner_id }) => partner_id ?? []),
)
searched('mail.thread', 'message_partner_ids', (operator, value) =>
  operator.startsWith('not ') ? null : [['message_follower_ids.partner_id', operator, value]],
)

computed('mail.thread', 'message_is_follower', followers, (record, env) =>
  record.message_follower_ids.some(({ partner_id }) => partner_id === env.user.partnerId),
)
searched('mail.thread', 'message_is_follower', (operator, value, env) =>
  yesOrNo(operator, value, [['message_follower_ids.partner_id', '=', env.user.partnerId]]),
)

// Files of fields (a picture, a signature) are no attachments of the thread.
computed('mail.thread', 'message_attachment_count', ['message_attachment_ids.res_field'], (record) => {
  return record.message_attachment_ids.filter((file) => !file.res_field).length
})

computed('mail.thread', 'has_message', ['message_ids'], (record) => record.message_ids.length > 0)
searched('mail.thread', 'has_message', (operator, value) => yesOrNo(operator, value, [['message_ids', '!=', false]]))

// Nobody is notified, and nothing is sent: nothing waits, and nothing fails.
for (const field of ['message_needaction', 'message_has_error'] as const) {
  computed('mail.thread', field, [], () => false)
  searched('mail.thread', field, (operator, value) => yesOrNo(operator, value, [[0, '=', 1]]))
}
for (const field of ['message_needaction_counter', 'message_has_error_counter'] as const)
  computed('mail.thread', field, [], () => 0)

// The records for which something holds, does not hold, or either.
function yesOrNo(operator: string, value: unknown, holds: Domain): Domain | null {
  if (operator !== 'in' || !Array.isArray(value)) return null
  const [yes, no] = [value.includes(true), value.some((one) => one !== true)]
  if (yes && no) return [[1, '=', 1]]
  if (yes) return holds
  return no ? ['!', ...holds] : [[0, '=', 1]]
}
