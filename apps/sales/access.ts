/** Who may do what with orders, teams and tags; and what salespeople may do with contacts and products. */

import { access, user } from '#framework'

const salesperson = 'sales_team.group_sale_salesman'
const allDocuments = 'sales_team.group_sale_salesman_all_leads'
const manager = 'sales_team.group_sale_manager'
const all = ['read', 'write', 'create', 'unlink'] as const
const everything = [[1, '=', 1]] as const

access(
  'sale.order',
  {
    group: salesperson,
    ops: ['read', 'write', 'create'],
    domain: ['|', ['user_id', '=', user('id')], ['user_id', '=', false]],
    name: 'Salespeople keep their own and unassigned orders',
  },
  { group: allDocuments, ops: ['read', 'write', 'create'], domain: everything, name: 'All orders' },
  { group: manager, ops: all, domain: everything, name: 'Managers keep and delete all orders' },
  {
    group: 'base.group_portal',
    ops: ['read'],
    domain: [
      ['partner_id', 'child_of', user('commercial_partner_id')],
      ['state', 'in', ['sent', 'sale']],
    ],
    name: 'Customers read what they were sent',
  },
  { ops: all, domain: [['company_id', 'in', user('company_ids')]], name: 'Orders of own companies' },
)

access(
  'sale.order.line',
  {
    group: salesperson,
    ops: all,
    domain: ['|', ['salesman_id', '=', user('id')], ['salesman_id', '=', false]],
    name: 'Salespeople keep lines of their own and unassigned orders',
  },
  { group: allDocuments, ops: all, domain: everything, name: 'Lines of all orders' },
  {
    group: 'base.group_portal',
    ops: ['read'],
    domain: [
      ['order_id.partner_id', 'child_of', user('commercial_partner_id')],
      ['order_id.state', 'in', ['sent', 'sale']],
    ],
    name: 'Customers read the lines of what they were sent',
  },
  { ops: all, domain: [['company_id', 'in', user('company_ids')]], name: 'Lines of own companies' },
)

access(
  'crm.team',
  { group: 'base.group_user', ops: ['read'], name: 'Members read teams' },
  { group: manager, ops: all, name: 'Managers keep teams' },
  {
    ops: all,
    domain: ['|', ['company_id', 'in', user('company_ids')], ['company_id', '=', false]],
    name: 'Teams of own companies',
  },
)
access(
  'crm.team.member',
  { group: 'base.group_user', ops: ['read'], name: 'Members read who is in which team' },
  { group: manager, ops: all, name: 'Managers keep teams' },
)
access(
  'crm.tag',
  { group: salesperson, ops: ['read', 'write', 'create'], name: 'Salespeople keep tags' },
  { group: manager, ops: all, name: 'Managers delete tags' },
)

access(
  'res.partner',
  { group: salesperson, ops: ['read'], name: 'Salespeople read contacts' },
  { group: manager, ops: ['read', 'write', 'create'], name: 'Sales managers keep contacts' },
)
for (const model of [
  'product.template',
  'product.product',
  'product.category',
  'product.tag',
  'product.attribute',
  'product.attribute.value',
  'product.template.attribute.line',
  'product.template.attribute.value',
  'product.pricelist',
  'product.pricelist.item',
  'uom.uom',
]) {
  access(model, { group: manager, ops: all, name: 'Sales managers keep' })
}
