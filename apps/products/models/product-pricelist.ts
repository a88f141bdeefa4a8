/** Price lists: other prices for some customers, quantities or times. */

import { type Def, f, fields, model } from '#framework'

export const pricelist = fields({
  name: f.char({ label: 'Pricelist Name', required: true, translate: true }),
  active: f.bool({ label: 'Active', default: true }),
  sequence: f.int({ label: 'Sequence', default: 16 }),
  currency_id: f.m2o('res.currency', { label: 'Currency', required: true, default: 1 }),
  company_id: f.m2o('res.company', { label: 'Company', index: true }),
  country_group_ids: f.m2m('res.country.group', {
    label: 'Country Groups',
    table: 'res_country_group_pricelist_rel',
    column1: 'pricelist_id',
    column2: 'res_country_group_id',
  }),
  item_ids: f.o2m('product.pricelist.item', 'pricelist_id', { label: 'Pricelist Rules', copy: true }),
})

declare module '#framework' {
  interface Registry {
    'product.pricelist': ProductPricelistData
  }
  interface ProductPricelistData extends Def<typeof pricelist> {}
}

model('product.pricelist', pricelist, { description: 'Pricelist', order: 'sequence, id, name', nameSearch: ['name'] })
