/** A company of the tenant: its own name, address and currency. Address and contact data are its partner's. */

import { behaviour, type Def, f, fields, model, UserError } from '#framework'
import { refuseCycle } from '../hierarchy.ts'

export const company = fields({
  name: f.char({ label: 'Company Name', related: 'partner_id.name', store: true, editable: true, required: true }),
  active: f.bool({ label: 'Active', default: true }),
  sequence: f.int({ label: 'Sequence', default: 10 }),
  parent_id: f.m2o('res.company', { label: 'Parent Company', index: true, ondelete: 'restrict' }),
  child_ids: f.o2m('res.company', 'parent_id', { label: 'Branches' }),
  partner_id: f.m2o('res.partner', { label: 'Partner', required: true, ondelete: 'restrict' }),
  currency_id: f.m2o('res.currency', { label: 'Currency', required: true, default: 1 }),
  user_ids: f.m2m('res.users', {
    label: 'Accepted Users',
    table: 'res_company_users_rel',
    column1: 'cid',
    column2: 'user_id',
  }),
  logo: f.binary({ label: 'Company Logo', related: 'partner_id.image_1920', editable: true }),
  street: f.char({ label: 'Street', related: 'partner_id.street', editable: true }),
  street2: f.char({ label: 'Street2', related: 'partner_id.street2', editable: true }),
  zip: f.char({ label: 'Zip', related: 'partner_id.zip', editable: true }),
  city: f.char({ label: 'City', related: 'partner_id.city', editable: true }),
  state_id: f.m2o('res.country.state', { label: 'Fed. State', related: 'partner_id.state_id', editable: true }),
  country_id: f.m2o('res.country', { label: 'Country', related: 'partner_id.country_id', editable: true }),
  country_code: f.char({ label: 'Country Code', related: 'partner_id.country_id.code' }),
  email: f.char({ label: 'Email', related: 'partner_id.email', editable: true }),
  phone: f.char({ label: 'Phone', related: 'partner_id.phone', editable: true }),
  website: f.char({ label: 'Website Link', related: 'partner_id.website', editable: true }),
  vat: f.char({ label: 'Tax ID', related: 'partner_id.vat', editable: true }),
  company_registry: f.char({ label: 'Company ID', related: 'partner_id.company_registry', editable: true }),
  primary_color: f.char({ label: 'Primary Color' }),
  secondary_color: f.char({ label: 'Secondary Color' }),
  report_header: f.html({ label: 'Company Tagline', translate: true }),
  report_footer: f.html({ label: 'Report Footer', translate: true }),
})

declare module '#framework' {
  interface Registry {
    'res.company': ResCompanyData
  }
  interface ResCompanyData extends Def<typeof company> {}
}

model('res.company', company, {
  description: 'Companies',
  order: 'sequence, name, id',
  affectsRights: true,
  audit: { as: 'settings' },
  constraints: { name_uniq: { unique: ['name'], message: 'The company name must be unique!' } },
})

// Fields that live on the partner; written there, so that company and partner never differ.
const onPartner = [
  'name',
  'logo',
  'street',
  'street2',
  'zip',
  'city',
  'state_id',
  'country_id',
  'email',
  'phone',
  'website',
  'vat',
  'company_registry',
]

behaviour(
  'res.company',
  (Base) =>
    class extends Base {
      override async create(
        given: Readonly<Record<string, unknown>> | readonly Readonly<Record<string, unknown>>[],
      ): Promise<this> {
        const ids: number[] = []
        for (const values of Array.isArray(given) ? given : [given]) {
          ids.push(...(await super.create(values['partner_id'] ? values : await this.withPartner(values))).ids)
        }
        return this.browse(ids)
      }

      override async write(values: Readonly<Record<string, unknown>>): Promise<boolean> {
        if ('parent_id' in values) {
          await refuseCycle(
            this.env,
            'res.company',
            this.ids,
            'parent_id',
            values['parent_id'],
            'You cannot create recursive companies.',
          )
        }
        if (values['active'] === false) await this.refuseWhileUsed()
        const own = partnerValues(values)
        if (Object.keys(own).length > 0) await this.writePartners(own)
        return super.write(values)
      }

      async writePartners(own: Readonly<Record<string, unknown>>): Promise<void> {
        await this.check_access('write')
        const partners = (await this.env.model('res.company', this.ids).load('partner_id')).flatMap(
          (c) => c.partner_id ?? [],
        )
        await this.env.elevate(
          'base.companies.partner',
          { models: ['res.partner'], ops: ['read', 'write'] },
          async (env) => {
            await env.model('res.partner', partners).write(own)
          },
        )
      }

      async withPartner(values: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
        await this.check_access('create')
        return this.env.elevate(
          'base.companies.partner',
          { models: ['res.partner'], ops: ['read', 'create'] },
          async (env) => {
            const partner = await env
              .model('res.partner')
              .create({ name: null, ...partnerValues(values), is_company: true })
            return { ...values, partner_id: partner.id }
          },
        )
      }

      async refuseWhileUsed(): Promise<void> {
        const users = await this.env.model('res.users').search_count([['company_id', 'in', this.ids]])
        if (users > 0)
          throw new UserError(
            'ERR_COMPANY_USED',
            'This company cannot be archived: it is still the company of active users.',
          )
      }
    },
)

function partnerValues(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    onPartner.filter((name) => name in values).map((name) => [name === 'logo' ? 'image_1920' : name, values[name]]),
  )
}
