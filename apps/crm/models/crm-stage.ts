/** A column of the pipeline. */

import { type Def, f, fields, model } from '#framework'

export const crmStage = fields({
  name: f.char({ label: 'Stage Name', required: true, translate: true }),
  sequence: f.int({ label: 'Sequence', default: 1 }),
  is_won: f.bool({ label: 'Is Won Stage?', default: false }),
  requirements: f.text({ label: 'Requirements' }),
  team_id: f.m2o('crm.team', { label: 'Sales Team', ondelete: 'set null' }),
  fold: f.bool({ label: 'Folded in Pipeline', default: false }),
})

declare module '#framework' {
  interface Registry {
    'crm.stage': CrmStageData
  }
  interface CrmStageData extends Def<typeof crmStage> {}
}

model('crm.stage', crmStage, { description: 'CRM Stages', order: 'sequence, name, id' })
