/** A lead, and the opportunity that it becomes. */

import { computed, constrain, type Def, type Env, f, fields, model, ValidationError } from '#framework'
import type { activities, thread } from '#apps/messages/index.ts'

export const lead = fields({
  name: f.char({ label: 'Opportunity', required: true, index: 'trigram' }),
  type: f.sel({ lead: 'Lead', opportunity: 'Opportunity' }, { label: 'Type', required: true, default: 'opportunity' }),
  active: f.bool({ label: 'Active', default: true, tracking: true }),
  user_id: f.m2o('res.users', {
    label: 'Salesperson',
    default: (env: Env) => env.user.id,
    index: true,
    tracking: true,
  }),
  team_id: f.m2o('crm.team', { label: 'Sales Team', ondelete: 'set null', index: true, default: firstTeam }),
  company_id: f.m2o('res.company', { label: 'Company', index: true }),
  company_currency: f.m2o('res.currency', { label: 'Currency', compute: true }),
  stage_id: f.m2o('crm.stage', {
    label: 'Stage',
    ondelete: 'restrict',
    index: true,
    copy: false,
    tracking: true,
    default: firstStage,
  }),
  priority: f.sel({ '0': 'Low', '1': 'Medium', '2': 'High', '3': 'Very High' }, { label: 'Priority', default: '0' }),
  probability: f.float({ label: 'Probability', default: 10, copy: false }),
  expected_revenue: f.money({ label: 'Expected Revenue', currencyField: 'company_currency', tracking: true }),
  prorated_revenue: f.money({
    label: 'Prorated Revenue',
    currencyField: 'company_currency',
    compute: true,
    store: true,
  }),
  date_open: f.datetime({ label: 'Assignment Date', readonly: true, copy: false }),
  date_closed: f.datetime({ label: 'Closed Date', readonly: true, copy: false }),
  date_deadline: f.date({ label: 'Expected Closing' }),
  lost_reason_id: f.m2o('crm.lost.reason', { label: 'Lost Reason', ondelete: 'restrict', tracking: true }),
  tag_ids: f.m2m('crm.tag', { label: 'Tags', table: 'crm_tag_rel', column1: 'lead_id', column2: 'tag_id' }),
  color: f.int({ label: 'Color Index', default: 0 }),
  description: f.html({ label: 'Notes' }),
  referred: f.char({ label: 'Referred By' }),
  partner_id: f.m2o('res.partner', { label: 'Customer', ondelete: 'set null', index: true, tracking: true }),
  partner_name: f.char({ label: 'Company Name' }),
  contact_name: f.char({ label: 'Contact Name', index: 'trigram' }),
  function: f.char({ label: 'Job Position' }),
  email_from: f.char({ label: 'Email', index: 'trigram' }),
  phone: f.char({ label: 'Phone' }),
  website: f.char({ label: 'Website' }),
  street: f.char({ label: 'Street' }),
  street2: f.char({ label: 'Street2' }),
  zip: f.char({ label: 'Zip' }),
  city: f.char({ label: 'City' }),
  state_id: f.m2o('res.country.state', { label: 'State' }),
  country_id: f.m2o('res.country', { label: 'Country' }),
})

declare module '#framework' {
  interface Registry {
    'crm.lead': CrmLeadData
  }
  interface CrmLeadData extends Def<typeof lead>, Def<typeof thread>, Def<typeof activities> {}
}

model('crm.lead', lead, {
  mixins: ['mail.thread', 'mail.activity.mixin'],
  description: 'Lead',
  order: 'priority desc, id desc',
  nameSearch: ['name', 'partner_id.name', 'contact_name', 'email_from'],
})

computed('crm.lead', 'company_currency', ['company_id.currency_id'], async (record, env) => {
  if (record.company_id) return record.company_id.currency_id
  const [own] = await env.model('res.company', [env.companyId]).load('currency_id')
  return own?.currency_id ?? null
})

computed(
  'crm.lead',
  'prorated_revenue',
  ['expected_revenue', 'probability'],
  (record) => ((record.expected_revenue ?? 0) * (record.probability ?? 0)) / 100,
)

constrain('crm.lead', ['probability'], (record) => {
  if ((record.probability ?? 0) < 0 || (record.probability ?? 0) > 100)
    throw new ValidationError('ERR_LEAD_PROBABILITY', 'The probability of a lead lies between 0 and 100.')
})

async function firstStage(env: Env): Promise<number | null> {
  return (await env.model('crm.stage').search([], 0, 1)).ids[0] ?? null
}

async function firstTeam(env: Env): Promise<number | null> {
  return (await env.model('crm.team').search([], 0, 1)).ids[0] ?? null
}
