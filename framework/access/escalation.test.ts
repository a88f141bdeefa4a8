import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { callMethod } from '../rpc/index.ts'
import { sql } from '../sql/index.ts'
import { asUser, type TestUser, testTenant } from '../testing/index.ts'
import type { Tenant } from './index.ts'

let tenant: Tenant
let keeper: TestUser
let portal: TestUser

before(async () => {
  tenant = await testTenant({ apps: ['sales'] })
  keeper = await asUser(tenant, {
    groups: ['base.group_user', 'base.group_partner_manager', 'sales_team.group_sale_manager'],
  })
  portal = await asUser(tenant, { groups: ['base.group_portal'] })
})

/** Everything that decides about rights and sign-in. */
const rights = async () =>
  JSON.stringify(
    await tenant.pool.query(sql`SELECT
      (SELECT json_agg(r ORDER BY r) FROM res_groups_users_rel r) AS members, (SELECT json_agg(r ORDER BY r) FROM res_groups_implied_rel r) AS implied,
      (SELECT json_agg(a ORDER BY a.id) FROM hf_access a) AS access, (SELECT json_agg(r ORDER BY r.id) FROM ir_rule r) AS rules,
      (SELECT json_agg(json_build_array(u.id, u.login, u.password, u.active, u.partner_id, u.company_id) ORDER BY u.id) FROM res_users u) AS users,
      (SELECT json_agg(c ORDER BY c) FROM res_company_users_rel c) AS companies, (SELECT json_agg(p ORDER BY p.id) FROM ir_config_parameter p) AS parameters`),
  )

/** ME stands for the attacker's own id. */
const attempts: readonly (readonly [string, string, string, readonly unknown[], Readonly<Record<string, unknown>>?])[] =
  [
    ['own groups', 'res.users', 'write', [['ME'], { group_ids: [[4, 4]] }]],
    ['own companies', 'res.users', 'write', [['ME'], { company_ids: [[6, 0, [1, 2]]] }]],
    ['own groups as a preference', 'res.users', 'preference_save', [['ME'], { group_ids: [[4, 4]] }]],
    ['own groups by web_save', 'res.users', 'web_save', [['ME'], { group_ids: [[4, 4]] }, { name: {} }]],
    ['the members of a group', 'res.groups', 'write', [[4], { user_ids: [[4, 'ME']] }]],
    ['what a group implies', 'res.groups', 'write', [[1], { implied_ids: [[4, 4]] }]],
    ['what implies a group', 'res.groups', 'write', [[4], { implied_by_ids: [[4, 1]] }]],
    ['a group', 'res.groups', 'create', [{ name: 'x', user_ids: [[4, 'ME']], implied_ids: [[4, 4]] }]],
    ['a user', 'res.users', 'create', [{ name: 'x', login: 'x', group_ids: [[4, 4]] }]],
    ['a user by name', 'res.users', 'name_create', ['x']],
    ['a user by copy', 'res.users', 'copy', [[2], { login: 'x' }]],
    ['a user by import', 'res.users', 'load', [['name', 'login'], [['x', 'x']]]],
    ['a user behind a contact', 'res.partner', 'write', [[3], { user_ids: [[1, 2, { login: 'mine' }]] }]],
    [
      'a new user behind a contact',
      'res.partner',
      'write',
      [[3], { user_ids: [[0, 0, { login: 'mine', name: 'x' }]] }],
    ],
    ['the contact of a user', 'res.partner', 'create', [{ name: 'x', user_ids: [[4, 2]] }]],
    ['a password', 'res.users', 'write', [[2], { password: 'correct horse battery' }]],
    ['a password of oneself', 'res.users', 'write', [['ME'], { password: 'correct horse battery' }]],
    ['a login', 'res.users', 'write', [[2], { login: 'x' }]],
    ['an archived user', 'res.users', 'action_archive', [[2]]],
    ['a deleted user', 'res.users', 'unlink', [[2]]],
    ['a permission', 'ir.model.access', 'create', [{ name: 'x', model_id: 1, perm_write: true }]],
    ['all rules', 'ir.rule', 'search', [[]]],
    ['a rule', 'ir.rule', 'create', [{ name: 'x', model_id: 1, domain_force: '[]' }]],
    ['a parameter', 'ir.config_parameter', 'create', [{ key: 'x', value: 'y' }]],
    ['all parameters', 'ir.config_parameter', 'search_read', [[]]],
    [
      'an external id',
      'ir.model.data',
      'create',
      [{ module: 'base', name: 'group_mine', model: 'res.groups', res_id: 1 }],
    ],
    ['a number range', 'ir.sequence', 'create', [{ name: 'x' }]],
    ['a company', 'res.company', 'write', [[1], { user_ids: [[4, 'ME']] }]],
    ['a job', 'ir.cron', 'search', [[]]],
    [
      'a field',
      'ir.model.fields',
      'create',
      [{ name: 'x_pw', model_id: 1, ttype: 'char', related: 'create_uid.password' }],
    ],
    ['an API key', 'res.users.apikeys', 'create', [{ name: 'x', user_id: 2 }]],
  ]

describe('somebody without a right to give rights', () => {
  for (const [what, model, method, args] of attempts) {
    it(`gets none by way of ${what}`, async () => {
      const before = await rights()
      for (const { uid } of [keeper, portal]) {
        const mine = JSON.parse(JSON.stringify(args, (_, value) => (value === 'ME' ? uid : value)))
        await callMethod(tenant, uid, model, method, mine, {}).then(
          (result) => assert.fail(`${what}: ${JSON.stringify(result)}`),
          (error: { status?: number }) => assert.ok([400, 401, 403, 404].includes(error.status ?? 500), String(error)),
        )
      }
      assert.equal(await rights(), before)
    })
  }

  it('changes nobody’s sign-in by changing the contact behind a user', async () => {
    const before = await rights()
    await keeper.write((env) => env.model('res.partner', [3]).write({ email: 'thief@example.com', name: 'Renamed' }))
    assert.equal(await rights(), before)
    await assert.rejects(
      keeper.write((env) => env.model('res.partner', [3]).unlink()),
      { code: 'ERR_PARTNER_USER' },
    )
  })

  it('of outside the company sees of users and contacts only her own', async () => {
    const seen = await portal.read(async (env) => ({
      users: (await env.model('res.users').search([])).ids,
      byLogin: await env.model('res.users').search_count([['login', '=', 'admin']]),
      byName: await env.model('res.partner').name_search('Admin'),
      authors: (await env.model('res.partner').search_read([], ['create_uid', 'user_ids'])).parse(),
    }))
    assert.deepEqual([seen.users, seen.byLogin, seen.byName], [[portal.uid], 0, []])
    for (const author of seen.authors) assert.equal(author.create_uid, false)
  })
})
