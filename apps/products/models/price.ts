/** What products cost a customer. */

import { decimal, type Env, roundDigits } from '#framework'

export interface PriceQuestion {
  readonly product: number
  readonly quantity: number
  /** `null`: no price list, so no price of one. */
  readonly pricelist: number | null
  /** Moment in UTC, `YYYY-MM-DD HH:MM:SS`. */
  readonly at: string
}

type Item = Awaited<ReturnType<typeof itemsOf>>[number]
type Product = Awaited<ReturnType<typeof productsOf>>[number]

/**
 * The unit prices by price list, without taxes being added or taken out, in the currency of the list; `null` without a
 * list or where none of its rules is about the product, so that its sales price counts. Two reads, whatever the number.
 */
export async function productPrices(env: Env, questions: readonly PriceQuestion[]): Promise<(number | null)[]> {
  const lists = [...new Set(questions.flatMap(({ pricelist }) => pricelist ?? []))]
  if (lists.length === 0) return questions.map(() => null)
  const items = await itemsOf(env, lists)
  const asked = questions.filter(({ pricelist }) => pricelist !== null).map(({ product }) => product)
  const products = new Map((await productsOf(env, [...new Set(asked)])).map((product) => [product.id, product]))
  return questions.map((question) => {
    const product = products.get(question.product)
    const item = product && items.find((rule) => applies(rule, product, question))
    return item ? priceBy(item, product) : null
  })
}

// The order of the model puts the most particular rule first.
async function itemsOf(env: Env, lists: readonly number[]) {
  const found = await env.model('product.pricelist.item').search([['pricelist_id', 'in', lists]])
  return found.load(
    'pricelist_id',
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
}

function productsOf(env: Env, ids: readonly number[]) {
  return env.model('product.product', ids).load('lst_price', 'standard_price', 'product_tmpl_id.categ_id.parent_path')
}

function applies(rule: Item, product: Product, { quantity, pricelist, at }: PriceQuestion): boolean {
  if (rule.pricelist_id !== pricelist || (rule.min_quantity ?? 0) > quantity) return false
  if ((rule.date_start && rule.date_start > at) || (rule.date_end && rule.date_end < at)) return false
  if (rule.applied_on === '0_product_variant') return rule.product_id === product.id
  if (rule.applied_on === '1_product') return rule.product_tmpl_id === product.product_tmpl_id?.id
  const categories = (product.product_tmpl_id?.categ_id?.parent_path ?? '').split('/')
  return rule.applied_on === '3_global' || (rule.categ_id !== null && categories.includes(String(rule.categ_id)))
}

function priceBy(item: Item, product: Product): number {
  if (item.compute_price === 'fixed') return item.fixed_price ?? 0
  const base = decimal(item.base === 'standard_price' ? (product.standard_price ?? 0) : (product.lst_price ?? 0))
  const discount = item.compute_price === 'percentage' ? (item.percent_price ?? 0) : (item.price_discount ?? 0)
  const surcharge = item.compute_price === 'percentage' ? 0 : (item.price_surcharge ?? 0)
  return roundDigits(base.mul(decimal(100).minus(discount)).div(100).plus(surcharge), 2)
}
