/** A person, company or address that the business deals with. */

import { type Def, type Env, f, fields, model } from '#framework'
import { languageChoices } from '../../data/languages.ts'
import { timeZoneChoices } from '../../data/time-zones.ts'

/** Fields that make up a postal address; a contact shares them with its company. */
export const addressFields = ['street', 'street2', 'zip', 'city', 'state_id', 'country_id'] as const

/** Fields that belong to the legal entity and go down to its contacts. */
export const commercialFields = ['vat', 'company_registry', 'industry_id'] as const

export const partner = fields({
  name: f.char({ label: 'Name', index: 'trigram' }),
  complete_name: f.char({ label: 'Complete Name', compute: true, store: true, index: 'trigram' }),
  active: f.bool({ label: 'Active', default: true }),
  is_company: f.bool({ label: 'Is a Company', default: false }),
  company_type: f.sel(
    { person: 'Person', company: 'Company' },
    { label: 'Company Type', compute: true, editable: true },
  ),
  type: f.sel(
    { contact: 'Contact', invoice: 'Invoice', delivery: 'Delivery', other: 'Other' },
    { label: 'Address Type', default: 'contact' },
  ),
  ref: f.char({ label: 'Reference', index: true }),
  color: f.int({ label: 'Color Index', default: 0 }),
  comment: f.html({ label: 'Notes' }),
  employee: f.bool({ label: 'Employee' }),
  function: f.char({ label: 'Job Position' }),

  parent_id: f.m2o('res.partner', { label: 'Related Company', index: true, ondelete: 'set null' }),
  parent_name: f.char({ label: 'Parent name', related: 'parent_id.name' }),
  child_ids: f.o2m('res.partner', 'parent_id', { label: 'Contact', domain: [['active', '=', true]] }),
  commercial_partner_id: f.m2o('res.partner', { label: 'Commercial Entity', compute: true, store: true, index: true }),
  commercial_company_name: f.char({ label: 'Company Name Entity', compute: true, store: true }),
  company_name: f.char({ label: 'Company Name' }),

  street: f.char({ label: 'Street' }),
  street2: f.char({ label: 'Street2' }),
  zip: f.char({ label: 'Zip' }),
  city: f.char({ label: 'City' }),
  state_id: f.m2o('res.country.state', { label: 'State', ondelete: 'restrict' }),
  country_id: f.m2o('res.country', { label: 'Country', ondelete: 'restrict' }),
  country_code: f.char({ label: 'Country Code', related: 'country_id.code' }),
  contact_address: f.char({ label: 'Complete Address', compute: true }),
  contact_address_inline: f.char({ label: 'Inlined Complete Address', compute: true }),
  partner_latitude: f.float({ label: 'Geo Latitude', digits: [10, 7] }),
  partner_longitude: f.float({ label: 'Geo Longitude', digits: [10, 7] }),

  email: f.char({ label: 'Email', index: true }),
  email_formatted: f.char({ label: 'Formatted Email', compute: true }),
  email_normalized: f.char({ label: 'Normalized Email', compute: true, store: true, index: true }),
  phone: f.char({ label: 'Phone' }),
  website: f.char({ label: 'Website Link' }),
  lang: f.sel(languageChoices, { label: 'Language', default: (env: Env) => env.lang }),
  tz: f.sel(timeZoneChoices, { label: 'Timezone', default: (env: Env) => env.context['tz'] ?? null }),
  tz_offset: f.char({ label: 'Timezone offset', compute: true }),

  vat: f.char({ label: 'Tax ID', index: true }),
  vat_label: f.char({ label: 'Tax ID Label', compute: true }),
  company_registry: f.char({ label: 'Company ID', index: true }),
  industry_id: f.m2o('res.partner.industry', { label: 'Industry' }),
  bank_ids: f.o2m('res.partner.bank', 'partner_id', { label: 'Banks' }),
  category_id: f.m2m('res.partner.category', {
    label: 'Tags',
    table: 'res_partner_res_partner_category_rel',
    column1: 'partner_id',
    column2: 'category_id',
    default: () => [[6, 0, []]],
  }),
  user_id: f.m2o('res.users', { label: 'Salesperson', index: true }),
  company_id: f.m2o('res.company', { label: 'Company', index: true }),
  user_ids: f.o2m('res.users', 'partner_id', { label: 'Users' }),
  partner_share: f.bool({ label: 'Share Partner', compute: true, store: true }),
  barcode: f.char({ label: 'Barcode', copy: false, companyDependent: true }),
  signup_type: f.char({ label: 'Signup Token Type', copy: false, groups: ['base.group_erp_manager'] }),

  image_1920: f.binary({ label: 'Image' }),
  image_1024: f.binary({ label: 'Image 1024', related: 'image_1920' }),
  image_512: f.binary({ label: 'Image 512', related: 'image_1920' }),
  image_256: f.binary({ label: 'Image 256', related: 'image_1920' }),
  image_128: f.binary({ label: 'Image 128', related: 'image_1920' }),
  avatar_1920: f.binary({ label: 'Avatar', compute: true }),
  avatar_1024: f.binary({ label: 'Avatar 1024', related: 'avatar_1920' }),
  avatar_512: f.binary({ label: 'Avatar 512', related: 'avatar_1920' }),
  avatar_256: f.binary({ label: 'Avatar 256', related: 'avatar_1920' }),
  avatar_128: f.binary({ label: 'Avatar 128', related: 'avatar_1920' }),
})

declare module '#framework' {
  interface Registry {
    'res.partner': ResPartnerData
  }
  interface ResPartnerData extends Def<typeof partner> {}
}

model('res.partner', partner, {
  description: 'Contact',
  order: 'complete_name, id desc',
  displayName: 'complete_name',
  nameSearch: ['complete_name', 'email', 'ref', 'vat', 'company_registry'],
})
