/** What one unit of the company's currency is worth in another one, from a day on. */

import { type Def, f, fields, model } from '#framework'

export const currencyRate = fields({
  name: f.date({
    label: 'Date',
    required: true,
    index: true,
    default: (env: { now(): Date }) => env.now().toISOString().slice(0, 10),
  }),
  rate: f.float({ label: 'Technical Rate', digits: [24, 12] }),
  currency_id: f.m2o('res.currency', { label: 'Currency', required: true, ondelete: 'cascade', index: true }),
  company_id: f.m2o('res.company', { label: 'Company', default: (env: { companyId: number }) => env.companyId }),
})

declare module '#framework' {
  interface Registry {
    'res.currency.rate': ResCurrencyRateData
  }
  interface ResCurrencyRateData extends Def<typeof currencyRate> {}
}

model('res.currency.rate', currencyRate, {
  description: 'Currency Rate',
  order: 'name desc, id',
  constraints: {
    unique_name_per_day: {
      unique: ['name', 'currency_id', 'company_id'],
      message: 'Only one currency rate per day allowed!',
    },
    currency_rate_check: { check: ['rate', '>', 0], message: 'The currency rate must be strictly positive.' },
  },
})
