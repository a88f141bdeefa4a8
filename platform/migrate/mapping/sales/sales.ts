/** Sales: teams, tags, taxes, orders with their lines. Stored totals come over as they are. */

import type { LinkMapping, TableMapping } from '../mapping.ts'

export const taxGroup: TableMapping = {
  table: 'account_tax_group',
  model: 'account.tax.group',
  keys: [['name', 'company_id']],
}

export const tax: TableMapping = {
  table: 'account_tax',
  model: 'account.tax',
  takeOver: 'all',
  // Until Odoo 17 a tax said only whether its amount is in the price.
  derive: {
    price_include_override: {
      columns: ['price_include_override', 'price_include'],
      value: (read) => read('price_include_override') ?? (read('price_include') === 't' ? 'tax_included' : null),
    },
  },
}

export const team: TableMapping = { table: 'crm_team', model: 'crm.team', takeOver: 'all' }

export const teamMember: TableMapping = {
  table: 'crm_team_member',
  model: 'crm.team.member',
  keys: [['crm_team_id', 'user_id']],
}

export const salesTag: TableMapping = { table: 'crm_tag', model: 'crm.tag', keys: [['name']] }

export const order: TableMapping = {
  table: 'sale_order',
  model: 'sale.order',
  // Until Odoo 16 a locked order had a state of its own.
  values: { state: { done: 'sale' } },
}

export const orderLine: TableMapping = {
  table: 'sale_order_line',
  model: 'sale.order.line',
  rename: { product_uom: 'product_uom_id' },
  values: { state: { done: 'sale' } },
}

export const salesLinks: readonly LinkMapping[] = [
  { tables: ['sale_order_tag_rel'], model: 'sale.order', field: 'tag_ids', own: 'order_id', other: 'tag_id' },
  {
    tables: ['account_tax_filiation_rel'],
    model: 'account.tax',
    field: 'children_tax_ids',
    own: 'parent_tax',
    other: 'child_tax',
  },
  {
    tables: ['account_tax_sale_order_line_rel'],
    model: 'sale.order.line',
    field: 'tax_ids',
    own: 'sale_order_line_id',
    other: 'account_tax_id',
  },
]
