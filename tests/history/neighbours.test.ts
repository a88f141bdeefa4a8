import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { setPassword } from '#framework/auth/index.ts'
import { sql } from '#framework/sql/index.ts'
import { asUser } from '#framework/testing/index.ts'
import { callKw, cookieOf, json2, jsonRpc, signIn, xmlRpc } from '../support/index.ts'
import { assertRefused, formFrom, Scene } from './scene.ts'

/** Lessons from holes of similar software, where the same could be built here. */
describe('neighbours', () => {
  const scene = new Scene()
  let cookie: string
  before(async () => {
    cookie = await cookieOf(scene.server, scene.acme, scene.people.admin)
  })

  it('n8n CVE-2026-44791: keys of a request become no property of anything but itself', async () => {
    const clean = () => ({}) as Record<string, unknown>
    for (const key of ['__proto__', 'constructor', 'prototype'])
      for (const value of [{ owned: 'yes' }, { prototype: { owned: 'yes' } }]) {
        const text = JSON.stringify({ name: 'x' }).replace('}', `,"${key}":${JSON.stringify(value)}}`)
        const body = `{"jsonrpc":"2.0","id":1,"params":{"model":"res.partner","method":"create","args":[${text}],"kwargs":{"${key}":${JSON.stringify(value)}},"${key}":${JSON.stringify(value)}},"${key}":${JSON.stringify(value)}}`
        await callKw(scene.server, cookie, {}, { body })
        const context = `{"lang":"en_US","${key}":${JSON.stringify(value)}}`
        const searched = `{"jsonrpc":"2.0","id":1,"params":{"model":"res.partner","method":"search","args":[[]],"kwargs":{"context":${context}}}}`
        await callKw(scene.server, cookie, {}, { body: searched })
        await json2(
          scene.server,
          'acme',
          scene.people.admin.key,
          'res.partner',
          'search',
          {},
          { body: `{"domain":[],"${key}":${JSON.stringify(value)}}` },
        )
        await xmlRpc(scene.server, 'object', 'execute_kw', [
          'acme',
          2,
          scene.people.admin.password,
          'res.partner',
          'search',
          [[]],
          { [key]: value },
        ])
        await scene.page(null, { path: `/web/login?${key}[owned]=yes&${key}.owned=yes` })
        assert.equal(clean()['owned'], undefined, key)
      }
  })

  it('n8n CVE-2026-21858: the reader of a body is the route’s choice; another content type is refused before it is read', async () => {
    for (const [path, type] of [
      ['/web/dataset/call_kw', 'application/x-www-form-urlencoded'],
      ['/web/dataset/call_kw', 'multipart/form-data; boundary=x'],
      ['/web/dataset/call_kw', 'text/plain'],
      ['/jsonrpc', 'text/xml'],
      ['/xmlrpc/2/object', 'application/json'],
      ['/web/login', 'application/json'],
      ['/web/keys', 'multipart/form-data; boundary=x'],
      ['/json/2/res.partner/search', 'application/xml'],
    ] as const) {
      const sent = {
        path,
        host: 'acme.localhost',
        headers: { 'content-type': type, cookie, origin: scene.origin },
        body: '{"a":1}',
      }
      assert.equal((await scene.server.sendSecurely(sent)).status, 415, `${type} at ${path}`)
    }
  })

  it('n8n CVE-2026-54301, n8n CVE-2025-52478: what users upload runs nothing on the origin of the pages', async () => {
    for (const mimetype of [
      'text/html',
      'image/svg+xml',
      'application/xhtml+xml',
      'text/xml',
      'application/javascript',
      'text/html\r\nX-Owned: yes',
      'TEXT/HTML;charset=utf-7',
    ]) {
      const id = await scene.made('admin', 'ir.attachment', 'create', [
        { name: 'page.html', mimetype, datas: Buffer.from('<script>parent.owned=1</script>').toString('base64') },
      ])
      const answer = await scene.page('admin', { path: `/web/content/${id}` })
      assert.doesNotMatch(String(answer.headers['content-type']), /html|svg|xml|script/i)
      assert.match(String(answer.headers['content-security-policy']), /default-src 'none'.*sandbox/)
      assert.equal(answer.headers['x-content-type-options'], 'nosniff')
      assert.equal(answer.headers['x-owned'], undefined)
    }
  })

  it('NocoDB CVE-2026-47384, NocoDB CVE-2026-47375: a title, label or direction that somebody chose is no SQL', async () => {
    const evil = `x" , (SELECT password FROM res_users LIMIT 1) AS "y'; --`
    const made = await scene.as('admin', 'ir.model', 'create', [
      {
        name: evil,
        model: 'x_titled',
        field_id: [
          [0, 0, { name: 'x_name', ttype: 'char', field_description: evil }],
          [
            0,
            0,
            {
              name: 'x_kind',
              ttype: 'selection',
              field_description: 'k',
              selection_ids: [[0, 0, { value: "a'b", name: evil }]],
            },
          ],
        ],
      },
    ])
    assert.ok(made.ok || made.status < 500, made.text)
    for (const [model, fields] of [
      ['x_titled', ['x_name', 'x_kind']],
      ['ir.model.fields', ['field_description']],
    ] as const) {
      const outcome = await scene.as('admin', model, 'search_read', [[], fields, 0, 2])
      assert.doesNotMatch(outcome.text, /pbkdf2|ERR_SERVER|ERR_SQL\b/)
    }
    for (const name of [evil, 'x_"quoted', "x_a'b", 'x_a; DROP TABLE res_users']) {
      const field = { model_id: made.value, name, ttype: 'char', field_description: 'x' }
      assertRefused(await scene.as('admin', 'ir.model.fields', 'create', [field]), name)
    }
    for (const direction of [
      'name desc, (SELECT 1)',
      'name;',
      'name asc nulls first; --',
      'name ASC, 1',
      'CASE WHEN 1=1 THEN name END',
    ])
      assertRefused(await scene.as('admin', 'res.partner', 'search', [[], 0, 1, direction]), direction)
  })

  it('NocoBase CVE-2026-41640: what is stored is no SQL when it is used again', async () => {
    const evil = `'; UPDATE res_users SET login = 'owned'; --`
    const partner = await scene.made('admin', 'res.partner', 'create', [{ name: evil, ref: evil, email: evil }])
    const child = await scene.made('admin', 'res.partner', 'create', [{ name: evil, parent_id: partner }])
    const category = await scene.made('admin', 'res.partner.category', 'create', [{ name: evil }])
    await scene.made('admin', 'res.partner', 'write', [[child], { category_id: [[4, category]] }])
    for (const [method, args] of [
      ['name_search', [evil]],
      ['formatted_read_group', [[['name', '=', evil]], ['name', 'category_id', 'parent_id'], ['__count']]],
      [
        'export_data',
        [
          [partner, child],
          ['name', 'parent_id', 'category_id/name', 'id'],
        ],
      ],
      ['copy', [[child]]],
      ['search', [[['parent_id', 'child_of', evil]]]],
      ['search', [[['category_id', '=', evil]]]],
      ['load', [['name', 'parent_id', 'category_id'], [[evil, evil, evil]]]],
    ] as const) {
      const outcome = await scene.as('admin', 'res.partner', method, args)
      assert.doesNotMatch(outcome.text, /ERR_SERVER|ERR_SQL\b/, method)
    }
    const rows = await scene.acme.tenant.pool.query(sql`SELECT 1 FROM res_users WHERE login = 'owned'`)
    assert.equal(rows.length, 0)
  })

  it('Payload CVE-2025-4643, NocoDB CVE-2026-28396: a session is dead after sign-out and after a reset, its copy too', async () => {
    const { mia } = scene.people
    const call = { model: 'res.users', method: 'context_get', args: [], kwargs: {} }
    const first = await signIn(scene.server, 'acme', mia.login, mia.password)
    assert.equal((await callKw(scene.server, first.cookie, call)).ok, true)
    const bye = {
      path: '/web/session/destroy',
      headers: { 'content-type': 'application/json', cookie: first.cookie },
      body: '{"params":{}}',
    }
    await scene.server.send(bye)
    assert.equal((await callKw(scene.server, first.cookie, call)).ok, false)
    const second = await signIn(scene.server, 'acme', mia.login, mia.password)
    await setPassword(scene.acme.tenant, mia.uid, mia.password)
    assert.equal((await callKw(scene.server, second.cookie, call)).ok, false)
  })

  it('Payload CVE-2025-4644: numbers of deleted users and records are not given again', async () => {
    const { tenant } = scene.acme
    const { uid } = await asUser(tenant, { login: 'short lived' })
    await scene.made('admin', 'res.users', 'unlink', [[uid]])
    const { uid: next } = await asUser(tenant, { login: 'the next one' })
    assert.ok(next > uid)
    const one = await scene.made('admin', 'res.partner', 'create', [{ name: 'short lived' }])
    await scene.made('admin', 'res.partner', 'unlink', [[one]])
    assert.ok((await scene.made('admin', 'res.partner', 'create', [{ name: 'next' }])) > one)
  })

  it('Payload CVE-2026-34751: a reset takes its user from the link alone, and a second value of a field changes nothing', async () => {
    const body = 'login=admin&login=ben&password=wrong&password=x&redirect=/odoo&redirect=https://attacker.example'
    const answer = await scene.page(null, { path: '/web/login', headers: formFrom(scene.origin), body })
    assert.ok(answer.status >= 400, String(answer.status))
    for (const path of ['/web/reset_password', '/web/signup', '/forgot'])
      assert.equal(
        (
          await scene.page(null, {
            path,
            headers: formFrom(scene.origin),
            body: 'login=admin&token=&email=thief@example.com',
          })
        ).status,
        404,
      )
  })

  it('Payload CVE-2026-25574: the number of a record of another model opens nothing', async () => {
    const rows = await scene.acme.tenant.pool.query<{ id: number }>(
      sql`SELECT id FROM ir_config_parameter ORDER BY id LIMIT 3`,
    )
    for (const { id } of rows)
      for (const model of ['ir.config_parameter', 'ir.rule', 'ir.cron', 'ir.rpc.client', 'ir.sequence'])
        for (const outcome of await scene.byAll('ben', model, 'read', [[id]]))
          assert.ok(!outcome.ok || JSON.stringify(outcome.value) === '[]', `${model}: ${outcome.text}`)
  })

  it('Directus CVE-2024-27295: names of accounts are compared to the letter, not by their look', async () => {
    const { ben } = scene.people
    for (const login of ['bén', 'BEN', 'beｎ', 'bеn', 'ben\u200b']) {
      const named = await jsonRpc(scene.server, 'common', 'login', ['acme', login, ben.password])
      assert.ok(!named.ok || named.value === false, login)
    }
  })

  it('Directus CVE-2026-35408: pages are cut off from windows of other origins', async () => {
    for (const path of ['/web/login', '/odoo', '/web/keys']) {
      const answer = await scene.page('ben', { path })
      assert.equal(answer.headers['cross-origin-opener-policy'], 'same-origin')
      assert.match(String(answer.headers['content-security-policy']), /frame-ancestors 'none'/)
    }
  })

  it('Strapi CVE-2025-25298: a password counts to its last letter, however long', async () => {
    const { tenant } = scene.acme
    const { uid } = await asUser(tenant, { login: 'long' })
    const password = `${'nine copper kettles and '.repeat(6)}one`
    await setPassword(tenant, uid, password)
    assert.notEqual((await signIn(scene.server, 'acme', 'long', password)).cookie, '')
    assert.equal((await signIn(scene.server, 'acme', 'long', `${password.slice(0, -1)}x`)).cookie, '')
    assert.equal((await signIn(scene.server, 'acme', 'long', password.slice(0, 72))).cookie, '')
  })

  it('Strapi CVE-2024-31217: a body that breaks off or lies about its length ends no process', async () => {
    const { connect } = await import('node:net')
    for (const head of [
      'content-length: 500\r\n\r\n{"a"',
      'transfer-encoding: chunked\r\n\r\nzz\r\n',
      'content-length: -1\r\n\r\n',
      'content-length: 1e3\r\n\r\n{}',
      'content-length: 3\r\ncontent-length: 5\r\n\r\n{}',
    ])
      await new Promise<void>((resolve) => {
        const socket = connect(scene.server.httpPort, '127.0.0.1', () => {
          socket.write(
            `POST /jsonrpc HTTP/1.1\r\nhost: localhost:${scene.server.httpPort}\r\ncontent-type: application/json\r\n${head}`,
          )
          setTimeout(() => socket.destroy(), 60)
        })
        socket.on('error', () => {})
        socket.on('close', () => resolve())
      })
    assert.equal((await scene.as('ben', 'res.users', 'context_get', [])).ok, true, 'it serves on')
  })

  it('Directus CVE-2026-61835, Payload CVE-2026-27567, ERPNext CVE-2026-44441: no text of a user makes the server call an address', async () => {
    const { createServer } = await import('node:net')
    let calls = 0
    const trap = createServer((socket) => {
      calls++
      socket.destroy()
    })
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve))
    const { port } = trap.address() as { port: number }
    for (const host of ['127.0.0.1', '0.0.0.0', '[::ffff:127.0.0.1]', 'localhost', '2130706433']) {
      const url = `http://${host}:${port}/x`
      await scene.as('admin', 'ir.attachment', 'create', [{ name: 'x', type: 'url', url }])
      await scene.as('admin', 'ir.attachment', 'create', [{ name: 'x', url, datas: false, mimetype: 'image/png' }])
      await scene.as('admin', 'res.partner', 'create', [
        { name: 'x', website: url, comment: `<img src="${url}">`, image_1920: url },
      ])
      await scene.as('admin', 'ir.config_parameter', 'set_param', ['web.base.url', url])
      await scene.page('admin', { path: `/web/image?url=${encodeURIComponent(url)}` })
      await scene.page('admin', {
        path: '/odoo',
        headers: { 'x-forwarded-host': `${host}:${port}`, forwarded: `host=${host}:${port}` },
      })
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
    trap.close()
    assert.equal(calls, 0)
  })

  it('ERPNext CVE-2026-27471, Supabase CVE-2025-48757: what is public is declared with a right, and no right is none', async () => {
    const { registry } = scene.acme.tenant
    const { tenant } = scene.acme
    const { uid } = await asUser(tenant, { login: 'of no group', groups: [] })
    await setPassword(tenant, uid, 'a person of no group at all')
    const person = { uid, login: 'of no group', password: 'a person of no group at all', key: '' }
    for (const [name, model] of registry.models) {
      if (model.options.abstract) continue
      const args = ['acme', uid, person.password, name, 'search_read', [[]]]
      const outcome = await jsonRpc(scene.server, 'object', 'execute_kw', args)
      const rows = Array.isArray(outcome.value) ? outcome.value : []
      // Herself is all that a person of no group may see.
      assert.ok(
        !outcome.ok || rows.length === 0 || ['res.users', 'res.partner'].includes(name),
        `${name}: ${outcome.text.slice(0, 200)}`,
      )
    }
  })
})
