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
