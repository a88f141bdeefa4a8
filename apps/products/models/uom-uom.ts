/** Units of measure. Each is a multiple of another one, down to a reference unit. */

import { behaviour, computed, type Def, f, fields, model } from '#framework'
import { refuseCycle } from '#apps/base/index.ts'

export const uom = fields({
  name: f.char({ label: 'Unit Name', required: true, translate: true }),
  sequence: f.int({ label: 'Sequence', default: 10 }),
  relative_factor: f.float({ label: 'Contains', required: true, default: 1 }),
  relative_uom_id: f.m2o('uom.uom', { label: 'Reference Unit', index: true, ondelete: 'cascade' }),
  related_uom_ids: f.o2m('uom.uom', 'relative_uom_id', { label: 'Related Units' }),
  factor: f.float({ label: 'Absolute Quantity', compute: true, store: true }),
  rounding: f.float({ label: 'Rounding Precision', default: 0.01 }),
  active: f.bool({ label: 'Active', default: true }),
})

declare module '#framework' {
  interface Registry {
    'uom.uom': UomUomData
  }
  interface UomUomData extends Def<typeof uom> {}
}

model('uom.uom', uom, {
  description: 'Product Unit of Measure',
  order: 'sequence, relative_uom_id, id',
  parent: 'relative_uom_id',
  constraints: {
    factor_gt_zero: {
      check: ['relative_factor', '>', 0],
      message: 'A unit has to contain more than nothing of its reference unit.',
    },
  },
})

computed('uom.uom', 'factor', ['relative_factor', 'relative_uom_id.factor'], (unit) => {
  return (unit.relative_factor ?? 1) * (unit.relative_uom_id?.factor || 1)
})

behaviour(
  'uom.uom',
  (Base) =>
    class extends Base {
      override async write(values: Readonly<Record<string, unknown>>): Promise<boolean> {
        if ('relative_uom_id' in values) {
          await refuseCycle(
            this.env,
            'uom.uom',
            this.ids,
            'relative_uom_id',
            values['relative_uom_id'],
            'A unit cannot be measured in itself.',
          )
        }
        return super.write(values)
      }
    },
)
