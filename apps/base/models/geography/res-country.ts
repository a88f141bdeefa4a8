/** Countries of ISO 3166-1, with what addresses and currencies need to know about them. */

import { behaviour, type Def, type Domain, f, fields, model } from '#framework'

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
  name_position: f.sel(
    { before: 'Before Address', after: 'After Address' },
    { label: 'Customer Name Position', default: 'before' },
  ),
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
  constraints: {
    code_uniq: { unique: ['code'], message: 'The code of the country must be unique!' },
  },
})

behaviour(
  'res.country',
  (Base) =>
    class extends Base {
      // Who types "BE" means the country with that code; names that contain it come after.
      override async name_search(
        name = '',
        domain: Domain | null = null,
        operator = 'ilike',
        limit: number | null = 100,
      ): Promise<[number, string][]> {
        if (!/^[a-z]{2}$/i.test(name) || !['ilike', '=ilike', '='].includes(operator))
          return super.name_search(name, domain, operator, limit)
        const byCode = await super.name_search(
          '',
          [['code', '=', name.toUpperCase()], ...(domain ?? [])],
          operator,
          limit,
        )
        const others = (await super.name_search(name, domain, operator, limit)).filter(([id]) =>
          byCode.every(([known]) => known !== id),
        )
        return [...byCode, ...others].slice(0, limit || undefined)
      }
    },
)
