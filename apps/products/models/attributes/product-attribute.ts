/** What variants of a product differ in: colour, size. */

import { type Def, f, fields, model } from '#framework'

export const productAttribute = fields({
  name: f.char({ label: 'Attribute', required: true, translate: true }),
  active: f.bool({ label: 'Active', default: true }),
  create_variant: f.sel(
    { always: 'Instantly', dynamic: 'Dynamically', no_variant: 'Never' },
    { label: 'Variant Creation', required: true, default: 'always' },
  ),
  display_type: f.sel(
    { radio: 'Radio', pills: 'Pills', select: 'Select', color: 'Color', multi: 'Multi-checkbox', image: 'Image' },
    { label: 'Display Type', required: true, default: 'radio' },
  ),
  sequence: f.int({ label: 'Sequence', default: 20 }),
  value_ids: f.o2m('product.attribute.value', 'attribute_id', { label: 'Values', copy: true }),
  attribute_line_ids: f.o2m('product.template.attribute.line', 'attribute_id', { label: 'Lines' }),
})

declare module '#framework' {
  interface Registry {
    'product.attribute': ProductAttributeData
  }
  interface ProductAttributeData extends Def<typeof productAttribute> {}
}

model('product.attribute', productAttribute, { description: 'Product Attribute', order: 'sequence, id' })
