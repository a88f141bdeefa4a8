/** Who may do what with the models of base. */

import { access, user } from '#framework'

const read = ['read'] as const
const all = ['read', 'write', 'create', 'unlink'] as const

/** Facts that everybody who signs in may look up. */
for (const model of [
  'res.country',
  'res.country.state',
  'res.country.group',
  'res.currency',
  'res.currency.rate',
  'res.lang',
]) {
  access(
    model,
    { group: 'base.group_user', ops: read, name: 'Members read' },
    { group: 'base.group_portal', ops: read, name: 'Portal reads' },
    { group: 'base.group_public', ops: read, name: 'Visitors read' },
    { group: 'base.group_system', ops: all, name: 'Administrators keep' },
  )
}
access('res.country.state', { group: 'base.group_partner_manager', ops: all, name: 'Contact managers keep states' })
access('res.country.group', {
  group: 'base.group_partner_manager',
  ops: all,
  name: 'Contact managers keep groups of countries',
})
access('res.currency.rate', {
  ops: all,
  domain: ['|', ['company_id', 'in', user('company_ids')], ['company_id', '=', false]],
  name: 'Rates of own companies and shared ones',
})

access(
  'res.partner',
  { group: 'base.group_user', ops: read, name: 'Members read contacts' },
  { group: 'base.group_partner_manager', ops: all, name: 'Contact managers keep contacts' },
  {
    group: 'base.group_portal',
    ops: read,
    domain: [['id', 'child_of', user('commercial_partner_id')]],
    name: 'Portal reads its own company',
  },
  {
    group: 'base.group_public',
    ops: read,
    domain: [['id', 'child_of', user('commercial_partner_id')]],
    name: 'Visitors read themselves',
  },
  {
    ops: all,
    domain: [
      '|',
      '|',
      ['partner_share', '=', false],
      ['company_id', 'in', user('company_ids')],
      ['company_id', '=', false],
    ],
    name: 'Contacts of own companies and shared ones',
  },
)

for (const model of ['res.partner.category', 'res.partner.bank', 'res.bank']) {
  access(
    model,
    { group: 'base.group_user', ops: read, name: 'Members read' },
    { group: 'base.group_partner_manager', ops: all, name: 'Contact managers keep' },
  )
}
access('res.partner.bank', {
  ops: all,
  domain: ['|', ['company_id', 'in', user('company_ids')], ['company_id', '=', false]],
  name: 'Accounts of own companies and shared ones',
})
access(
  'res.partner.industry',
  { group: 'base.group_user', ops: read, name: 'Members read industries' },
  { group: 'base.group_system', ops: all, name: 'Administrators keep industries' },
)

access(
  'res.company',
  {
    group: 'base.group_user',
    ops: read,
    domain: [['id', 'in', user('company_ids')]],
    name: 'Members read their companies',
  },
  {
    group: 'base.group_portal',
    ops: read,
    domain: [['id', 'in', user('company_ids')]],
    name: 'Portal reads its companies',
  },
  {
    group: 'base.group_public',
    ops: read,
    domain: [['id', 'in', user('company_ids')]],
    name: 'Visitors read their company',
  },
  { group: 'base.group_erp_manager', ops: all, domain: [[1, '=', 1]], name: 'Access managers keep companies' },
)

/** Of colleagues one sees who they are, not what rights or keys they have. */
const colleague = [
  'id',
  'display_name',
  'name',
  'login',
  'partner_id',
  'active',
  'share',
  'company_id',
  'company_ids',
  'email',
  'lang',
  'tz',
  'tz_offset',
  'signature',
  'image_1920',
  'image_1024',
  'image_512',
  'image_256',
  'image_128',
  'avatar_1920',
  'avatar_1024',
  'avatar_512',
  'avatar_256',
  'avatar_128',
  // It reads as an empty text for everybody.
  'password',
  'create_date',
  'create_uid',
  'write_date',
  'write_uid',
]
access(
  'res.users',
  {
    group: 'base.group_user',
    ops: read,
    fields: colleague,
    domain: [[1, '=', 1]],
    name: 'Members read who their colleagues are',
  },
  {
    group: 'base.group_portal',
    ops: read,
    fields: colleague,
    domain: [['id', '=', user('id')]],
    name: 'Portal reads itself',
  },
  {
    group: 'base.group_public',
    ops: read,
    fields: colleague,
    domain: [['id', '=', user('id')]],
    name: 'Visitors read themselves',
  },
  { group: 'base.group_erp_manager', ops: all, domain: [[1, '=', 1]], name: 'Access managers keep users' },
  {
    ops: all,
    domain: ['|', ['share', '=', false], ['company_ids', 'in', user('company_ids')]],
    name: 'Members, and others of own companies',
  },
)
access(
  'res.users.apikeys',
  {
    group: 'base.group_user',
    ops: ['read', 'unlink'],
    domain: [['user_id', '=', user('id')]],
    name: 'Members see and revoke their keys',
  },
  {
    group: 'base.group_portal',
    ops: ['read', 'unlink'],
    domain: [['user_id', '=', user('id')]],
    name: 'Portal sees and revokes its keys',
  },
  {
    group: 'base.group_system',
    ops: ['read', 'unlink'],
    domain: [[1, '=', 1]],
    name: 'Administrators see and revoke all keys',
  },
)

for (const model of ['res.groups', 'res.groups.privilege', 'ir.module.category']) {
  access(
    model,
    { group: 'base.group_user', ops: read, name: 'Members read' },
    { group: 'base.group_erp_manager', ops: all, name: 'Access managers keep' },
  )
}
access(
  'decimal.precision',
  { group: 'base.group_user', ops: read, name: 'Members read' },
  { group: 'base.group_system', ops: all, name: 'Administrators keep' },
)
access('base.language.install', { group: 'base.group_system', ops: all, name: 'Administrators activate languages' })
