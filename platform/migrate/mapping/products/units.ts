/** Units of measure. Odoo 19 measures a unit in another one; before, a unit had a category and a factor to its reference unit. */

import type { Lookup, ReadColumn, TableMapping } from '../mapping.ts'

export const unit: TableMapping = {
  table: 'uom_uom',
  model: 'uom.uom',
  keys: [['name']],
  derive: {
    factor: { columns: ['factor', 'uom_type'], value: (read) => largerFactor(read) ?? read('factor') },
    relative_factor: {
      columns: ['relative_factor', 'factor', 'uom_type'],
      value: (read) => read('relative_factor') ?? largerFactor(read),
    },
    relative_uom_id: { columns: ['relative_uom_id', 'category_id'], value: referenceUnit },
  },
  leader: { column: 'category_id', where: 'uom_type', value: 'reference' },
  computedHere: ['parent_path'],
}

function referenceUnit(read: ReadColumn, lookup: Lookup): number | null {
  if (read('uom_type') === 'reference') return null
  const unit = read('relative_uom_id') ?? lookup.leader(read('category_id'))
  return unit === null ? null : lookup.id('uom.uom', Number(unit))
}

// Until Odoo 18: how many of the unit make one reference unit; since: how many reference units make one of it.
function largerFactor(read: ReadColumn): string | null {
  const factor = Number(read('factor'))
  if (read('uom_type') === null || !(factor > 0)) return null
  return String(Number((1 / factor).toPrecision(12)))
}

export const unitCategory: TableMapping = { table: 'uom_category', model: 'uom.category', keys: [['name']] }
