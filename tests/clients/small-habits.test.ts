import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { callKw, json2, jsonRpc, type Person, signIn, startServer, type TestServer, xmlRpc } from '../support/index.ts'

describe('small habits of clients in the field', () => {
  let server: TestServer
  let admin: Person
  const json = { 'content-type': 'application/json' }
  const execute = (...more: unknown[]) =>
    jsonRpc(server, 'object', 'execute', [server.acme.name, admin.uid, admin.password, ...more])

  before(async () => {
    server = await startServer()
    admin = server.acme.people.admin
  })

  it('n8n: `execute` with positional arguments, filter values as texts, one id where a list is expected', async () => {
    const created = await execute('res.partner', 'create', { name: 'n8n', ref: 'N8N-1', color: 2 })
    const id = created.value as number
    const rows = await execute(
      'res.partner',
      'search_read',
      [
        ['color', '=', '2'],
        ['ref', '=', 'N8N-1'],
      ],
      ['name'],
      0,
      5,
    )
    assert.deepEqual(rows.value, [{ id, name: 'n8n' }])
    assert.deepEqual((await execute('res.partner', 'read', id, ['name'])).value, [{ id, name: 'n8n' }])
    assert.equal((await execute('res.partner', 'write', id, { name: 'n8n2' })).value, true)
    const models = await execute('ir.model', 'search_read', [], ['name', 'model', 'modules'])
    assert.ok((models.value as { model: string }[]).some(({ model }) => model === 'sale.order'))
    assert.equal((await execute('res.partner', 'unlink', [id])).value, true)
  })

  it('n8n: lower-case bearer, and the first label of the host as the name of the database', async () => {
    const body = { fields: ['id'], limit: 1 }
    const host = `${server.acme.name}.localhost`
    for (const database of [server.acme.name, null])
      assert.ok((await json2(server, database, admin.key, 'res.partner', 'search_read', body, { host })).ok)
    assert.ok((await json2(server, server.acme.name, admin.key, 'res.partner', 'search_read', body)).ok)
  })

  it('go-odoo: an empty text as fourth argument of authenticate; version with a null', async () => {
    const { name } = server.acme
    assert.equal((await xmlRpc(server, 'common', 'authenticate', [name, admin.login, admin.password, ''])).value, 2)
    assert.equal((await xmlRpc(server, 'common', 'version', [null])).ok, true)
  })

  it('n8n v2: the same calls over JSON-2 with named arguments, and its test of the credential', async () => {
    const call = (model: string, method: string, body: Readonly<Record<string, unknown>>) =>
      json2(server, server.acme.name, admin.key, model, method, body)
    assert.equal((await call('res.partner', 'search_read', { fields: ['id'], limit: 1 })).ok, true)
    const [id] = (await call('res.partner', 'create', { vals_list: [{ name: 'n8n v2', ref: 'N8N-2' }] }))
      .value as number[]
    const named = { domain: [['ref', '=', 'N8N-2']], fields: ['name'], limit: 5, offset: 0 }
    assert.deepEqual((await call('res.partner', 'search_read', named)).value, [{ id, name: 'n8n v2' }])
    assert.equal((await call('res.partner', 'write', { ids: [id], vals: { name: 'n8n two' } })).value, true)
    assert.deepEqual((await call('res.partner', 'read', { ids: [id], fields: ['name'] })).value, [
      { id, name: 'n8n two' },
    ])
    assert.ok((await call('res.partner', 'fields_get', { attributes: ['string', 'type'] })).ok)
    assert.ok((await call('res.partner', 'default_get', { fields_list: ['lang', 'type'] })).ok)
    assert.deepEqual(
      (
        await call('ir.model', 'search_read', { domain: [['model', '=', 'res.users']], fields: ['model'] })
      ).text.includes('res.users'),
      true,
    )
    assert.equal((await call('res.partner', 'unlink', { ids: [id] })).value, true)
    const wrong = await json2(server, server.acme.name, 'f'.repeat(64), 'res.partner', 'search_read', {
      fields: ['id'],
      limit: 1,
    })
    assert.equal(wrong.status, 401)
  })

  it('mcp clients: both dialects of read_group give the same sums; named arguments of search and name_search', async () => {
    const { name } = server.acme
    const named = (method: string, kwargs: Readonly<Record<string, unknown>>, model = 'res.partner') =>
      jsonRpc(server, 'object', 'execute_kw', [name, admin.uid, admin.key, model, method, [], kwargs])
    const made = await named('create', { vals_list: [1, 2, 2].map((color) => ({ name: 'Mcp', ref: 'MCP', color })) })
    const domain = [['ref', '=', 'MCP']]
    const old = await named('read_group', { domain, fields: ['id:count', 'color:sum'], groupby: ['name'] })
    const fresh = await named('formatted_read_group', {
      domain,
      groupby: ['name'],
      aggregates: ['__count', 'color:sum'],
    })
    const [before] = old.value as Record<string, unknown>[]
    const [after] = fresh.value as Record<string, unknown>[]
    assert.deepEqual([before?.['name_count'], before?.['color']], [3, 5])
    assert.deepEqual([after?.['__count'], after?.['color:sum']], [3, 5])
    const ids = (await named('search', { domain, offset: 1, limit: 1, order: 'color desc' })).value as number[]
    assert.equal(ids.length, 1)
    assert.equal((await named('search_count', { domain, limit: 2 })).value, 2)
    assert.equal(
      ((await named('name_search', { name: 'Mcp', domain, operator: 'ilike', limit: 2 })).value as unknown[]).length,
      2,
    )
    const read = await jsonRpc(server, 'object', 'execute_kw', [
      name,
      admin.uid,
      admin.key,
      'res.partner',
      'read',
      [ids],
      { fields: ['name'], load: null },
    ])
    assert.deepEqual(read.value, [{ id: ids[0], name: 'Mcp' }])
    const listed = await named(
      'search_read',
      {
        domain: [
          ['model', 'not like', 'ir.%'],
          ['model', '=', 'sale.order'],
        ],
        fields: ['model'],
      },
      'ir.model',
    )
    assert.equal((listed.value as unknown[]).length, 1)
    assert.equal(
      (
        await jsonRpc(server, 'object', 'execute_kw', [
          name,
          admin.uid,
          admin.key,
          'res.partner',
          'unlink',
          [made.value],
        ])
      ).value,
      true,
    )
  })

  it('mobile apps and database selectors: only the database of the host is listed', async () => {
    const host = `${server.acme.name}.localhost`
    assert.deepEqual((await jsonRpc(server, 'db', 'list', [], { host })).value, [server.acme.name])
    const listed = await server.send({ path: '/web/database/list', host, body: '{}', headers: json })
    assert.deepEqual((JSON.parse(listed.text) as { result: string[] }).result, [server.acme.name])
  })

  it('n8n v1: a slash too many at the end of the address', async () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, params: { service: 'common', method: 'version', args: [] } })
    for (const path of ['/jsonrpc', '/jsonrpc/', '//jsonrpc']) {
      const { status, text } = await server.send({ path, body, headers: json })
      assert.match(`${status} ${text}`, /^200 .*19\.0/, path)
    }
  })

  it('synchronising clients: what changed since a write_date is found again, and nothing before it', async () => {
    const { name } = server.acme
    const call = (method: string, ...args: unknown[]) =>
      jsonRpc(server, 'object', 'execute_kw', [name, admin.uid, admin.key, 'res.partner', method, args])
    const id = (await call('create', { name: 'Sync' })).value
    const [row] = (await call('read', [id], ['write_date'])).value as { write_date: string }[]
    const since = [
      ['write_date', '>=', row?.write_date],
      ['id', '=', id],
    ]
    assert.deepEqual((await call('search', since)).value, [id])
    assert.deepEqual((await call('search', [['write_date', '>', '2199-01-01 00:00:00']])).value, [])
    await call('unlink', [id])
  })

  it('odoorpc: lists are emptied by false and by an empty list; group_ids, cron, reports and modules are read', async () => {
    const { name } = server.acme
    const call = (model: string, method: string, ...args: unknown[]) =>
      jsonRpc(server, 'object', 'execute', [name, admin.uid, admin.key, model, method, ...args])
    const tags = (await call('res.partner.category', 'create', [{ name: 'Habit A' }, { name: 'Habit B' }]))
      .value as number[]
    const id = (
      await call('res.partner', 'create', {
        name: 'Habit',
        category_id: [
          [4, tags[0]],
          [4, tags[1], 0],
        ],
      })
    ).value
    const kept = async () =>
      ((await call('res.partner', 'read', [id], ['category_id'])).value as { category_id: number[] }[])[0]?.category_id
    assert.equal((await kept())?.length, 2)
    for (const nothing of [[[6, 0, []]], [[5]], [[5, 0, 0]], [[5, false, false]]]) {
      assert.equal((await call('res.partner', 'write', [id], { category_id: [[6, 0, tags]] })).value, true)
      assert.equal((await call('res.partner', 'write', [id], { category_id: nothing })).value, true)
      assert.deepEqual(await kept(), [])
    }
    for (const unchanged of [false, []])
      assert.equal((await call('res.partner', 'write', [id], { category_id: unchanged })).ok, true)
    const [user] = (await call('res.users', 'read', [admin.uid], ['group_ids', 'login'])).value as {
      group_ids: number[]
    }[]
    assert.ok((user?.group_ids.length ?? 0) > 0)
    for (const model of [
      'ir.cron',
      'ir.actions.report',
      'ir.module.module',
      'ir.model.access',
      'ir.rule',
      'ir.ui.menu',
    ])
      assert.ok((await call(model, 'search_read', [], ['id'], 0, 1)).ok, model)
    const be = await call('ir.model.data', 'check_object_reference', 'base', 'be')
    assert.equal((be.value as unknown[])[0], 'res.country')
    assert.ok(Number((await call('res.users', 'context_get')).text.length) > 2)
    await call('res.partner', 'unlink', [id])
    await call('res.partner.category', 'unlink', tags)
  })

  it('FLUX-SE: an error of JSON-2 has a name; /web/version tells the release without a database', async () => {
    const wrong = await json2(server, server.acme.name, admin.key, 'res.partner', 'no_such_method', {})
    assert.deepEqual(Object.keys(JSON.parse(wrong.text) as object).sort(), [
      'arguments',
      'context',
      'debug',
      'message',
      'name',
    ])
    const { status, text } = await server.send({ path: '/web/version' })
    assert.deepEqual([status, (JSON.parse(text) as { version: string }).version], [200, '19.0'])
  })

  it('an API key is taken wherever a password is', async () => {
    const { name } = server.acme
    assert.equal((await jsonRpc(server, 'common', 'login', [name, admin.login, admin.key])).value, 2)
    const args = [name, 2, admin.key, 'res.partner', 'search_count', [[]]]
    for (const call of [jsonRpc, xmlRpc])
      assert.ok(Number((await call(server, 'object', 'execute_kw', args)).value) > 0)
  })

  it('mobile apps: session, call_kw with bin_size, read specifications, sign out', async () => {
    const { cookie, value } = await signIn(server, server.acme.name, admin.login, admin.password)
    assert.equal((value as { uid: number }).uid, 2)
    const found = await callKw(server, cookie, {
      model: 'res.partner',
      method: 'web_search_read',
      args: [],
      kwargs: {
        domain: [],
        specification: { name: {}, country_id: { fields: { display_name: {} } } },
        limit: 2,
        context: { bin_size: true },
      },
    })
    const { length, records } = found.value as { length: number; records: unknown[] }
    assert.ok(length >= 2 && records.length === 2, found.text)
    await server.send({ path: '/web/session/destroy', body: '{}', headers: { ...json, cookie } })
    const after = await callKw(server, cookie, { model: 'res.partner', method: 'search', args: [[]], kwargs: {} })
    assert.equal(after.ok, false)
    assert.match(after.text, /Session Expired/)
  })
})
