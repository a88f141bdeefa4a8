/** Countries of ISO 3166-1, with what addresses and currencies need to know about them. */

import { type Def, f, fields, model } from '#framework'

export const country = fields({
  name: f.char({ label: 'Country Name', required: true, translate: true }),
  code: f.char({ label: 'Country Code', size: 2, required: true, index: true }),
  address_format: f.text({
    label: 'Layout in Reports',
    default: '%(street)s\n%(street2)s\n%(city)s %(state_code)s %(zip)s\n%(country_name)s',
  }),
  currency_id: f.m2o('res.currency', { label: 'Currency' }),
  phone_code: f.int({ label: 'Country Calling Code' }),
  country_group_ids: f.m2m('res.country.group', {
    label: 'Country Groups',
    table: 'res_country_res_country_group_rel',
    column1: 'res_country_id',
    column2: 'res_country_group_id',
  }),
  state_ids: f.o2m('res.country.state', 'country_id', { label: 'States' }),
  name_position: f.sel({ before: 'Before Address', after: 'After Address' }, { label: 'Customer Name Position', default: 'before' }),
  vat_label: f.char({ label: 'Vat Label', translate: true }),
  state_required: f.bool({ label: 'State Required', default: false }),
  zip_required: f.bool({ label: 'Zip Required', default: true }),
})

declare module '#framework' {
  interface Registry {
    'res.country': ResCountryData
  }
  interface ResCountryData extends Def<typeof country> {}
}

model('res.country', country, {
  description: 'Country',
  order: 'name, id',
  nameSearch: ['code', 'name'],
  constraints: {
    code_uniq: { unique: ['code'], message: 'The code of the country must be unique!' },
  },
})
