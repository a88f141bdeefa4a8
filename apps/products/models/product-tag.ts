/** Tags on products. */

import { type Def, f, fields, model } from '#framework'

export const productTag = fields({
  name: f.char({ label: 'Name', required: true, translate: true }),
  sequence: f.int({ label: 'Sequence', default: 10 }),
  color: f.char({ label: 'Color', default: '#3C3C3C' }),
  visible_to_customers: f.bool({ label: 'Visible to customers', default: true }),
  product_template_ids: f.m2m('product.template', {
    label: 'Product Templates',
    table: 'product_tag_product_template_rel',
    column1: 'product_tag_id',
    column2: 'product_template_id',
  }),
})

declare module '#framework' {
  interface Registry {
    'product.tag': ProductTagData
  }
  interface ProductTagData extends Def<typeof productTag> {}
}

model('product.tag', productTag, {
  description: 'Product Tag',
  order: 'sequence, id',
  constraints: { name_uniq: { unique: ['name'], message: 'Tag name already exists!' } },
})
