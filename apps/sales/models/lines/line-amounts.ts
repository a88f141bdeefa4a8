/** What a line of an order comes to. */

import { computed, decimal, roundTo } from '#framework'
import { type LineForTaxes, lineTotals, type TaxData } from '#apps/taxes/index.ts'

interface LineValues {
  readonly price_unit: number | null
  readonly product_uom_qty: number | null
  readonly discount: number | null
  readonly tax_ids: readonly (TaxData & {
    readonly sequence: number | null
    readonly children_tax_ids?: readonly (TaxData & { readonly sequence: number | null })[]
  })[]
}

/** A line as the tax computation wants it, taxes in their order. */
export function forTaxes(line: LineValues): LineForTaxes {
  const inOrder = <T extends { readonly id: number; readonly sequence: number | null }>(taxes: readonly T[]) =>
    [...taxes].sort((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0) || a.id - b.id)
  const taxes = inOrder(line.tax_ids).map((tax) =>
    tax.children_tax_ids ? { ...tax, children_tax_ids: inOrder(tax.children_tax_ids) } : tax,
  )
  return { priceUnit: line.price_unit ?? 0, quantity: line.product_uom_qty ?? 0, discount: line.discount ?? 0, taxes }
}

const parts = [
  'display_type',
  'price_unit',
  'product_uom_qty',
  'discount',
  'tax_ids.amount',
  'tax_ids.amount_type',
  'tax_ids.price_include',
  'tax_ids.include_base_amount',
  'tax_ids.is_base_affected',
  'tax_ids.sequence',
  'tax_ids.children_tax_ids.amount',
  'tax_ids.children_tax_ids.amount_type',
  'tax_ids.children_tax_ids.price_include',
  'tax_ids.children_tax_ids.include_base_amount',
  'tax_ids.children_tax_ids.is_base_affected',
  'tax_ids.children_tax_ids.sequence',
  'order_id.currency_id.rounding',
] as const

type Line = LineValues & {
  readonly display_type: string | null
  readonly order_id: { readonly currency_id: { readonly rounding: number | null } | null } | null
}

function amounts(line: Line): { untaxed: number; tax: number; total: number } {
  return line.display_type ? { untaxed: 0, tax: 0, total: 0 } : lineTotals(forTaxes(line), rounding(line))
}

function rounding(line: Line): number {
  return line.order_id?.currency_id?.rounding ?? 0.01
}

function perUnit(amount: number, line: Line): number {
  return line.product_uom_qty ? roundTo(decimal(amount).div(line.product_uom_qty), rounding(line)) : 0
}

computed('sale.order.line', 'price_subtotal', parts, (line) => amounts(line).untaxed)
computed('sale.order.line', 'price_tax', parts, (line) => amounts(line).tax)
computed('sale.order.line', 'price_total', parts, (line) => amounts(line).total)
computed('sale.order.line', 'price_reduce_taxexcl', parts, (line) => perUnit(amounts(line).untaxed, line))
computed('sale.order.line', 'price_reduce_taxinc', parts, (line) => perUnit(amounts(line).total, line))

computed(
  'sale.order.line',
  'qty_to_invoice',
  ['state', 'display_type', 'product_id.invoice_policy', 'product_uom_qty', 'qty_delivered', 'qty_invoiced'],
  (line) => {
    if (line.state !== 'sale' || line.display_type) return 0
    const due = line.product_id?.invoice_policy === 'delivery' ? line.qty_delivered : line.product_uom_qty
    return decimal(due).minus(decimal(line.qty_invoiced)).toNumber()
  },
)

computed(
  'sale.order.line',
  'invoice_status',
  [
    'state',
    'display_type',
    'product_id.invoice_policy',
    'product_uom_qty',
    'qty_delivered',
    'qty_invoiced',
    'qty_to_invoice',
  ],
  (line) => {
    if (line.state !== 'sale' || line.display_type) return 'no'
    if (line.qty_to_invoice) return 'to invoice'
    if (
      line.product_id?.invoice_policy === 'order' &&
      (line.product_uom_qty ?? 0) >= 0 &&
      (line.qty_delivered ?? 0) > (line.product_uom_qty ?? 0)
    )
      return 'upselling'
    return (line.qty_invoiced ?? 0) >= (line.product_uom_qty ?? 0) ? 'invoiced' : 'no'
  },
)

computed(
  'sale.order.line',
  'untaxed_amount_to_invoice',
  ['state', 'price_reduce_taxexcl', 'qty_to_invoice', 'order_id.currency_id.rounding'],
  (line) => {
    return line.state === 'sale'
      ? roundTo(
          decimal(line.price_reduce_taxexcl).mul(decimal(line.qty_to_invoice)),
          line.order_id?.currency_id?.rounding ?? 0.01,
        )
      : 0
  },
)

computed(
  'sale.order.line',
  'display_name',
  ['order_id.name', 'name'],
  (line) => `${line.order_id?.name ?? ''} - ${line.name.split('\n', 1)[0] ?? ''}`,
)
