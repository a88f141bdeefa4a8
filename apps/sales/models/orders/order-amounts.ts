/** What an order adds up to, and what follows from its state. */

import { computed } from '#framework'
import { documentTotals } from '#apps/taxes/index.ts'
import { forTaxes } from '../lines/line-amounts.ts'

computed('sale.order', 'currency_id', ['pricelist_id.currency_id', 'company_id.currency_id'], (order) => {
  return order.pricelist_id?.currency_id ?? order.company_id?.currency_id ?? null
})

computed('sale.order', 'currency_rate', ['currency_id.rate', 'company_id.currency_id.rate'], (order) => {
  return (order.currency_id?.rate ?? 1) / (order.company_id?.currency_id?.rate || 1)
})

const lineParts = [
  'order_line.display_type',
  'order_line.product_uom_qty',
  'order_line.price_unit',
  'order_line.discount',
  'order_line.tax_ids.amount',
  'order_line.tax_ids.amount_type',
  'order_line.tax_ids.price_include',
  'order_line.tax_ids.include_base_amount',
  'order_line.tax_ids.is_base_affected',
  'order_line.tax_ids.sequence',
  'order_line.tax_ids.children_tax_ids.amount',
  'order_line.tax_ids.children_tax_ids.amount_type',
  'order_line.tax_ids.children_tax_ids.price_include',
  'order_line.tax_ids.children_tax_ids.include_base_amount',
  'order_line.tax_ids.children_tax_ids.is_base_affected',
  'order_line.tax_ids.children_tax_ids.sequence',
  'currency_id.rounding',
  'company_id.tax_calculation_rounding_method',
] as const

interface Totals {
  readonly currency_id: { readonly rounding: number | null } | null
  readonly company_id: { readonly tax_calculation_rounding_method: 'round_per_line' | 'round_globally' | null } | null
  readonly order_line: readonly (Parameters<typeof forTaxes>[0] & { readonly display_type: string | null })[]
}

function totals(order: Totals): { untaxed: number; tax: number; total: number } {
  const lines = order.order_line.filter((line) => !line.display_type).map(forTaxes)
  return documentTotals(
    lines,
    order.currency_id?.rounding ?? 0.01,
    order.company_id?.tax_calculation_rounding_method ?? 'round_per_line',
  )
}

computed('sale.order', 'amount_untaxed', lineParts, (order) => totals(order).untaxed)
computed('sale.order', 'amount_tax', lineParts, (order) => totals(order).tax)
computed('sale.order', 'amount_total', lineParts, (order) => totals(order).total)

computed(
  'sale.order',
  'invoice_status',
  ['state', 'order_line.invoice_status', 'order_line.display_type', 'order_line.is_downpayment'],
  (order) => {
    if (order.state !== 'sale') return 'no'
    const states = order.order_line
      .filter((line) => !line.display_type && !line.is_downpayment)
      .map((line) => line.invoice_status)
    if (states.includes('to invoice')) return 'to invoice'
    if (states.length === 0) return 'no'
    if (states.every((state) => state === 'invoiced')) return 'invoiced'
    return states.every((state) => state === 'invoiced' || state === 'upselling') ? 'upselling' : 'no'
  },
)

computed('sale.order', 'is_expired', ['state', 'validity_date'], (order, env) => {
  const open = order.state === 'draft' || order.state === 'sent'
  return open && order.validity_date !== null && order.validity_date < env.now().toISOString().slice(0, 10)
})

computed('sale.order', 'type_name', ['state'], (order) =>
  order.state === 'draft' || order.state === 'sent' || order.state === 'cancel' ? 'Quotation' : 'Sales Order',
)
