/** Who may do what with leads. */

import { access, user } from '#framework'

const salesperson = 'sales_team.group_sale_salesman'
const allDocuments = 'sales_team.group_sale_salesman_all_leads'
const manager = 'sales_team.group_sale_manager'
const all = ['read', 'write', 'create', 'unlink'] as const

access(
  'crm.lead',
  {
    group: salesperson,
    ops: ['read', 'write', 'create'],
    domain: ['|', ['user_id', '=', user('id')], ['user_id', '=', false]],
    name: 'Salespeople keep their own and unassigned leads',
  },
  { group: allDocuments, ops: ['read', 'write', 'create'], domain: [[1, '=', 1]], name: 'All leads' },
  { group: manager, ops: all, domain: [[1, '=', 1]], name: 'Managers keep and delete all leads' },
  {
    ops: all,
    domain: ['|', ['company_id', 'in', user('company_ids')], ['company_id', '=', false]],
    name: 'Leads of own companies and of all',
  },
)
access(
  'crm.stage',
  { group: 'base.group_user', ops: ['read'], name: 'Members read stages' },
  { group: manager, ops: all, name: 'Managers keep stages' },
)
access(
  'crm.lost.reason',
  { group: salesperson, ops: ['read'], name: 'Salespeople read why leads are lost' },
  { group: manager, ops: all, name: 'Managers keep the reasons' },
)
