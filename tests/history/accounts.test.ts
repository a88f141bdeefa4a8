import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createKey, createLink, setPassword } from '#framework/auth/index.ts'
import { asUser, testTenant } from '#framework/testing/index.ts'
import { id, sql } from '#framework/sql/index.ts'
import { callKw, json2, jsonRpc, signIn, xmlRpc } from '../support/index.ts'
import { assertRefused, formFrom, Scene } from './scene.ts'

describe('accounts', () => {
  const scene = new Scene({ canaries: true })
  /** Everything that decides who signs in, and with what. */
  const accounts = async () =>
    JSON.stringify(
      await scene.acme.tenant.pool.query(sql`SELECT
        (SELECT json_agg(json_build_array(id, login, password, active, partner_id) ORDER BY id) FROM res_users) AS users,
        (SELECT json_agg(r ORDER BY r) FROM res_groups_users_rel r) AS members`),
    )
  const partnerOf = async (uid: number) => {
    const [row] = await scene.acme.tenant.pool.query<{ partner_id: number }>(
      sql`SELECT partner_id FROM res_users WHERE id = ${uid}`,
    )
    return row?.partner_id ?? 0
  }

  it('#13177, CVE-2019-11782: who keeps contacts changes nobody’s login, password or way to a reset', async () => {
    const before = await accounts()
    const admin = await partnerOf(2)
    const changed = await scene.as('sam', 'res.partner', 'write', [[admin], { email: 'thief@example.com' }])
    assert.equal(changed.ok, true, 'the contact itself is his to keep')
    for (const values of [
      { user_ids: [[1, 2, { login: 'thief@example.com' }]] },
      { user_ids: [[1, 2, { password: 'seven brass kettles at sea' }]] },
      { user_ids: [[0, 0, { login: 'thief', name: 'Thief' }]] },
    ])
      assertRefused(await scene.as('sam', 'res.partner', 'write', [[admin], values]))
    assert.equal(await accounts(), before)
    // The mail of a contact is no login: only the login counts at sign-in.
    assert.equal((await signIn(scene.server, 'acme', 'thief@example.com', scene.people.admin.password)).ok, false)
  })

  it('#15251: a fresh tenant has no account that a known or empty password opens', async () => {
    const fresh = await testTenant({ apps: ['sales'] })
    assert.deepEqual(await fresh.pool.query(sql`SELECT login FROM res_users WHERE password IS NOT NULL`), [])
    for (const table of ['hf_api_key', 'hf_session', 'hf_one_time_link'])
      assert.deepEqual(await fresh.pool.query(sql`SELECT 1 FROM ${id(table)}`), [], table)
    for (const [login, password] of [
      ['admin', 'admin'],
      ['admin', ''],
      ['demo', 'demo'],
    ] as const)
      assert.equal((await signIn(scene.server, 'globex', login, password)).cookie, '', `${login} / ${password}`)
  })

  it('CVE-2018-15632, CVE-2021-45111: neither an empty database nor demo data brings an account with a password', async () => {
    for (const path of ['/web/database/manager', '/web/database/create', '/web/install', '/setup'])
      assert.equal((await scene.page(null, { path })).status, 404, path)
    const demo = await testTenant({ apps: ['sales'], demo: true })
    assert.deepEqual(await demo.pool.query(sql`SELECT login FROM res_users WHERE password IS NOT NULL`), [])
    assert.deepEqual(await demo.pool.query(sql`SELECT id FROM hf_api_key`), [])
  })

  it('#17376: the session changes at sign-in, sign-out and a new password; a planted one is never taken', async () => {
    const { ben } = scene.people
    const planted = `session_id=${'A'.repeat(43)}`
    const first = await signIn(scene.server, 'acme', ben.login, ben.password, {
      headers: { 'content-type': 'application/json', cookie: planted },
    })
    assert.ok(first.cookie !== '' && !first.cookie.includes('A'.repeat(43)))
    const second = await signIn(scene.server, 'acme', ben.login, ben.password, {
      headers: { 'content-type': 'application/json', cookie: first.cookie },
    })
    assert.notEqual(second.cookie, first.cookie)
    const whoami = { model: 'res.users', method: 'context_get', args: [], kwargs: {} }
    assert.equal((await callKw(scene.server, first.cookie, whoami)).ok, false, 'the old one ended')
    assert.equal((await callKw(scene.server, second.cookie, whoami)).ok, true)
    await setPassword(scene.acme.tenant, ben.uid, ben.password)
    assert.equal((await callKw(scene.server, second.cookie, whoami)).ok, false, 'a new password ended it')
  })

  it('CVE-2018-14859: a link to a new password serves its own user once, whoever is signed in', async () => {
    const { ben, sam } = scene.people
    const before = await accounts()
    const link = `/web/reset-password/${await createLink(scene.acme.tenant, ben.uid, 'reset')}`
    const chosen = 'eleven tin whistles of Ben'
    const body = new URLSearchParams({
      password: chosen,
      repeat: chosen,
      uid: String(sam.uid),
      login: sam.login,
    }).toString()
    const used = await scene.page('sam', { path: link, headers: formFrom(scene.origin), body })
    assert.ok(used.status < 400, `${used.status} ${used.text.slice(0, 200)}`)
    assert.equal((await signIn(scene.server, 'acme', sam.login, chosen)).cookie, '', 'not the one who was signed in')
    assert.notEqual((await signIn(scene.server, 'acme', ben.login, chosen)).cookie, '')
    const changed = await accounts()
    assert.notEqual(changed, before)
    const again = await scene.page('sam', {
      path: link,
      headers: formFrom(scene.origin),
      body: body.replaceAll('eleven', 'twelve'),
    })
    assert.equal(again.status, 404)
    assert.equal(await accounts(), changed)
    await setPassword(scene.acme.tenant, ben.uid, ben.password)
  })

  it('CVE-2018-14868: nobody changes a password without the old one, another’s not at all', async () => {
    const before = await accounts()
    const chosen = 'a word that nobody gave away'
    for (const outcome of [
      ...(await scene.byAll('ben', 'res.users', 'change_password', ['not the old one', chosen])),
      await scene.as('ben', 'res.users', 'write', [[scene.people.sam.uid], { password: chosen }]),
      await scene.as('ben', 'res.users', 'write', [[scene.people.ben.uid], { password: chosen }]),
      await scene.as('ben', 'res.users', 'preference_save', [[scene.people.ben.uid], { password: chosen }]),
      await scene.as('ben', 'res.users', 'web_save', [[scene.people.sam.uid], { new_password: chosen }, {}]),
    ])
      assertRefused(outcome)
    assert.equal(await accounts(), before)
  })

  it('CVE-2018-14885: no database is made, copied, dumped, restored or dropped over the wire, whatever the master password', async () => {
    const master = ['admin', '', 'odoo', scene.people.admin.password]
    for (const method of [
      'create_database',
      'duplicate_database',
      'drop',
      'dump',
      'restore',
      'rename',
      'change_admin_password',
      'migrate_databases',
    ])
      for (const password of master) {
        const args = [password, 'acme', 'stolen', 'zip']
        for (const call of [jsonRpc, xmlRpc])
          assert.equal((await call(scene.server, 'db', method, args)).ok, false, method)
      }
    for (const path of [
      '/web/database/restore',
      '/web/database/backup',
      '/web/database/drop',
      '/web/database/create',
      '/web/database/duplicate',
    ])
      assert.equal(
        (await scene.page(null, { path, headers: formFrom(scene.origin), body: 'master_pwd=admin&name=acme' })).status,
        404,
      )
  })

  it('CVE-2019-11781: no address that is only visited changes anything', async () => {
    const state = async () =>
      JSON.stringify(
        await scene.acme.tenant.pool.query(sql`SELECT
          (SELECT json_agg(json_build_array(relname, pg_stat_get_tuples_inserted(oid) , pg_stat_get_tuples_deleted(oid)) ORDER BY relname)
             FROM pg_class WHERE relkind = 'r' AND relnamespace = 'app'::regnamespace AND relname NOT LIKE 'hf\_%') AS changes,
          (SELECT count(*) FROM hf_api_key) AS keys, (SELECT count(*) FROM hf_session) AS sessions`),
      )
    await scene.page('admin', { path: '/odoo' })
    const link = await createLink(scene.acme.tenant, scene.people.mia.uid, 'reset')
    const before = [await accounts(), await state()]
    for (const path of [
      '/odoo',
      '/web',
      '/web/keys',
      '/web/keys/revoke',
      '/web/programs',
      '/doc',
      '/doc/res.users',
      '/web/logout',
      '/web/session/logout',
      '/web/session/destroy',
      '/web/login?login=admin&password=x',
      `/web/reset-password/${link}?password=x&repeat=x`,
      '/web/dataset/call_kw?model=res.partner&method=unlink&args=[[1]]',
      '/json/2/res.partner/unlink?ids=[1]',
      '/jsonrpc',
    ])
      await scene.page('admin', { path })
    assert.deepEqual([await accounts(), await state()], before)
    assert.equal((await scene.page('admin', { path: '/odoo' })).status, 200, 'and the session is still there')
  })

  it('CVE-2021-44460: an archived user signs in by no protocol and no credential', async () => {
    const { tenant } = scene.acme
    const { uid } = await asUser(tenant, { login: 'leaver', groups: ['base.group_user'] })
    const password = 'two last words of a leaver'
    await setPassword(tenant, uid, password)
    const { key } = await createKey(tenant.pool, uid, { name: 'k', scope: 'rpc' })
    const { cookie } = await signIn(scene.server, 'acme', 'leaver', password)
    const link = await createLink(tenant, uid, 'reset')
    const call = ['acme', uid, password, 'res.users', 'context_get', []]
    const ways = async () => [
      (await signIn(scene.server, 'acme', 'leaver', password)).cookie !== '',
      (await jsonRpc(scene.server, 'object', 'execute_kw', call)).ok,
      (await xmlRpc(scene.server, 'object', 'execute_kw', call)).ok,
      (await jsonRpc(scene.server, 'object', 'execute_kw', ['acme', uid, key, ...call.slice(3)])).ok,
      Number((await jsonRpc(scene.server, 'common', 'login', ['acme', 'leaver', password])).value) === uid,
      (await json2(scene.server, 'acme', key, 'res.users', 'context_get', {})).ok,
      (
        await callKw(scene.server, cookie, {
          model: 'res.users',
          method: 'context_get',
          args: [],
          kwargs: {},
        })
      ).ok,
      (await scene.page(null, { path: `/web/reset-password/${link}` })).status === 200,
    ]
    const alive = await ways()
    assert.deepEqual(alive.filter((one) => one).length, alive.length, JSON.stringify(alive))
    await scene.made('admin', 'res.users', 'write', [[uid], { active: false }])
    assert.deepEqual(
      await ways(),
      alive.map(() => false),
    )
  })

  it('CVE-2018-15640: no field beside the asked ones comes along: rights, owner and state are not the sender’s to set', async () => {
    const before = await accounts()
    const { ben, pia } = scene.people
    for (const [who, model, values] of [
      ['ben', 'res.users', { name: 'x', login: 'mine', group_ids: [[4, 4]] }],
      ['ben', 'res.groups', { name: 'x', user_ids: [[4, ben.uid]] }],
      ['pia', 'res.users', { name: 'x', login: 'mine' }],
      ['pia', 'mail.message', { body: 'x', author_id: 3, model: 'res.partner', res_id: 1 }],
      ['sam', 'res.partner', { name: 'x', user_ids: [[0, 0, { login: 'y', name: 'y', group_ids: [[4, 4]] }]] }],
    ] as const)
      assertRefused(await scene.as(who, model, 'create', [values]), model)
    const own = await scene.as('sam', 'res.partner', 'create', [
      { name: 'Made by sam', create_uid: 2, id: 77, create_date: '2001-01-01 00:00:00' },
    ])
    if (own.ok) {
      const [row] = await scene.made<{ create_uid: [number, string]; create_date: string }[]>(
        'sam',
        'res.partner',
        'read',
        [[own.value], ['create_uid', 'create_date']],
      )
      assert.equal(row?.create_uid[0], scene.people.sam.uid)
      assert.doesNotMatch(row?.create_date ?? '', /^2001/)
      assert.notEqual(own.value, 77)
    }
    assert.equal(
      (await scene.as('pia', 'res.partner', 'write', [[await partnerOf(pia.uid)], { user_id: 2 }])).ok,
      false,
    )
    assert.equal(await accounts(), before)
  })
})
