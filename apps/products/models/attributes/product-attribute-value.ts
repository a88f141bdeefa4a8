/** A value of an attribute: blue, large. */

import { type Def, f, fields, model } from '#framework'

export const productAttributeValue = fields({
  name: f.char({ label: 'Value', required: true, translate: true }),
  sequence: f.int({ label: 'Sequence', default: 10 }),
  attribute_id: f.m2o('product.attribute', { label: 'Attribute', required: true, ondelete: 'cascade', index: true }),
  default_extra_price: f.float({ label: 'Default Extra Price' }),
  is_custom: f.bool({ label: 'Free text' }),
  html_color: f.char({ label: 'Color' }),
  display_type: f.sel(
    { radio: 'Radio', pills: 'Pills', select: 'Select', color: 'Color', multi: 'Multi-checkbox', image: 'Image' },
    { label: 'Display Type', related: 'attribute_id.display_type' },
  ),
  color: f.int({ label: 'Color Index' }),
  active: f.bool({ label: 'Active', default: true }),
})

declare module '#framework' {
  interface Registry {
    'product.attribute.value': ProductAttributeValueData
  }
  interface ProductAttributeValueData extends Def<typeof productAttributeValue> {}
}

model('product.attribute.value', productAttributeValue, {
  description: 'Attribute Value',
  order: 'attribute_id, sequence, id',
  constraints: {
    value_company_uniq: {
      unique: ['name', 'attribute_id'],
      message: 'You cannot create two values with the same name for the same attribute.',
    },
  },
})
