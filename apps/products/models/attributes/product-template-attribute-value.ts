/** A value of an attribute on one product, with what it adds to the price. */

import { computed, type Def, f, fields, model } from '#framework'

export const templateAttributeValue = fields({
  ptav_active: f.bool({ label: 'Active', default: true }),
  name: f.char({ label: 'Value', related: 'product_attribute_value_id.name' }),
  product_attribute_value_id: f.m2o('product.attribute.value', {
    label: 'Attribute Value',
    required: true,
    ondelete: 'cascade',
    index: true,
  }),
  attribute_line_id: f.m2o('product.template.attribute.line', {
    label: 'Attribute Line',
    required: true,
    ondelete: 'cascade',
    index: true,
  }),
  price_extra: f.float({ label: 'Extra Price', default: 0, digits: [16, 2] }),
  product_tmpl_id: f.m2o('product.template', {
    label: 'Product Template',
    related: 'attribute_line_id.product_tmpl_id',
    store: true,
    index: true,
  }),
  attribute_id: f.m2o('product.attribute', {
    label: 'Attribute',
    related: 'attribute_line_id.attribute_id',
    store: true,
    index: true,
  }),
  display_name: f.char({ label: 'Display Name', compute: true, store: true }),
  color: f.int({ label: 'Color' }),
})

declare module '#framework' {
  interface Registry {
    'product.template.attribute.value': ProductTemplateAttributeValueData
  }
  interface ProductTemplateAttributeValueData extends Def<typeof templateAttributeValue> {}
}

model('product.template.attribute.value', templateAttributeValue, {
  description: 'Product Template Attribute Value',
  order: 'attribute_line_id, id',
  constraints: {
    attribute_value_unique: {
      unique: ['attribute_line_id', 'product_attribute_value_id'],
      message: 'Each value should be defined only once per attribute per product.',
    },
  },
})

computed(
  'product.template.attribute.value',
  'display_name',
  ['product_attribute_value_id.name', 'attribute_line_id.attribute_id.name'],
  (value) => {
    return `${value.attribute_line_id?.attribute_id?.name ?? ''}: ${value.product_attribute_value_id?.name ?? ''}`
  },
)
