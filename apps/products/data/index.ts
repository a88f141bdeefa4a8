/** Records that products start with; external ids are those that clients of Odoo know. */

import { records, ref } from '#framework'

records('res.groups', {
  'uom.group_uom': { name: 'Manage Multiple Units of Measure', id: 12 },
  'product.group_product_pricelist': { name: 'Basic Pricelists', id: 17 },
  'product.group_product_variant': { name: 'Manage Product Variants', id: 19 },
  'product.group_product_manager': { name: 'Product Creation', id: 20 },
})
records('res.groups', { 'base.group_system': { implied_ids: [[4, ref('product.group_product_manager')]] } })

records('decimal.precision', {
  'product.decimal_price': { id: 2, name: 'Product Price', digits: 2 },
  'product.decimal_discount': { id: 3, name: 'Discount', digits: 2 },
  'product.decimal_stock_weight': { id: 4, name: 'Stock Weight', digits: 2 },
  'product.decimal_volume': { id: 5, name: 'Volume', digits: 2 },
  'uom.decimal_product_uom': { id: 6, name: 'Product Unit', digits: 2 },
}, { update: false })

// How many reference units one unit contains; conversions as the SI and the international yard and pound agreement define them.
const unit = (id: number, name: string, relative_factor = 1, of?: string) => ({
  id, name, relative_factor, ...(of ? { relative_uom_id: ref(`uom.${of}`) } : {}),
})
records('uom.uom', {
  'uom.product_uom_unit': unit(1, 'Units'),
  'uom.product_uom_dozen': unit(2, 'Dozens', 12, 'product_uom_unit'),
  'uom.product_uom_hour': unit(4, 'Hours'),
  'uom.product_uom_day': unit(3, 'Days', 8, 'product_uom_hour'),
  'uom.product_uom_millimeter': unit(6, 'mm'),
  'uom.product_uom_cm': unit(8, 'cm', 10, 'product_uom_millimeter'),
  'uom.product_uom_inch': unit(17, 'in', 25.4, 'product_uom_millimeter'),
  'uom.product_uom_foot': unit(18, 'ft', 12, 'product_uom_inch'),
  'uom.product_uom_yard': unit(19, 'yd', 3, 'product_uom_foot'),
  'uom.product_uom_meter': unit(5, 'm', 100, 'product_uom_cm'),
  'uom.product_uom_km': unit(7, 'km', 1000, 'product_uom_meter'),
  'uom.product_uom_mile': unit(20, 'mi', 1760, 'product_uom_yard'),
  'uom.uom_square_meter': unit(9, 'm²'),
  'uom.uom_square_foot': unit(21, 'ft²', 0.09290304, 'uom_square_meter'),
  'uom.product_uom_litre': unit(10, 'L'),
  'uom.product_uom_cubic_meter': unit(11, 'm³', 1000, 'product_uom_litre'),
  'uom.product_uom_gram': unit(13, 'g'),
  'uom.product_uom_kgm': unit(12, 'kg', 1000, 'product_uom_gram'),
  'uom.product_uom_ton': unit(14, 't', 1000, 'product_uom_kgm'),
  'uom.product_uom_oz': unit(16, 'oz', 28.349523125, 'product_uom_gram'),
  'uom.product_uom_lb': unit(15, 'lb', 16, 'product_uom_oz'),
}, { update: false })

records('product.category', {
  'product.product_category_goods': { id: 1, name: 'Goods' },
  'product.product_category_services': { id: 2, name: 'Services' },
  'product.product_category_expenses': { id: 3, name: 'Expenses' },
}, { update: false })
