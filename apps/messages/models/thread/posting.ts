/** Posting on a record: who may change it may post on it, always in her own name. */

import { AccessError, api, behaviour, type Env, expose, InvalidRequestError, type RecordSet, t } from '#framework'

const kinds = ['comment', 'notification', 'email', 'email_outgoing', 'auto_comment'] as const
/** Kinds that a person writes: who writes, follows. */
const written = new Set<string>(['comment', 'email', 'email_outgoing'])

expose('mail.thread', {
  message_post: api({
    params: {
      body: t.str.or(''),
      subject: t.str.or(null),
      message_type: t.str.or('notification'),
      email_from: t.str.or(null),
      author_id: t.int.or(null),
      parent_id: t.int.or(null),
      subtype_xmlid: t.str.or(null),
      subtype_id: t.int.or(null),
      partner_ids: t.ids.or([]),
      attachments: t.json.or([]),
      attachment_ids: t.ids.or([]),
      body_is_html: t.bool.or(false),
    },
    returns: t.records,
    access: 'write',
    doc: 'Post a message or a note on one record; a body without body_is_html is plain text',
  }),
})

interface Following {
  message_subscribe(partner_ids: readonly number[], subtype_ids: readonly number[] | null): Promise<boolean>
}

behaviour(
  'mail.thread',
  (Base) =>
    class extends Base {
      async message_post(
        body: string,
        subject: string | null,
        kind: string,
        emailFrom: string | null,
        authorId: number | null,
        parentId: number | null,
        subtypeXmlid: string | null,
        subtypeId: number | null,
        partnerIds: readonly number[],
        attachments: unknown,
        attachmentIds: readonly number[],
        isHtml: boolean,
      ): Promise<RecordSet<'mail.message'>> {
        const id = this.id
        const { env } = this
        const message_type = kinds.find((known) => known === kind)
        if (!message_type)
          throw new InvalidRequestError('ERR_MESSAGE_TYPE', `A message is one of: ${kinds.join(', ')}.`)
        if (authorId && authorId !== env.user.partnerId)
          throw new AccessError('ERR_MESSAGE_AUTHOR', 'Messages are written in your own name; leave author_id out.')
        await this.check_access('write')
        const [record] = await this.load('display_name')
        const files = [
          ...(await attach(env, this.modelName, id, attachmentIds)),
          ...(await store(env, this.modelName, id, attachments)),
        ]
        const values = {
          body: body ? (isHtml ? body : `<p>${escaped(body)}</p>`) : '',
          subject,
          message_type,
          email_from: emailFrom,
          subtype_id: subtypeId || (await subtype(env, subtypeXmlid)),
          model: this.modelName,
          res_id: id,
          record_name: String(record?.['display_name'] ?? ''),
          author_id: env.user.partnerId,
          parent_id: await ownThread(env, this.modelName, id, parentId),
          partner_ids: [[6, 0, partnerIds]],
          attachment_ids: [[6, 0, files]],
        }
        const bounds = { models: ['mail.message'], ops: ['read', 'create'] as const }
        const made = await env.elevate('messages.post', bounds, (elevated) =>
          elevated.model('mail.message').create(values as never),
        )
        if (written.has(kind)) await (this as unknown as Following).message_subscribe([env.user.partnerId], null)
        return env.model('mail.message', made.ids)
      }
    },
)

// Files that were uploaded for this message and hang on nothing yet come to hang on the record; those of the record may be named again.
async function attach(env: Env, model: string, id: number, given: readonly number[]): Promise<readonly number[]> {
  if (given.length === 0) return []
  const files = env.model('ir.attachment', [...new Set(given)])
  const rows = (await files.read(['res_model', 'res_id'])).parse()
  const loose = rows.filter((row) => !row['res_id'])
  const isOwn = (row: (typeof rows)[number]) => row['res_model'] === model && row['res_id'] === id
  if (rows.length < files.length || rows.some((row) => row['res_id'] && !isOwn(row)))
    throw new AccessError('ERR_ACCESS_ATTACHMENT', 'You may not use these attachments, or they do not exist.')
  if (loose.length > 0) await files.browse(loose.map((row) => row.id)).write({ res_model: model, res_id: id } as never)
  return files.ids
}

// `attachments`: pairs of a name and a content in plain text.
async function store(env: Env, model: string, id: number, given: unknown): Promise<readonly number[]> {
  const pairs = Array.isArray(given) ? (given as readonly unknown[]) : []
  const rows = pairs.map((pair) => {
    const [name, content] = Array.isArray(pair) ? (pair as readonly unknown[]) : []
    if (typeof name !== 'string' || typeof content !== 'string')
      throw new InvalidRequestError('ERR_MESSAGE_FILE', 'Each of the attachments is a pair of a name and a text.')
    return { name, raw: Buffer.from(content).toString('base64'), res_model: model, res_id: id }
  })
  return rows.length === 0 ? [] : (await env.model('ir.attachment').create(rows as never)).ids
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

// `mail.mt_note` and `mail.mt_comment` are known to clients of Odoo; whatever else is asked for, it is a note.
async function subtype(env: Env, xmlid: string | null): Promise<number | null> {
  const wanted = xmlid === 'mail.mt_comment' ? 'Discussions' : 'Note'
  const subtypes = env.withContext({ lang: 'en_US' }).model('mail.message.subtype')
  return (await subtypes.search([['name', '=', wanted]], 0, 1)).ids[0] ?? null
}

// An answer belongs to the record of what it answers; a foreign message would tell that it exists.
async function ownThread(env: Env, model: string, id: number, parent: number | null): Promise<number | null> {
  if (!parent) return null
  const found = await env.model('mail.message').search([
    ['id', '=', parent],
    ['model', '=', model],
    ['res_id', '=', id],
  ])
  return found.ids[0] ?? null
}
