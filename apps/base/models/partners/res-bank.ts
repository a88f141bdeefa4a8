/** Banks. */

import { type Def, f, fields, model } from '#framework'

export const bank = fields({
  name: f.char({ label: 'Name', required: true }),
  street: f.char({ label: 'Street' }),
  street2: f.char({ label: 'Street2' }),
  zip: f.char({ label: 'Zip' }),
  city: f.char({ label: 'City' }),
  state: f.m2o('res.country.state', { label: 'Fed. State' }),
  country: f.m2o('res.country', { label: 'Country' }),
  country_code: f.char({ label: 'Country Code', related: 'country.code' }),
  email: f.char({ label: 'Email' }),
  phone: f.char({ label: 'Phone' }),
  active: f.bool({ label: 'Active', default: true }),
  bic: f.char({ label: 'Bank Identifier Code', index: true }),
})

declare module '#framework' {
  interface Registry {
    'res.bank': ResBankData
  }
  interface ResBankData extends Def<typeof bank> {}
}

model('res.bank', bank, { description: 'Bank', order: 'name, id', nameSearch: ['name', 'bic'] })
