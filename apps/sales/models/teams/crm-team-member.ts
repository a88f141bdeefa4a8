/** Who belongs to which sales team. */

import { type Def, f, fields, model } from '#framework'

export const teamMember = fields({
  crm_team_id: f.m2o('crm.team', { label: 'Sales Team', required: true, ondelete: 'cascade', index: true }),
  user_id: f.m2o('res.users', { label: 'Salesperson', required: true, ondelete: 'cascade', index: true }),
  active: f.bool({ label: 'Active', default: true }),
  name: f.char({ label: 'Name', related: 'user_id.name' }),
  display_name: f.char({ label: 'Display Name', related: 'user_id.name' }),
})

declare module '#framework' {
  interface Registry {
    'crm.team.member': CrmTeamMemberData
  }
  interface CrmTeamMemberData extends Def<typeof teamMember> {}
}

model('crm.team.member', teamMember, {
  description: 'Sales Team Member',
  order: 'create_date asc, id',
  constraints: {
    member_once: { unique: ['crm_team_id', 'user_id'], message: 'This salesperson is in the team already.' },
  },
})
