/** Countries, states, currencies, languages: the tenant has them from the ISO standards; a backup adds what is its own. */

import type { LinkMapping, TableMapping } from '../mapping.ts'

export const currency: TableMapping = {
  table: 'res_currency',
  model: 'res.currency',
  keys: [['name']],
  // Rounding decides about totals, so the backup's counts.
  takeOver: ['active', 'rounding', 'symbol', 'position'],
  computedHere: ['decimal_places'],
}

export const country: TableMapping = { table: 'res_country', model: 'res.country', keys: [['code']] }

export const countryGroup: TableMapping = {
  table: 'res_country_group',
  model: 'res.country.group',
  keys: [['code'], ['name']],
}

export const state: TableMapping = {
  table: 'res_country_state',
  model: 'res.country.state',
  keys: [['country_id', 'code']],
}

export const language: TableMapping = {
  table: 'res_lang',
  model: 'res.lang',
  keys: [['code']],
  takeOver: [
    'active',
    'date_format',
    'time_format',
    'short_time_format',
    'week_start',
    'grouping',
    'decimal_point',
    'thousands_sep',
  ],
}

export const currencyRate: TableMapping = {
  table: 'res_currency_rate',
  model: 'res.currency.rate',
  keys: [['name', 'currency_id', 'company_id']],
  takeOver: ['rate'],
}

export const countryGroups: LinkMapping = {
  tables: ['res_country_res_country_group_rel'],
  model: 'res.country',
  field: 'country_group_ids',
  own: 'res_country_id',
  other: 'res_country_group_id',
}
