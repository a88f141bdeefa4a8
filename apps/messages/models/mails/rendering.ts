/** What a template says about one record: read as the caller, and cut to what whoever wrote it may read, too. */

import {
  AccessError,
  addressLine,
  type Env,
  fillDocument,
  fulfilling,
  headerLine,
  type Mailbox,
  mailbox,
  readMailboxes,
  sanitizeHtml,
  UserError,
} from '#framework'
import { conditionOf, parseTexts, readTemplate, type Stored, texts, type TextField } from './texts.ts'

/** A mail that is ready to be queued. Names are those of Odoo's `mail.mail`. */
export interface Mail {
  readonly model: string
  readonly res_id: number
  readonly subject: string
  readonly body_html: string
  readonly email_from: string
  readonly email_to: string
  readonly email_cc: string
  readonly reply_to: string
  readonly partner_ids: readonly number[]
  readonly attachment_ids: readonly number[]
  /** The head of the mail, as it will be sent. */
  readonly headers: string
}

/** The mail of a record; `null` where the template's condition does not hold for it. */
export async function makeMail(env: Env, template: number, id: number): Promise<Mail | null> {
  const stored = await readTemplate(env, template)
  const reader = await readerOf(env, stored)
  const records = reader.model(stored.model, [id])
  if (stored.condition && (await fulfilling(records, conditionOf(reader, stored))).length === 0) {
    await records.check_access('read')
    return null
  }
  const said = await say(reader, stored, id)
  const to = await recipients(reader, said.partner_to)
  const boxes = {
    from: await sender(env, said.email_from),
    to: [...readMailboxes(said.email_to), ...to.boxes],
    cc: readMailboxes(said.email_cc),
    reply: readMailboxes(said.reply_to),
  }
  return {
    model: stored.model,
    res_id: id,
    subject: said.subject,
    // The template lets nothing through that the sanitiser would have to catch; what slips through one is caught by the other.
    body_html: sanitizeHtml(said.body_html),
    email_from: boxes.from.map(mailbox).join(', '),
    email_to: readMailboxes(said.email_to).map(mailbox).join(', '),
    email_cc: boxes.cc.map(mailbox).join(', '),
    reply_to: boxes.reply.map(mailbox).join(', '),
    partner_ids: to.ids,
    attachment_ids: await readableFiles(reader, stored),
    headers: head(said.subject, boxes),
  }
}

// CVE-2024-36490, CVE-2024-36259: whoever edits a template that others send would read with their eyes.
async function readerOf(env: Env, { editor }: Stored): Promise<Env> {
  const reader = editor === 1 ? env : await env.narrowedTo(editor)
  if (reader !== null) return reader
  throw new UserError(
    'ERR_MAIL_TEMPLATE',
    'Whoever wrote this template is no longer here; let an administrator save it again.',
  )
}

async function say(reader: Env, stored: Stored, id: number): Promise<Record<TextField, string>> {
  const parsed = parseTexts(reader, stored)
  const about = { model: stored.model, use: 'mail', ids: [id] } as const
  const [lang = ''] = await fillDocument(reader, [parsed.lang], about)
  // A language that is not installed here is passed over by the environment.
  const inLanguage = lang === '' ? reader : reader.withContext({ lang })
  const filled = await fillDocument(
    inLanguage,
    texts.map((name) => parsed[name]),
    about,
  )
  return Object.fromEntries(texts.map((name, i) => [name, filled[i] ?? ''])) as Record<TextField, string>
}

async function sender(env: Env, given: string): Promise<Mailbox[]> {
  const boxes = readMailboxes(given)
  if (boxes.length > 0) return boxes.slice(0, 1)
  const [partner] = await env.model('res.partner', [env.user.partnerId]).load('email')
  return partner?.email ? [{ name: env.user.name, address: partner.email }] : []
}

async function recipients(reader: Env, list: string): Promise<{ readonly ids: number[]; readonly boxes: Mailbox[] }> {
  const words = list
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
  if (words.some((word) => !/^\d{1,9}$/.test(word)))
    throw new UserError('ERR_MAIL_TEMPLATE', 'To (Partners) gives numbers of contacts, with commas between them.')
  const ids = [...new Set(words.map(Number))]
  const rows = await reader.model('res.partner', ids).load('name', 'email')
  const boxes = rows.flatMap(({ name, email }) =>
    email ? readMailboxes(email).map((box) => ({ ...box, name: box.name || (name ?? '') })) : [],
  )
  return { ids, boxes }
}

// CVE-2018-15631: a file goes along only where the caller, and whoever put it there, may read it.
async function readableFiles(reader: Env, { attachments }: Stored): Promise<readonly number[]> {
  if (attachments.length === 0) return []
  const rows = (await reader.model('ir.attachment', attachments).read(['name'])).parse()
  if (rows.length === attachments.length) return attachments
  throw new AccessError('ERR_ACCESS_ATTACHMENT', 'You may not use these attachments, or they do not exist.')
}

interface Boxes {
  readonly from: readonly Mailbox[]
  readonly to: readonly Mailbox[]
  readonly cc: readonly Mailbox[]
  readonly reply: readonly Mailbox[]
}

function head(subject: string, { from, to, cc, reply }: Boxes): string {
  const lines = (
    [
      ['From', from],
      ['To', to],
      ['Cc', cc],
      ['Reply-To', reply],
    ] as const
  ).filter(([, boxes]) => boxes.length > 0)
  return [...lines.map(([name, boxes]) => addressLine(name, boxes)), headerLine('Subject', subject)].join('\r\n')
}
