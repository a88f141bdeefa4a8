/** Currencies of ISO 4217 with their rounding. */

import { computed, constrain, type Def, f, fields, model, ValidationError } from '#framework'

export const currency = fields({
  name: f.char({ label: 'Currency', size: 3, required: true }),
  iso_numeric: f.int({ label: 'Currency numeric code.' }),
  full_name: f.char({ label: 'Name' }),
  symbol: f.char({ label: 'Symbol', required: true }),
  rate: f.float({ label: 'Current Rate', compute: true }),
  inverse_rate: f.float({ label: 'Inverse Rate', compute: true }),
  rate_ids: f.o2m('res.currency.rate', 'currency_id', { label: 'Rates' }),
  rounding: f.float({ label: 'Rounding Factor', digits: [12, 6], default: 0.01 }),
  decimal_places: f.int({ label: 'Decimal Places', compute: true, store: true }),
  active: f.bool({ label: 'Active', default: true }),
  position: f.sel({ after: 'After Amount', before: 'Before Amount' }, { label: 'Symbol Position', default: 'after' }),
  date: f.date({ label: 'Date', compute: true }),
  currency_unit_label: f.char({ label: 'Currency Unit', translate: true }),
  currency_subunit_label: f.char({ label: 'Currency Subunit', translate: true }),
})

declare module '#framework' {
  interface Registry {
    'res.currency': ResCurrencyData
  }
  interface ResCurrencyData extends Def<typeof currency> {}
}

model('res.currency', currency, {
  description: 'Currency',
  order: 'active desc, name',
  nameSearch: ['name', 'full_name'],
  constraints: {
    unique_name: { unique: ['name'], message: 'The currency code must be unique!' },
    rounding_gt_zero: { check: ['rounding', '>', 0], message: 'The rounding factor must be greater than 0!' },
  },
})

/** Decimals that amounts of a currency with this rounding show, at least 0. */
export function decimalPlaces(rounding: number): number {
  return rounding > 0 && rounding < 1 ? Math.ceil(-Math.log10(rounding) - 1e-9) : 0
}

computed('res.currency', 'decimal_places', ['rounding'], (currency) => decimalPlaces(currency.rounding ?? 0))

computed('res.currency', 'rate', ['rate_ids.name', 'rate_ids.rate', 'rate_ids.company_id'], (currency, env) => {
  return latestRate(currency.rate_ids, env.companyId, today(env.now()))?.rate ?? 1
})

computed('res.currency', 'inverse_rate', ['rate'], (currency) => (currency.rate ? 1 / currency.rate : 1))

computed('res.currency', 'date', ['rate_ids.name', 'rate_ids.rate', 'rate_ids.company_id'], (currency, env) => {
  return latestRate(currency.rate_ids, env.companyId, today(env.now()))?.name ?? null
})

constrain('res.currency', ['rounding'], (currency) => {
  if ((currency.rounding ?? 0) <= 0)
    throw new ValidationError('ERR_CURRENCY_ROUNDING', 'The rounding factor must be greater than 0!')
})

interface Rate {
  readonly name: string
  readonly rate: number | null
  readonly company_id: number | null
}

// The company's own rates win over shared ones of the same day; a rate holds from its day on.
function latestRate(rates: readonly Rate[], companyId: number, day: string): Rate | null {
  let best: Rate | null = null
  for (const rate of rates) {
    if (rate.name > day || (rate.company_id !== null && rate.company_id !== companyId)) continue
    if (!best || rate.name > best.name || (rate.name === best.name && best.company_id === null)) best = rate
  }
  return best
}

function today(now: Date): string {
  return now.toISOString().slice(0, 10)
}
