/** A quotation, and the order that it becomes. */

import { type Def, type Env, f, fields, model } from '#framework'
import type { activities, thread } from '#apps/messages/index.ts'

/** The moment of the request in UTC, to the second. */
export function nowText(env: Env): string {
  return env.now().toISOString().slice(0, 19).replace('T', ' ')
}

export const order = fields({
  name: f.char({ label: 'Order Reference', required: true, copy: false, default: 'New', index: 'trigram' }),
  state: f.sel(
    { draft: 'Quotation', sent: 'Quotation Sent', sale: 'Sales Order', cancel: 'Cancelled' },
    { label: 'Status', readonly: true, default: 'draft', copy: false, index: true, tracking: true },
  ),
  locked: f.bool({ label: 'Locked', default: false, copy: false, help: 'A locked order cannot be changed.' }),
  partner_id: f.m2o('res.partner', {
    label: 'Customer',
    required: true,
    ondelete: 'restrict',
    index: true,
    checkCompany: true,
  }),
  partner_invoice_id: f.m2o('res.partner', {
    checkCompany: true,
    label: 'Invoice Address',
    required: true,
    ondelete: 'restrict',
    index: true,
  }),
  partner_shipping_id: f.m2o('res.partner', {
    checkCompany: true,
    label: 'Delivery Address',
    required: true,
    ondelete: 'restrict',
    index: true,
  }),
  date_order: f.datetime({ label: 'Order Date', required: true, copy: false, default: nowText, index: true }),
  validity_date: f.date({ label: 'Expiration', copy: false }),
  is_expired: f.bool({ label: 'Is Expired', compute: true }),
  commitment_date: f.datetime({ label: 'Delivery Date', copy: false }),
  user_id: f.m2o('res.users', { label: 'Salesperson', index: true, tracking: true }),
  team_id: f.m2o('crm.team', { label: 'Sales Team', ondelete: 'set null', checkCompany: true }),
  company_id: f.m2o('res.company', {
    label: 'Company',
    required: true,
    default: (env: Env) => env.companyId,
    index: true,
  }),
  pricelist_id: f.m2o('product.pricelist', { label: 'Pricelist', checkCompany: true }),
  currency_id: f.m2o('res.currency', { label: 'Currency', compute: true, store: true, ondelete: 'restrict' }),
  currency_rate: f.float({ label: 'Currency Rate', compute: true, store: true }),
  order_line: f.o2m('sale.order.line', 'order_id', { label: 'Order Lines', copy: true }),
  amount_untaxed: f.money({ label: 'Untaxed Amount', compute: true, store: true, tracking: true }),
  amount_tax: f.money({ label: 'Taxes', compute: true, store: true }),
  amount_total: f.money({ label: 'Total', compute: true, store: true, tracking: true }),
  invoice_status: f.sel(
    {
      upselling: 'Upselling Opportunity',
      invoiced: 'Fully Invoiced',
      'to invoice': 'To Invoice',
      no: 'Nothing to Invoice',
    },
    { label: 'Invoice Status', compute: true, store: true },
  ),
  note: f.html({ label: 'Terms and conditions' }),
  client_order_ref: f.char({ label: 'Customer Reference', copy: false }),
  origin: f.char({ label: 'Source Document' }),
  reference: f.char({ label: 'Payment Ref.', copy: false }),
  tag_ids: f.m2m('crm.tag', { label: 'Tags', table: 'sale_order_tag_rel', column1: 'order_id', column2: 'tag_id' }),
  require_signature: f.bool({
    label: 'Online signature',
    default: (env: Env) => companySetting(env, 'portal_confirmation_sign'),
  }),
  require_payment: f.bool({
    label: 'Online payment',
    default: (env: Env) => companySetting(env, 'portal_confirmation_pay'),
  }),
  prepayment_percent: f.float({ label: 'Prepayment percentage', default: 1 }),
  signed_by: f.char({ label: 'Signed By', copy: false }),
  signed_on: f.datetime({ label: 'Signed On', copy: false }),
  signature: f.binary({ label: 'Signature', copy: false }),
  type_name: f.char({ label: 'Type Name', compute: true }),
  country_code: f.char({ label: 'Country code', related: 'company_id.country_code' }),
})

declare module '#framework' {
  interface Registry {
    'sale.order': SaleOrderData
  }
  interface SaleOrderData extends Def<typeof order>, Def<typeof thread>, Def<typeof activities> {}
}

model('sale.order', order, {
  description: 'Sales Order',
  mixins: ['mail.thread', 'mail.activity.mixin'],
  order: 'date_order desc, id desc',
  nameSearch: ['name', 'client_order_ref', 'partner_id.name'],
})

async function companySetting(
  env: Env,
  field: 'portal_confirmation_sign' | 'portal_confirmation_pay',
): Promise<boolean> {
  const [company] = await env.model('res.company', [env.companyId]).load(field)
  return company?.[field] ?? false
}
