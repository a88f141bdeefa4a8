/** Countries that are treated alike: a customs union, a payment area. */

import { type Def, f, fields, model } from '#framework'

export const countryGroup = fields({
  name: f.char({ label: 'Name', required: true, translate: true }),
  code: f.char({ label: 'Code' }),
  country_ids: f.m2m('res.country', {
    label: 'Countries',
    table: 'res_country_res_country_group_rel',
    column1: 'res_country_group_id',
    column2: 'res_country_id',
  }),
})

declare module '#framework' {
  interface Registry {
    'res.country.group': ResCountryGroupData
  }
  interface ResCountryGroupData extends Def<typeof countryGroup> {}
}

model('res.country.group', countryGroup, {
  description: 'Country Group',
  constraints: { code_uniq: { unique: ['code'], message: 'The country group code must be unique!' } },
})
