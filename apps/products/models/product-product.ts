/** A variant of a product: what stands on an order line. */

import { behaviour, computed, constrain, type Def, f, fields, model, ValidationError } from '#framework'
import type { productTemplate } from './product-template.ts'

export const product = fields({
  product_tmpl_id: f.m2o('product.template', {
    label: 'Product Template',
    required: true,
    ondelete: 'cascade',
    index: true,
  }),
  active: f.bool({ label: 'Active', default: true }),
  default_code: f.char({ label: 'Internal Reference', index: true }),
  code: f.char({ label: 'Reference', related: 'default_code' }),
  barcode: f.char({ label: 'Barcode', copy: false, index: true }),
  display_name: f.char({ label: 'Display Name', compute: true, store: true }),
  partner_ref: f.char({ label: 'Customer Ref', related: 'display_name' }),
  standard_price: f.float({ label: 'Cost', companyDependent: true, digits: [16, 2], groups: ['base.group_user'] }),
  volume: f.float({ label: 'Volume', digits: [16, 2] }),
  weight: f.float({ label: 'Weight', digits: [16, 2] }),
  price_extra: f.float({ label: 'Variant Price Extra', compute: true, digits: [16, 2] }),
  lst_price: f.float({ label: 'Sales Price', compute: true, editable: true, digits: [16, 2] }),
  product_template_attribute_value_ids: f.m2m('product.template.attribute.value', {
    label: 'Attribute Values',
    table: 'product_variant_combination',
    column1: 'product_product_id',
    column2: 'product_template_attribute_value_id',
  }),
  product_template_variant_value_ids: f.m2m('product.template.attribute.value', {
    label: 'Variant Values',
    compute: true,
  }),
  combination_indices: f.char({ label: 'Combination Indices', compute: true, store: true, index: true }),
  is_product_variant: f.bool({ label: 'Is Product Variant', compute: true }),
})

declare module '#framework' {
  interface Registry {
    'product.product': ProductProductData
  }
  // Fields of the template show up on the variant, except those that a variant has of its own.
  interface ProductProductData extends Def<typeof product>, Omit<Def<typeof productTemplate>, keyof typeof product> {}
}

model('product.product', product, {
  description: 'Product Variant',
  order: 'default_code, id',
  inherits: { 'product.template': 'product_tmpl_id' },
  nameSearch: ['default_code', 'display_name', 'barcode'],
})

// "[CODE] Name (White, Large)": values of attributes with a single value tell nothing apart and stay out.
computed(
  'product.product',
  'display_name',
  [
    'default_code',
    'product_tmpl_id.name',
    'product_template_attribute_value_ids.product_attribute_value_id.name',
    'product_template_attribute_value_ids.attribute_line_id.value_count',
  ],
  (variant) => {
    const told = variant.product_template_attribute_value_ids
      .filter((value) => (value.attribute_line_id?.value_count ?? 0) > 1)
      .map((value) => value.product_attribute_value_id?.name)
    const name =
      told.length > 0
        ? `${variant.product_tmpl_id?.name ?? ''} (${told.join(', ')})`
        : (variant.product_tmpl_id?.name ?? '')
    return variant.default_code ? `[${variant.default_code}] ${name}` : name
  },
)

computed('product.product', 'price_extra', ['product_template_attribute_value_ids.price_extra'], (variant) => {
  return variant.product_template_attribute_value_ids.reduce((sum, value) => sum + (value.price_extra ?? 0), 0)
})

computed('product.product', 'lst_price', ['product_tmpl_id.list_price', 'price_extra'], (variant) => {
  return (variant.product_tmpl_id?.list_price ?? 0) + (variant.price_extra ?? 0)
})

computed('product.product', 'combination_indices', ['product_template_attribute_value_ids'], (variant) => {
  return [...variant.product_template_attribute_value_ids].sort((a, b) => a - b).join(',')
})

computed(
  'product.product',
  'product_template_variant_value_ids',
  ['product_template_attribute_value_ids.attribute_line_id.value_count'],
  (variant) => {
    return variant.product_template_attribute_value_ids
      .filter((value) => (value.attribute_line_id?.value_count ?? 0) > 1)
      .map((value) => value.id)
  },
)

computed('product.product', 'is_product_variant', ['active'], () => true)

constrain('product.product', ['barcode'], async (variant, env) => {
  if (!variant.barcode) return
  if ((await env.model('product.product').search_count([['barcode', '=', variant.barcode]])) > 1) {
    throw new ValidationError('ERR_PRODUCT_BARCODE', `The barcode ${variant.barcode} is already on another product.`)
  }
})

behaviour(
  'product.product',
  (Base) =>
    class extends Base {
      override async write({ lst_price: price, ...values }: Readonly<Record<string, unknown>>): Promise<boolean> {
        if (price === undefined) return super.write(values)
        const done = Object.keys(values).length === 0 || (await super.write(values))
        for (const variant of await this.env
          .model('product.product', this.ids)
          .load('price_extra', 'product_tmpl_id')) {
          await this.env
            .model('product.template', variant.product_tmpl_id === null ? [] : [variant.product_tmpl_id])
            .write({ list_price: Number(price) - (variant.price_extra ?? 0) })
        }
        return done
      }
    },
)
