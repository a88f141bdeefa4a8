/** A rule of a price list: for these products, from this quantity, in this time, that price. */

import { computed, constrain, type Def, f, fields, model, ValidationError } from '#framework'

export const pricelistItem = fields({
  name: f.char({ label: 'Name', compute: true, store: true }),
  pricelist_id: f.m2o('product.pricelist', { label: 'Pricelist', required: true, ondelete: 'cascade', index: true }),
  company_id: f.m2o('res.company', { label: 'Company', related: 'pricelist_id.company_id', store: true }),
  currency_id: f.m2o('res.currency', { label: 'Currency', related: 'pricelist_id.currency_id', store: true }),
  date_start: f.datetime({ label: 'Start Date' }),
  date_end: f.datetime({ label: 'End Date' }),
  min_quantity: f.float({ label: 'Min. Quantity', digits: [16, 2], default: 0 }),
  applied_on: f.sel(
    {
      '3_global': 'All Products',
      '2_product_category': 'Product Category',
      '1_product': 'Product',
      '0_product_variant': 'Product Variant',
    },
    { label: 'Apply On', required: true, default: '3_global' },
  ),
  categ_id: f.m2o('product.category', { label: 'Category', ondelete: 'cascade' }),
  product_tmpl_id: f.m2o('product.template', { label: 'Product', ondelete: 'cascade', index: true }),
  product_id: f.m2o('product.product', { label: 'Variant', ondelete: 'cascade', index: true }),
  base: f.sel(
    { list_price: 'Sales Price', standard_price: 'Cost' },
    { label: 'Based on', required: true, default: 'list_price' },
  ),
  compute_price: f.sel(
    { percentage: 'Discount', formula: 'Formula', fixed: 'Fixed Price' },
    { label: 'Compute Price', required: true, default: 'fixed' },
  ),
  fixed_price: f.float({ label: 'Fixed Price', digits: [16, 2] }),
  percent_price: f.float({ label: 'Percentage Price' }),
  price_discount: f.float({ label: 'Price Discount', digits: [16, 2] }),
  price_surcharge: f.float({ label: 'Extra Fee', digits: [16, 2] }),
})

declare module '#framework' {
  interface Registry {
    'product.pricelist.item': ProductPricelistItemData
  }
  interface ProductPricelistItemData extends Def<typeof pricelistItem> {}
}

model('product.pricelist.item', pricelistItem, {
  description: 'Pricelist Rule',
  order: 'applied_on, min_quantity desc, categ_id desc, id desc',
})

computed(
  'product.pricelist.item',
  'name',
  ['applied_on', 'categ_id.complete_name', 'product_tmpl_id.name', 'product_id.display_name'],
  (item) => {
    if (item.applied_on === '0_product_variant') return item.product_id?.display_name ?? null
    if (item.applied_on === '1_product') return item.product_tmpl_id?.name ?? null
    return item.applied_on === '2_product_category' ? (item.categ_id?.complete_name ?? null) : 'All Products'
  },
)

constrain('product.pricelist.item', ['applied_on', 'categ_id', 'product_tmpl_id', 'product_id'], (item) => {
  const missing =
    (item.applied_on === '2_product_category' && !item.categ_id) ||
    (item.applied_on === '1_product' && !item.product_tmpl_id) ||
    (item.applied_on === '0_product_variant' && !item.product_id)
  if (missing)
    throw new ValidationError('ERR_PRICELIST_TARGET', 'Choose the category or product that this price is for.')
})

constrain('product.pricelist.item', ['date_start', 'date_end'], (item) => {
  if (item.date_start && item.date_end && item.date_start >= item.date_end) {
    throw new ValidationError('ERR_PRICELIST_DATES', 'The end date of a price has to be later than its start date.')
  }
})
