/** Who may do what with products. */

import { access, user } from '#framework'

const all = ['read', 'write', 'create', 'unlink'] as const

for (const model of [
  'product.template',
  'product.product',
  'product.category',
  'product.tag',
  'product.attribute',
  'product.attribute.value',
  'product.template.attribute.line',
  'product.template.attribute.value',
  'product.pricelist',
  'product.pricelist.item',
]) {
  access(
    model,
    { group: 'base.group_user', ops: ['read'], name: 'Members read' },
    { group: 'product.group_product_manager', ops: all, name: 'Product managers keep' },
  )
}
access(
  'uom.uom',
  { group: 'base.group_user', ops: ['read'], name: 'Members read units' },
  { group: 'base.group_system', ops: all, name: 'Administrators keep units' },
)
for (const model of ['product.template', 'product.pricelist', 'product.pricelist.item']) {
  access(model, {
    ops: all,
    domain: ['|', ['company_id', 'in', user('company_ids')], ['company_id', '=', false]],
    name: 'Of own companies and shared ones',
  })
}
