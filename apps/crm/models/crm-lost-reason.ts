/** Why leads are lost. */

import { type Def, f, fields, model } from '#framework'

export const lostReason = fields({
  name: f.char({ label: 'Description', required: true, translate: true }),
  active: f.bool({ label: 'Active', default: true }),
})

declare module '#framework' {
  interface Registry {
    'crm.lost.reason': CrmLostReasonData
  }
  interface CrmLostReasonData extends Def<typeof lostReason> {}
}

model('crm.lost.reason', lostReason, { description: 'Opp. Lost Reason', order: 'id' })
