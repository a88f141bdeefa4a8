/** Posting on a record: the method and its declaration, for every model that wants them. */

import { api, type Env, InvalidRequestError, type RecordSet, t } from '#framework'

type AnyRecordSet = typeof RecordSet<string>

const kinds = ['comment', 'notification', 'email', 'email_outgoing', 'auto_comment'] as const

/** For `expose()`. */
export const chatterApi = {
  message_post: api({
    params: {
      body: t.str.or(''),
      subject: t.str.or(null),
      message_type: t.str.or('notification'),
      subtype_xmlid: t.str.or(null),
      subtype_id: t.int.or(null),
      parent_id: t.int.or(null),
    },
    returns: t.records,
    access: 'write',
    doc: 'Post a message or a note on one record',
  }),
}

/** For `behaviour()`: who may change a record may post on it, always in her own name. */
export function chatter(Base: AnyRecordSet): AnyRecordSet {
  return class extends Base {
    async message_post(
      body: string,
      subject: string | null,
      kind: string,
      subtypeXmlid: string | null,
      subtypeId: number | null,
      parentId: number | null,
    ): Promise<RecordSet<'mail.message'>> {
      const id = this.id
      const message_type = kinds.find((known) => known === kind)
      if (!message_type) throw new InvalidRequestError('ERR_MESSAGE_TYPE', `A message is one of: ${kinds.join(', ')}.`)
      await this.check_access('write')
      const [record] = await this.load('display_name')
      const subtype_id = subtypeId ?? (await subtype(this.env, subtypeXmlid))
      const values = {
        body: body || null,
        subject,
        message_type,
        subtype_id,
        model: this.modelName,
        res_id: id,
        record_name: String(record?.['display_name'] ?? ''),
        author_id: this.env.user.partnerId,
        parent_id: await ownThread(this.env, this.modelName, id, parentId),
      }
      const bounds = { models: ['mail.message', 'mail.message.subtype'], ops: ['read', 'create'] as const }
      const made = await this.env.elevate('messages.post', bounds, (env) => env.model('mail.message').create(values))
      return this.env.model('mail.message', made.ids)
    }
  }
}

// `mail.mt_note` and `mail.mt_comment` are known to clients of Odoo; whatever else is asked for, it is a note.
async function subtype(env: Env, xmlid: string | null): Promise<number | null> {
  const wanted = xmlid === 'mail.mt_comment' ? 'Discussions' : 'Note'
  const bounds = { models: ['mail.message.subtype'], ops: ['read'] as const }
  return env.elevate('messages.subtype', bounds, async (system) => {
    const all = await system
      .withContext({ lang: 'en_US' })
      .model('mail.message.subtype')
      .search([['name', '=', wanted]], 0, 1)
    return all.ids[0] ?? null
  })
}

// An answer belongs to the record of what it answers; a foreign message would tell that it exists.
async function ownThread(env: Env, model: string, id: number, parent: number | null): Promise<number | null> {
  if (!parent) return null
  const bounds = { models: ['mail.message'], ops: ['read'] as const }
  return env.elevate('messages.thread', bounds, async (system) => {
    const found = await system.model('mail.message').search([
      ['id', '=', parent],
      ['model', '=', model],
      ['res_id', '=', id],
    ])
    return found.ids[0] ?? null
  })
}
