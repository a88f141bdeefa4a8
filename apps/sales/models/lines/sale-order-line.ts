/** A line of an order: a product, or a heading or note between products. */

import { constrain, type Def, f, fields, model, ValidationError } from '#framework'

export const orderLine = fields({
  order_id: f.m2o('sale.order', {
    label: 'Order Reference',
    required: true,
    ondelete: 'cascade',
    index: true,
    copy: false,
  }),
  sequence: f.int({ label: 'Sequence', default: 10 }),
  display_type: f.sel(
    { line_section: 'Section', line_subsection: 'Subsection', line_note: 'Note' },
    { label: 'Display Type' },
  ),
  is_downpayment: f.bool({ label: 'Is a down payment', default: false }),
  is_expense: f.bool({ label: 'Is expense', default: false }),
  product_id: f.m2o('product.product', { label: 'Product', ondelete: 'restrict', index: true, checkCompany: true }),
  product_template_id: f.m2o('product.template', { label: 'Product Template', related: 'product_id.product_tmpl_id' }),
  product_type: f.sel(
    { consu: 'Goods', service: 'Service', combo: 'Combo' },
    { label: 'Product Type', related: 'product_id.type' },
  ),
  name: f.text({ label: 'Description', required: true }),
  product_uom_qty: f.float({ label: 'Quantity', required: true, digits: [16, 2], default: 1 }),
  product_uom_id: f.m2o('uom.uom', { label: 'Unit', ondelete: 'restrict' }),
  price_unit: f.float({ label: 'Unit Price', required: true, digits: [16, 2], default: 0 }),
  discount: f.float({ label: 'Discount (%)', digits: [16, 2], default: 0 }),
  tax_ids: f.m2m('account.tax', {
    checkCompany: true,
    label: 'Taxes',
    table: 'account_tax_sale_order_line_rel',
    column1: 'sale_order_line_id',
    column2: 'account_tax_id',
  }),
  price_subtotal: f.money({ label: 'Subtotal', compute: true, store: true }),
  price_tax: f.float({ label: 'Total Tax', compute: true, store: true }),
  price_total: f.money({ label: 'Total', compute: true, store: true }),
  price_reduce_taxexcl: f.money({ label: 'Price Reduce Tax excl', compute: true, store: true }),
  price_reduce_taxinc: f.money({ label: 'Price Reduce Tax incl', compute: true, store: true }),
  customer_lead: f.float({ label: 'Lead Time', default: 0 }),
  qty_delivered: f.float({ label: 'Delivery Quantity', digits: [16, 2], default: 0, copy: false }),
  qty_invoiced: f.float({ label: 'Invoiced Quantity', digits: [16, 2], default: 0, copy: false }),
  qty_to_invoice: f.float({ label: 'Quantity To Invoice', digits: [16, 2], compute: true, store: true }),
  untaxed_amount_invoiced: f.money({ label: 'Untaxed Invoiced Amount', copy: false }),
  untaxed_amount_to_invoice: f.money({ label: 'Untaxed Amount To Invoice', compute: true, store: true }),
  invoice_status: f.sel(
    {
      upselling: 'Upselling Opportunity',
      invoiced: 'Fully Invoiced',
      'to invoice': 'To Invoice',
      no: 'Nothing to Invoice',
    },
    { label: 'Invoice Status', compute: true, store: true },
  ),
  state: f.sel(
    { draft: 'Quotation', sent: 'Quotation Sent', sale: 'Sales Order', cancel: 'Cancelled' },
    { label: 'Order Status', related: 'order_id.state', store: true },
  ),
  order_partner_id: f.m2o('res.partner', {
    label: 'Customer',
    related: 'order_id.partner_id',
    store: true,
    index: true,
  }),
  salesman_id: f.m2o('res.users', { label: 'Salesperson', related: 'order_id.user_id', store: true, index: true }),
  currency_id: f.m2o('res.currency', { label: 'Currency', related: 'order_id.currency_id', store: true }),
  company_id: f.m2o('res.company', { label: 'Company', related: 'order_id.company_id', store: true, index: true }),
  display_name: f.char({ label: 'Display Name', compute: true, store: true }),
})

declare module '#framework' {
  interface Registry {
    'sale.order.line': SaleOrderLineData
  }
  interface SaleOrderLineData extends Def<typeof orderLine> {}
}

model('sale.order.line', orderLine, {
  description: 'Sales Order Line',
  order: 'order_id, sequence, id',
  nameSearch: ['name', 'order_id.name'],
})

constrain(
  'sale.order.line',
  ['display_type', 'is_downpayment', 'product_id', 'product_uom_id', 'price_unit', 'product_uom_qty'],
  (line) => {
    if (line.display_type) {
      if (line.product_id || line.product_uom_id || line.price_unit || line.product_uom_qty) {
        throw new ValidationError('ERR_LINE_HEADING', 'A heading or note has no product, price, unit or quantity.')
      }
    } else if (!line.is_downpayment && (!line.product_id || !line.product_uom_id)) {
      throw new ValidationError('ERR_LINE_PRODUCT', 'A line of an order needs a product and its unit.')
    }
  },
)
