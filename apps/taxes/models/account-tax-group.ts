/** Taxes that are shown as one amount. */

import { type Def, type Env, f, fields, model } from '#framework'

export const taxGroup = fields({
  name: f.char({ label: 'Name', required: true, translate: true }),
  sequence: f.int({ label: 'Sequence', default: 10 }),
  company_id: f.m2o('res.company', { label: 'Company', required: true, default: (env: Env) => env.companyId }),
  country_id: f.m2o('res.country', { label: 'Country' }),
})

declare module '#framework' {
  interface Registry {
    'account.tax.group': AccountTaxGroupData
  }
  interface AccountTaxGroupData extends Def<typeof taxGroup> {}
}

model('account.tax.group', taxGroup, { description: 'Tax Group', order: 'sequence asc, id' })
