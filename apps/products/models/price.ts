/** What a product costs a customer. */

import { decimal, type Env, roundDigits } from '#framework'

export interface PriceQuestion {
  readonly product: number
  readonly quantity: number
  /** `null`: the sales price of the product. */
  readonly pricelist: number | null
  /** Moment in UTC, `YYYY-MM-DD HH:MM:SS`. */
  readonly at: string
}

/** The unit price without taxes being added or taken out, in the currency of the price list or else of the company. */
export async function productPrice(env: Env, question: PriceQuestion): Promise<number> {
  const [product] = await env
    .model('product.product', [question.product])
    .load('lst_price', 'standard_price', 'product_tmpl_id.categ_id.parent_path')
  if (!product) return 0
  const list = product.lst_price ?? 0
  if (question.pricelist === null) return list
  const found = await env.model('product.pricelist.item').search([['pricelist_id', '=', question.pricelist]])
  const items = await env
    .model('product.pricelist.item', found.ids)
    .load(
      'applied_on',
      'categ_id',
      'product_tmpl_id',
      'product_id',
      'min_quantity',
      'date_start',
      'date_end',
      'base',
      'compute_price',
      'fixed_price',
      'percent_price',
      'price_discount',
      'price_surcharge',
    )
  const categories = new Set(
    (product.product_tmpl_id?.categ_id?.parent_path ?? '').split('/').filter(Boolean).map(Number),
  )
  // The order of the model puts the most particular rule first.
  const item = items.find((rule) => {
    if ((rule.min_quantity ?? 0) > question.quantity) return false
    if ((rule.date_start && rule.date_start > question.at) || (rule.date_end && rule.date_end < question.at))
      return false
    if (rule.applied_on === '0_product_variant') return rule.product_id === product.id
    if (rule.applied_on === '1_product') return rule.product_tmpl_id === product.product_tmpl_id?.id
    return rule.applied_on === '3_global' || categories.has(rule.categ_id ?? 0)
  })
  if (!item) return list
  if (item.compute_price === 'fixed') return item.fixed_price ?? 0
  const base = decimal(item.base === 'standard_price' ? (product.standard_price ?? 0) : list)
  const discount = item.compute_price === 'percentage' ? (item.percent_price ?? 0) : (item.price_discount ?? 0)
  const surcharge = item.compute_price === 'percentage' ? 0 : (item.price_surcharge ?? 0)
  return roundDigits(base.mul(decimal(100).minus(discount)).div(100).plus(surcharge), 2)
}
