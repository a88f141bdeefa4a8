/** The way of a lead: opportunity, won, lost, restored. */

import { api, behaviour, expose, t, UserError } from '#framework'

expose('crm.lead', {
  action_set_won: api({ params: {}, returns: t.bool, access: 'write', doc: 'The opportunities are won' }),
  action_set_lost: api({
    params: { lost_reason_id: t.int.or(null) },
    returns: t.bool,
    access: 'write',
    doc: 'The opportunities are lost and go to the archive, with the reason',
  }),
  convert_opportunity: api({
    params: { partner_id: t.int.or(null), user_ids: t.ids.or(null), team_id: t.int.or(null) },
    returns: t.bool,
    access: 'write',
    doc: 'Turns leads into opportunities, for this customer, salesperson and team',
  }),
})

behaviour(
  'crm.lead',
  (Base) =>
    class extends Base {
      override async write(values: Readonly<Record<string, unknown>>): Promise<boolean> {
        const stage = Number(values['stage_id'] || 0)
        if (stage > 0 && !('probability' in values)) {
          const [wanted] = await this.env.model('crm.stage', [stage]).load('is_won')
          if (wanted?.is_won) return super.write({ ...values, probability: 100, date_closed: this.now() })
        }
        // Who comes back from the archive is not lost any more.
        if (values['active'] === true && !('lost_reason_id' in values))
          return super.write({ lost_reason_id: null, date_closed: null, ...values })
        return super.write(values)
      }

      async action_set_won(): Promise<boolean> {
        const stages = await this.env.model('crm.stage').search([['is_won', '=', true]], 0, 1)
        const stage = stages.ids[0]
        if (stage === undefined)
          throw new UserError('ERR_LEAD_NO_WON_STAGE', 'No stage is marked as won. Mark one, then set the lead won.')
        return this.write({ active: true, stage_id: stage, probability: 100, date_closed: this.now() })
      }

      async action_set_lost(lostReasonId: number | null): Promise<boolean> {
        return this.write({
          active: false,
          probability: 0,
          date_closed: this.now(),
          ...(lostReasonId ? { lost_reason_id: lostReasonId } : {}),
        })
      }

      async convert_opportunity(
        partnerId: number | null,
        userIds: readonly number[] | null,
        teamId: number | null,
      ): Promise<boolean> {
        return this.write({
          type: 'opportunity',
          date_open: this.now(),
          ...(partnerId ? { partner_id: partnerId } : {}),
          ...(userIds?.[0] ? { user_id: userIds[0] } : {}),
          ...(teamId ? { team_id: teamId } : {}),
        })
      }

      now(): string {
        return this.env.now().toISOString().slice(0, 19).replace('T', ' ')
      }
    },
)
