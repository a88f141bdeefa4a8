/** Units of measure. Odoo 19 measures a unit in another one; before, a unit had a category and a factor to its reference unit. */

import type { ReadColumn, TableMapping } from '../mapping.ts'

export const unit: TableMapping = {
  table: 'uom_uom', model: 'uom.uom', keys: [['name']],
  derive: {
    factor: { columns: ['factor', 'uom_type'], value: (read) => largerFactor(read) ?? read('factor') },
    relative_factor: { columns: ['relative_factor', 'factor', 'uom_type'], value: (read) => read('relative_factor') ?? largerFactor(read) },
  },
  computedHere: ['parent_path'],
}

// Until Odoo 18: how many of the unit make one reference unit; since: how many reference units make one of it.
function largerFactor(read: ReadColumn): string | null {
  const factor = Number(read('factor'))
  if (read('uom_type') === null || !(factor > 0)) return null
  return String(Number((1 / factor).toPrecision(12)))
}

export const unitCategory: TableMapping = { table: 'uom_category', model: 'uom.category', keys: [['name']] }
