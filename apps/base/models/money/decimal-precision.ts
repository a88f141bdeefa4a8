/** How many decimals a kind of number has: prices, quantities, discounts. */

import { type Def, f, fields, model } from '#framework'

export const decimalPrecision = fields({
  name: f.char({ label: 'Usage', required: true }),
  digits: f.int({ label: 'Digits', required: true, default: 2 }),
})

declare module '#framework' {
  interface Registry {
    'decimal.precision': DecimalPrecisionData
  }
  interface DecimalPrecisionData extends Def<typeof decimalPrecision> {}
}

model('decimal.precision', decimalPrecision, {
  description: 'Decimal Precision',
  constraints: { name_uniq: { unique: ['name'], message: 'Only one value can be defined for each given usage!' } },
})
