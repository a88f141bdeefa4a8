/** People who sign in. Their name, address and picture are those of their partner. */

import { computed, constrain, type Def, type Env, f, fields, model, ValidationError } from '#framework'
import type { partner } from '../partners/res-partner.ts'
import { impliedGroups } from './res-groups.ts'

/** Fixed id of `base.group_user`: members work for the company; everybody else only shares in it. */
export const internalGroupId = 1

export const users = fields({
  partner_id: f.m2o('res.partner', { label: 'Related Partner', required: true, ondelete: 'restrict', index: true }),
  login: f.char({ label: 'Login', required: true, help: 'What the person types to sign in.' }),
  // The hash only. Nothing that is written here leaves the house again.
  password: f.char({ label: 'Password', secret: true, copy: false }),
  active: f.bool({ label: 'Active', default: true }),
  active_partner: f.bool({ label: 'Partner is Active', related: 'partner_id.active' }),
  signature: f.html({ label: 'Email Signature' }),
  company_id: f.m2o('res.company', { label: 'Company', required: true, default: (env: Env) => env.companyId }),
  company_ids: f.m2m('res.company', {
    label: 'Companies',
    table: 'res_company_users_rel',
    column1: 'user_id',
    column2: 'cid',
    default: (env: Env) => [[6, 0, [env.companyId]]],
  }),
  companies_count: f.int({ label: 'Number of Companies', compute: true }),
  group_ids: f.m2m('res.groups', {
    label: 'Groups',
    table: 'res_groups_users_rel',
    column1: 'uid',
    column2: 'gid',
    default: () => [[6, 0, [internalGroupId]]],
  }),
  all_group_ids: f.m2m('res.groups', { label: 'Groups and implied groups', compute: true }),
  groups_count: f.int({ label: '# Groups', compute: true }),
  share: f.bool({ label: 'Share User', compute: true, store: true }),
  role: f.sel({ group_user: 'Member', group_system: 'Administrator' }, { label: 'Role', compute: true }),
  api_key_ids: f.o2m('res.users.apikeys', 'user_id', { label: 'API Keys' }),
})

declare module '#framework' {
  interface Registry {
    'res.users': ResUsersData
  }
  // Fields of the partner show up on the user, except those that a user has of its own.
  interface ResUsersData extends Def<typeof users>, Omit<Def<typeof partner>, keyof typeof users> {}
}

model('res.users', users, {
  description: 'User',
  order: 'login, id',
  displayName: 'name',
  nameSearch: ['name', 'login'],
  inherits: { 'res.partner': 'partner_id' },
  affectsRights: true,
  audit: { as: 'rights' },
  constraints: { login_key: { unique: ['login'], message: 'You can not have two users with the same login!' } },
})

computed('res.users', 'companies_count', ['company_ids'], (user) => user.company_ids.length)

computed('res.users', 'groups_count', ['group_ids'], (user) => user.group_ids.length)

computed('res.users', 'all_group_ids', ['group_ids.implied_ids'], async (user, env) => {
  return [
    ...(await impliedGroups(
      env,
      user.group_ids.map((group) => group.id),
    )),
  ]
})

computed('res.users', 'share', ['group_ids.implied_ids'], async (user, env) => {
  return !(
    await impliedGroups(
      env,
      user.group_ids.map((group) => group.id),
    )
  ).has(internalGroupId)
})

computed('res.users', 'role', ['group_ids.implied_ids'], async (user, env) => {
  const all = await impliedGroups(
    env,
    user.group_ids.map((group) => group.id),
  )
  return all.has(4) ? 'group_system' : all.has(internalGroupId) ? 'group_user' : null
})

constrain('res.users', ['company_id', 'company_ids', 'active'], (user) => {
  if (user.active && !user.company_ids.includes(user.company_id ?? 0)) {
    throw new ValidationError(
      'ERR_USER_COMPANY',
      'The company of a user has to be one of the companies that the user may enter.',
    )
  }
})
