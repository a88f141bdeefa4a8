/** Companies, users with their password hashes, and what they are members of. */

import type { LinkMapping, TableMapping } from '../mapping.ts'

export const company: TableMapping = {
  table: 'res_company',
  model: 'res.company',
  takeOver: 'all',
  computedHere: ['parent_path'],
}

/** Groups are what applications here give rights to: Odoo's are found by external id, others have no meaning here. */
export const group: TableMapping = {
  table: 'res_groups',
  model: 'res.groups',
  onlyMatch: 'no application here gives rights to this group',
}

export const user: TableMapping = {
  table: 'res_users',
  model: 'res.users',
  keys: [['login']],
  takeOver: 'all',
  // Somebody of this tenant already signs in with this user.
  untouchedIf: 'password',
  withheld: ['totp_secret'],
}

export const userGroups: LinkMapping = {
  tables: ['res_groups_users_rel'],
  model: 'res.users',
  field: 'group_ids',
  own: 'uid',
  other: 'gid',
}

export const userCompanies: LinkMapping = {
  tables: ['res_company_users_rel'],
  model: 'res.users',
  field: 'company_ids',
  own: 'user_id',
  other: 'cid',
}
