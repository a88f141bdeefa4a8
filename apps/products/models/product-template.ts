/** A product as people think of it; its variants are what can be ordered. */

import { computed, type Def, type Env, f, fields, model } from '#framework'
import type { activities, thread } from '#apps/messages/index.ts'

export const productTemplate = fields({
  name: f.char({ label: 'Name', required: true, translate: true, index: 'trigram' }),
  display_name: f.char({ label: 'Display Name', compute: true, store: true }),
  sequence: f.int({ label: 'Sequence', default: 1 }),
  description: f.html({ label: 'Description', translate: true }),
  description_purchase: f.text({ label: 'Purchase Description', translate: true }),
  description_sale: f.text({ label: 'Sales Description', translate: true }),
  type: f.sel(
    { consu: 'Goods', service: 'Service', combo: 'Combo' },
    { label: 'Product Type', required: true, default: 'consu' },
  ),
  service_tracking: f.sel({ no: 'Nothing' }, { label: 'Create on Order', required: true, default: 'no' }),
  categ_id: f.m2o('product.category', { label: 'Product Category', index: true }),
  currency_id: f.m2o('res.currency', { label: 'Currency', compute: true }),
  cost_currency_id: f.m2o('res.currency', { label: 'Cost Currency', compute: true }),
  list_price: f.float({ label: 'Sales Price', digits: [16, 2], default: 1, tracking: true }),
  standard_price: f.float({
    label: 'Cost',
    digits: [16, 2],
    compute: true,
    editable: true,
    groups: ['base.group_user'],
  }),
  volume: f.float({ label: 'Volume', digits: [16, 2], compute: true, store: true, editable: true }),
  volume_uom_name: f.char({ label: 'Volume unit of measure label', compute: true }),
  weight: f.float({ label: 'Weight', digits: [16, 2], compute: true, store: true, editable: true }),
  weight_uom_name: f.char({ label: 'Weight unit of measure label', compute: true }),
  sale_ok: f.bool({ label: 'Sales', default: true }),
  purchase_ok: f.bool({ label: 'Purchase', default: true }),
  uom_id: f.m2o('uom.uom', { label: 'Unit', required: true, default: 1 }),
  uom_ids: f.m2m('uom.uom', { label: 'Packagings' }),
  uom_name: f.char({ label: 'Unit Name', related: 'uom_id.name' }),
  company_id: f.m2o('res.company', { label: 'Company', index: true }),
  active: f.bool({ label: 'Active', default: true }),
  color: f.int({ label: 'Color Index' }),
  is_product_variant: f.bool({ label: 'Is a product variant', compute: true }),
  attribute_line_ids: f.o2m('product.template.attribute.line', 'product_tmpl_id', {
    label: 'Product Attributes',
    copy: true,
  }),
  product_variant_ids: f.o2m('product.product', 'product_tmpl_id', { label: 'Products' }),
  product_variant_id: f.m2o('product.product', { label: 'Product', compute: true }),
  product_variant_count: f.int({ label: '# Product Variants', compute: true }),
  has_configurable_attributes: f.bool({ label: 'Is a configurable product', compute: true, store: true }),
  barcode: f.char({ label: 'Barcode', compute: true, store: true, editable: true }),
  default_code: f.char({ label: 'Internal Reference', compute: true, store: true, editable: true, index: true }),
  is_favorite: f.bool({ label: 'Favorite' }),
  product_tag_ids: f.m2m('product.tag', {
    label: 'Tags',
    table: 'product_tag_product_template_rel',
    column1: 'product_template_id',
    column2: 'product_tag_id',
  }),
  image_1920: f.binary({ label: 'Image' }),
  image_1024: f.binary({ label: 'Image 1024', related: 'image_1920' }),
  image_512: f.binary({ label: 'Image 512', related: 'image_1920' }),
  image_256: f.binary({ label: 'Image 256', related: 'image_1920' }),
  image_128: f.binary({ label: 'Image 128', related: 'image_1920' }),
})

declare module '#framework' {
  interface Registry {
    'product.template': ProductTemplateData
  }
  interface ProductTemplateData extends Def<typeof productTemplate>, Def<typeof thread>, Def<typeof activities> {}
}

model('product.template', productTemplate, {
  mixins: ['mail.thread', 'mail.activity.mixin'],
  description: 'Product',
  order: 'is_favorite desc, name, id',
  nameSearch: ['default_code', 'name', 'barcode'],
})

computed('product.template', 'display_name', ['name', 'default_code'], (product) => {
  return product.default_code ? `[${product.default_code}] ${product.name}` : product.name
})

// What is kept per variant shows on the template only while there is one variant.
computed(
  'product.template',
  'default_code',
  ['product_variant_ids.default_code', 'product_variant_ids.active'],
  (p) => onlyOne(p.product_variant_ids)?.default_code ?? null,
)
computed(
  'product.template',
  'barcode',
  ['product_variant_ids.barcode', 'product_variant_ids.active'],
  (p) => onlyOne(p.product_variant_ids)?.barcode ?? null,
)
computed(
  'product.template',
  'volume',
  ['product_variant_ids.volume', 'product_variant_ids.active'],
  (p) => onlyOne(p.product_variant_ids)?.volume ?? 0,
)
computed(
  'product.template',
  'weight',
  ['product_variant_ids.weight', 'product_variant_ids.active'],
  (p) => onlyOne(p.product_variant_ids)?.weight ?? 0,
)
computed(
  'product.template',
  'standard_price',
  ['product_variant_ids.standard_price', 'product_variant_ids.active'],
  (p) => onlyOne(p.product_variant_ids)?.standard_price ?? 0,
)

computed(
  'product.template',
  'product_variant_id',
  ['product_variant_ids.active'],
  (p) => p.product_variant_ids.find((variant) => variant.active)?.id ?? null,
)
computed(
  'product.template',
  'product_variant_count',
  ['product_variant_ids.active'],
  (p) => p.product_variant_ids.filter((variant) => variant.active).length,
)
computed('product.template', 'is_product_variant', ['name'], () => false)
computed('product.template', 'has_configurable_attributes', ['attribute_line_ids.value_count'], (p) =>
  p.attribute_line_ids.some((line) => (line.value_count ?? 0) > 1),
)
computed(
  'product.template',
  'currency_id',
  ['company_id.currency_id'],
  (p, env) => p.company_id?.currency_id ?? companyCurrency(env),
)
computed(
  'product.template',
  'cost_currency_id',
  ['company_id.currency_id'],
  (p, env) => p.company_id?.currency_id ?? companyCurrency(env),
)
computed('product.template', 'volume_uom_name', ['name'], () => 'm³')
computed('product.template', 'weight_uom_name', ['name'], () => 'kg')

function onlyOne<T extends { readonly active: boolean }>(variants: readonly T[]): T | null {
  const active = variants.filter((variant) => variant.active)
  if (active.length === 1) return active[0] ?? null
  return variants.length === 1 ? (variants[0] ?? null) : null
}

async function companyCurrency(env: Env): Promise<number | null> {
  const [company] = await env.model('res.company', [env.companyId]).load('currency_id')
  return company?.currency_id ?? null
}
