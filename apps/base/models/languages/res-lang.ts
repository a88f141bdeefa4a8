/** Languages and how they write dates and numbers. Texts are translated into the active ones only. */

import { type Def, f, fields, model } from '#framework'

export const lang = fields({
  name: f.char({ label: 'Name', required: true }),
  code: f.char({ label: 'Locale Code', required: true }),
  iso_code: f.char({ label: 'ISO code' }),
  url_code: f.char({ label: 'URL Code', required: true }),
  active: f.bool({ label: 'Active', default: false }),
  direction: f.sel(
    { ltr: 'Left-to-Right', rtl: 'Right-to-Left' },
    { label: 'Direction', required: true, default: 'ltr' },
  ),
  date_format: f.char({ label: 'Date Format', required: true, default: '%m/%d/%Y' }),
  time_format: f.char({ label: 'Time Format', required: true, default: '%H:%M:%S' }),
  short_time_format: f.char({ label: 'Short Time Format', required: true, default: '%H:%M' }),
  week_start: f.sel(
    { 1: 'Monday', 2: 'Tuesday', 3: 'Wednesday', 4: 'Thursday', 5: 'Friday', 6: 'Saturday', 7: 'Sunday' },
    { label: 'First Day of Week', required: true, default: '7' },
  ),
  grouping: f.char({ label: 'Separator Format', required: true, default: '[3,0]' }),
  decimal_point: f.char({ label: 'Decimal Separator', required: true, default: '.' }),
  thousands_sep: f.char({ label: 'Thousands Separator', default: ',' }),
})

declare module '#framework' {
  interface Registry {
    'res.lang': ResLangData
  }
  interface ResLangData extends Def<typeof lang> {}
}

model('res.lang', lang, {
  description: 'Languages',
  affectsRights: true,
  order: 'active desc, name',
  nameSearch: ['name', 'code'],
  constraints: {
    name_uniq: { unique: ['name'], message: 'The name of the language must be unique!' },
    code_uniq: { unique: ['code'], message: 'The code of the language must be unique!' },
    url_code_uniq: { unique: ['url_code'], message: 'The URL code of the language must be unique!' },
  },
})
