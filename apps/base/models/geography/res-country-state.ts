/** Parts of a country that belong in an address: state, province, region. */

import { computed, type Def, f, fields, model } from '#framework'

export const countryState = fields({
  country_id: f.m2o('res.country', { label: 'Country', required: true, index: true }),
  name: f.char({ label: 'State Name', required: true }),
  code: f.char({ label: 'State Code', required: true }),
  display_name: f.char({ label: 'Display Name', compute: true, store: true }),
})

declare module '#framework' {
  interface Registry {
    'res.country.state': ResCountryStateData
  }
  interface ResCountryStateData extends Def<typeof countryState> {}
}

model('res.country.state', countryState, {
  description: 'Country state',
  order: 'code, id',
  nameSearch: ['code', 'name'],
  constraints: {
    name_code_uniq: {
      unique: ['country_id', 'code'],
      message: 'The code of the state must be unique by country!',
    },
  },
})

computed('res.country.state', 'display_name', ['name', 'country_id.code'], (state) =>
  state.country_id ? `${state.name} (${state.country_id.code})` : state.name,
)
