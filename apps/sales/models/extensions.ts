/** What sales adds to partners, companies, users and products. */

import { computed, type Def, extend, f, fields } from '#framework'

export const partnerSales = fields({
  sale_order_ids: f.o2m('sale.order', 'partner_id', {
    label: 'Sales Order',
    groups: ['sales_team.group_sale_salesman'],
  }),
  sale_order_count: f.int({ label: 'Sale Order Count', compute: true, groups: ['sales_team.group_sale_salesman'] }),
  sale_warn_msg: f.text({ label: 'Message for Sales Order' }),
  credit_limit: f.float({
    label: 'Credit Limit',
    companyDependent: true,
    copy: false,
    groups: ['sales_team.group_sale_manager'],
    help: 'How much this customer may owe the company.',
  }),
})

export const companySales = fields({
  quotation_validity_days: f.int({ label: 'Default Quotation Validity', default: 30 }),
  portal_confirmation_sign: f.bool({ label: 'Online Signature', default: true }),
  portal_confirmation_pay: f.bool({ label: 'Online Payment', default: false }),
  prepayment_percent: f.float({ label: 'Prepayment percentage', default: 1 }),
})

export const userSales = fields({
  crm_team_member_ids: f.o2m('crm.team.member', 'user_id', { label: 'Sales Team Members' }),
  sale_team_id: f.m2o('crm.team', { label: 'User Sales Team', compute: true }),
})

export const templateSales = fields({
  invoice_policy: f.sel(
    { order: 'Ordered quantities', delivery: 'Delivered quantities' },
    { label: 'Invoicing Policy', default: 'order' },
  ),
  service_type: f.sel({ manual: 'Manually set quantities on order' }, { label: 'Track Service', default: 'manual' }),
  expense_policy: f.sel(
    { no: 'No', cost: 'At cost', sales_price: 'Sales price' },
    { label: 'Re-Invoice Costs', default: 'no' },
  ),
  sale_line_warn_msg: f.text({ label: 'Message for Sales Order Line' }),
})

declare module '#framework' {
  interface ResPartnerData extends Def<typeof partnerSales> {}
  interface ResCompanyData extends Def<typeof companySales> {}
  interface ResUsersData extends Def<typeof userSales> {}
  interface ProductTemplateData extends Def<typeof templateSales> {}
  interface ProductProductData extends Def<typeof templateSales> {}
}

extend('res.partner', partnerSales)
extend('res.company', companySales)
extend('res.users', userSales)
extend('product.template', templateSales)

computed('res.partner', 'sale_order_count', ['name'], (partner, env) => {
  return env.model('sale.order').search_count([['partner_id', 'child_of', partner.id]])
})

computed(
  'res.users',
  'sale_team_id',
  ['crm_team_member_ids.crm_team_id'],
  (user) => user.crm_team_member_ids[0]?.crm_team_id ?? null,
)
