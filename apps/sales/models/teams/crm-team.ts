/** Sales teams. */

import type { thread } from '#apps/messages/index.ts'
import { computed, type Def, f, fields, model, searched } from '#framework'

export const team = fields({
  name: f.char({ label: 'Sales Team', required: true, translate: true }),
  sequence: f.int({ label: 'Sequence', default: 10 }),
  active: f.bool({ label: 'Active', default: true }),
  company_id: f.m2o('res.company', { label: 'Company', index: true }),
  currency_id: f.m2o('res.currency', { label: 'Currency', related: 'company_id.currency_id' }),
  user_id: f.m2o('res.users', { label: 'Team Leader' }),
  crm_team_member_ids: f.o2m('crm.team.member', 'crm_team_id', { label: 'Sales Team Members' }),
  member_ids: f.m2m('res.users', { label: 'Salespersons', compute: true }),
  color: f.int({ label: 'Color Index' }),
  invoiced_target: f.float({ label: 'Invoicing Target' }),
  sale_order_count: f.int({ label: '# Sale Orders', compute: true, groups: ['sales_team.group_sale_salesman'] }),
})

declare module '#framework' {
  interface Registry {
    'crm.team': CrmTeamData
  }
  interface CrmTeamData extends Def<typeof team>, Def<typeof thread> {}
}

model('crm.team', team, {
  description: 'Sales Team',
  order: 'sequence asc, create_date desc, id desc',
  mixins: ['mail.thread'],
})

computed('crm.team', 'member_ids', ['crm_team_member_ids.user_id', 'crm_team_member_ids.active'], (team) => {
  return team.crm_team_member_ids.flatMap((member) => (member.active && member.user_id ? [member.user_id] : []))
})

searched('crm.team', 'member_ids', (operator, value) =>
  operator.startsWith('not ') ? null : [['crm_team_member_ids.user_id', operator, value]],
)

computed('crm.team', 'sale_order_count', ['name'], (team, env) =>
  env.model('sale.order').search_count([
    ['team_id', '=', team.id],
    ['state', '!=', 'cancel'],
  ]),
)
