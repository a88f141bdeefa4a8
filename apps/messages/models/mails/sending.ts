/** Puts a mail that was made from a template into the queue. */

import { type Env, UserError } from '#framework'
import type { Mail } from './rendering.ts'

/**
 * Stores a mail as outgoing and gives its id. Who may change a record may send mail about it, as she may post on it.
 * @throws UserError ERR_MAIL_RECIPIENT when nobody would get it
 */
export async function queueMail(env: Env, mail: Mail): Promise<number> {
  const { partner_ids, attachment_ids, ...values } = mail
  await env.model(mail.model, [mail.res_id]).check_access('write')
  if (mail.email_to === '' && mail.email_cc === '' && partner_ids.length === 0)
    throw new UserError('ERR_MAIL_RECIPIENT', 'The template names nobody who would get this mail.')
  const row = {
    ...values,
    recipient_ids: [[6, 0, partner_ids]],
    attachment_ids: [[6, 0, attachment_ids]],
    state: 'outgoing',
  }
  const bounds = { models: ['mail.mail'], ops: ['read', 'create'] as const }
  const made = await env.elevate('messages.queue-mail', bounds, (elevated) =>
    elevated.model('mail.mail').create(row as never),
  )
  return made.id
}
