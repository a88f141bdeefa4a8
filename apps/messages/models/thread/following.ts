/** Following a record: oneself with the right to read it, others with the right to change it. */

import { api, behaviour, type Env, expose, t } from '#framework'

expose('mail.thread', {
  message_subscribe: api({
    params: { partner_ids: t.ids.or([]), subtype_ids: t.ids.or(null) },
    returns: t.bool,
    access: 'read',
    doc: 'Let partners follow the records',
  }),
  message_unsubscribe: api({
    params: { partner_ids: t.ids.or([]) },
    returns: t.bool,
    access: 'read',
    doc: 'Let partners follow the records no longer',
  }),
})

behaviour(
  'mail.thread',
  (Base) =>
    class extends Base {
      async message_subscribe(
        partnerIds: readonly number[],
        subtypeIds: readonly number[] | null = null,
      ): Promise<boolean> {
        const partners = [...new Set(partnerIds)]
        if (partners.length === 0 || this.ids.length === 0) return true
        await this.check_access(isOneself(this.env, partners) ? 'read' : 'write')
        // Who follows is named to everybody who reads the record: only partners that the caller knows.
        await this.env.model('res.partner', partners).check_access('read')
        const rows = await followersOf(this.env, this.modelName, this.ids, partners)
        const following = new Set(rows.map((row) => `${row.res_id} ${row.partner_id}`))
        const missing = [...new Set(this.ids)].flatMap((res_id) =>
          partners
            .filter((partner) => !following.has(`${res_id} ${partner}`))
            .map((partner_id) => ({ res_model: this.modelName, res_id, partner_id })),
        )
        const subtypes =
          subtypeIds ?? (await this.env.model('mail.message.subtype').search([['default', '=', true]])).ids
        const bounds = { models: ['mail.followers'], ops: ['read', 'create', 'write'] as const }
        await this.env.elevate('messages.follow', bounds, async (env) => {
          if (subtypeIds && rows.length > 0)
            await env
              .model(
                'mail.followers',
                rows.map((row) => row.id),
              )
              .write({ subtype_ids: [[6, 0, subtypes]] } as never)
          await env
            .model('mail.followers')
            .create(missing.map((row) => ({ ...row, subtype_ids: [[6, 0, subtypes]] })) as never)
        })
        return true
      }

      async message_unsubscribe(partnerIds: readonly number[]): Promise<boolean> {
        const partners = [...new Set(partnerIds)]
        if (partners.length === 0 || this.ids.length === 0) return true
        await this.check_access(isOneself(this.env, partners) ? 'read' : 'write')
        const rows = await followersOf(this.env, this.modelName, this.ids, partners)
        const bounds = { models: ['mail.followers'], ops: ['read', 'unlink'] as const }
        await this.env.elevate('messages.unfollow', bounds, (env) =>
          env
            .model(
              'mail.followers',
              rows.map((row) => row.id),
            )
            .unlink(),
        )
        return true
      }
    },
)

function isOneself(env: Env, partners: readonly number[]): boolean {
  return partners.every((id) => id === env.user.partnerId)
}

// Those of the partners who follow the records already.
function followersOf(env: Env, model: string, ids: readonly number[], partners: readonly number[]) {
  const bounds = { models: ['mail.followers'], ops: ['read'] as const }
  return env.elevate('messages.followers', bounds, async (elevated) => {
    const found = await elevated.model('mail.followers').search([
      ['res_model', '=', model],
      ['res_id', 'in', [...ids]],
      ['partner_id', 'in', [...partners]],
    ])
    return found.load('res_id', 'partner_id')
  })
}
