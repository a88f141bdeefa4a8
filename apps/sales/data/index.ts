/** Records that sales starts with; external ids are those that clients of Odoo know. */

import { records, ref } from '#framework'

records('res.groups.privilege', {
  'sales_team.res_groups_privilege_sales': { id: 10, name: 'Sales', sequence: 1, category_id: ref('base.module_category_sales') },
})
const privilege = { privilege_id: ref('sales_team.res_groups_privilege_sales') }
records('res.groups', {
  'sales_team.group_sale_salesman': {
    ...privilege, id: 22, name: 'User: Own Documents Only', sequence: 10, implied_ids: [[4, ref('base.group_user')]],
    comment: 'Sees own orders and those that nobody looks after yet.',
  },
  'sales_team.group_sale_salesman_all_leads': {
    ...privilege, id: 23, name: 'User: All Documents', sequence: 20, implied_ids: [[4, ref('sales_team.group_sale_salesman')]],
    comment: 'Sees the orders of all salespeople.',
  },
  'sales_team.group_sale_manager': {
    ...privilege, id: 24, name: 'Administrator', sequence: 30, implied_ids: [[4, ref('sales_team.group_sale_salesman_all_leads')]],
    comment: 'Sees and deletes all orders, keeps products, prices and teams.',
  },
  'sale.group_auto_done_setting': { id: 37, name: 'Lock Confirmed Sales' },
  'sale.group_discount_per_so_line': { id: 38, name: 'Discount on lines' },
})
// The first administrator sells, too; who becomes one later is given sales rights by hand.
records('res.users', { 'base.user_admin': { group_ids: [[4, ref('sales_team.group_sale_manager')]] } }, { update: false })
records('res.users', { 'base.user_root': { group_ids: [[4, ref('sales_team.group_sale_manager')]] } }, { update: false })

records('crm.team', {
  'sales_team.team_sales_department': { id: 1, name: 'Sales', sequence: 0 },
}, { update: false })

records('ir.sequence', {
  'sale.seq_sale_order': { id: 3, name: 'Sales Order', code: 'sale.order', prefix: 'S', padding: 5, company_id: null },
}, { update: false })
