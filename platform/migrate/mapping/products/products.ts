/** Products: categories, templates, variants, attributes, tags, price lists. */

import type { LinkMapping, TableMapping } from '../mapping.ts'

export const category: TableMapping = {
  table: 'product_category',
  model: 'product.category',
  takeOver: 'all',
  computedHere: ['parent_path', 'complete_name'],
}

export const tag: TableMapping = { table: 'product_tag', model: 'product.tag', keys: [['name']] }

export const pricelist: TableMapping = { table: 'product_pricelist', model: 'product.pricelist', takeOver: 'all' }

export const pricelistItem: TableMapping = { table: 'product_pricelist_item', model: 'product.pricelist.item' }

export const template: TableMapping = {
  table: 'product_template',
  model: 'product.template',
  // Until Odoo 17 a stored product had a type of its own.
  values: { type: { product: 'consu' } },
}

export const variant: TableMapping = { table: 'product_product', model: 'product.product' }

export const attribute: TableMapping = { table: 'product_attribute', model: 'product.attribute' }

export const attributeValue: TableMapping = { table: 'product_attribute_value', model: 'product.attribute.value' }

export const attributeLine: TableMapping = {
  table: 'product_template_attribute_line',
  model: 'product.template.attribute.line',
}

export const templateValue: TableMapping = {
  table: 'product_template_attribute_value',
  model: 'product.template.attribute.value',
}

export const productLinks: readonly LinkMapping[] = [
  {
    tables: ['product_tag_product_template_rel'],
    model: 'product.template',
    field: 'product_tag_ids',
    own: 'product_template_id',
    other: 'product_tag_id',
  },
  {
    tables: ['product_tag_product_product_rel'],
    model: 'product.product',
    field: 'additional_product_tag_ids',
    own: 'product_product_id',
    other: 'product_tag_id',
  },
  {
    tables: ['res_country_group_pricelist_rel'],
    model: 'product.pricelist',
    field: 'country_group_ids',
    own: 'pricelist_id',
    other: 'res_country_group_id',
  },
  { tables: ['product_taxes_rel'], model: 'product.template', field: 'taxes_id', own: 'prod_id', other: 'tax_id' },
  {
    tables: ['product_supplier_taxes_rel'],
    model: 'product.template',
    field: 'supplier_taxes_id',
    own: 'prod_id',
    other: 'tax_id',
  },
  {
    tables: ['product_variant_combination'],
    model: 'product.product',
    field: 'product_template_attribute_value_ids',
    own: 'product_product_id',
    other: 'product_template_attribute_value_id',
  },
  {
    tables: ['product_attribute_value_product_template_attribute_line_rel'],
    model: 'product.template.attribute.line',
    field: 'value_ids',
    own: 'product_template_attribute_line_id',
    other: 'product_attribute_value_id',
  },
]
