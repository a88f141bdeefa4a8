/** Description, unit, price and taxes of the products on new lines: a fixed number of reads for all of them. */

import type { Env } from '#framework'
import { productPrices } from '#apps/products/index.ts'
import { nowText } from '../orders/sale-order.ts'

type Values = Readonly<Record<string, unknown>>

/** What a line needs to know of its order. */
export interface OrderOfLine {
  readonly id: number
  readonly pricelist_id: number | null
  readonly company_id: number | null
}

const fromProduct = ['name', 'product_uom_id', 'price_unit', 'tax_ids']

/** Values for lines that do not say them themselves, in the order of `list`; nothing for headings, but no quantity either. */
export async function lineDefaults(
  env: Env,
  list: readonly Values[],
  ordersOfLines: Promise<ReadonlyMap<number, OrderOfLine>>,
): Promise<Record<string, unknown>[]> {
  const isOpen = list.map((values) => productOf(values) > 0 && fromProduct.some((name) => !(name in values)))
  const wanted = [...new Set(list.filter((_, i) => isOpen[i]).map(productOf))]
  const [orders, products] = await Promise.all([
    ordersOfLines,
    env
      .model('product.product', wanted)
      .load('display_name', 'description_sale', 'uom_id', 'taxes_id.company_id', 'lst_price'),
  ])
  const byId = new Map(products.map((product) => [product.id, product]))
  const orderOf = (values: Values) => orders.get(Number(values['order_id'] || 0))
  const prices = await productPrices(
    env,
    list.map((values, i) => ({
      product: productOf(values),
      quantity: Number(values['product_uom_qty'] ?? 1),
      pricelist: isOpen[i] && !('price_unit' in values) ? (orderOf(values)?.pricelist_id ?? null) : null,
      at: nowText(env),
    })),
  )
  return list.map((values, i) => {
    if (values['display_type']) return { product_uom_qty: 0, price_unit: 0, discount: 0, customer_lead: 0 }
    const product = isOpen[i] ? byId.get(productOf(values)) : undefined
    if (!product) return {}
    const company = orderOf(values)?.company_id ?? env.companyId
    const taxes = product.taxes_id.filter((tax) => tax.company_id === company).map((tax) => tax.id)
    return {
      name: product.description_sale ? `${product.display_name}\n${product.description_sale}` : product.display_name,
      product_uom_id: product.uom_id,
      price_unit: prices[i] ?? product.lst_price ?? 0,
      tax_ids: [[6, 0, taxes]],
    }
  })
}

function productOf(values: Values): number {
  return values['display_type'] ? 0 : Number(values['product_id'] || 0)
}
