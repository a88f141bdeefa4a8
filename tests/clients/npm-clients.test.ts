import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import jsonRpcClient from '@fernandoslim/odoo-jsonrpc'
import AsyncOdoo from 'async-odoo-xmlrpc'
import OdooXmlRpc from 'odoo-xmlrpc'
import { type Person, startServer, type TestServer } from '../support/index.ts'

// A CommonJS package: its class is one step further in.
const OdooJSONRpc = jsonRpcClient.default
type OdooJSONRpc = InstanceType<typeof OdooJSONRpc>

describe('clients from npm, unchanged', () => {
  let server: TestServer
  let admin: Person
  const address = (password: string) => ({
    url: server.httpUrl,
    port: server.httpPort,
    db: server.acme.name,
    username: admin.login,
    password,
  })

  before(async () => {
    server = await startServer()
    admin = server.acme.people.admin
  })

  describe('odoo-xmlrpc', () => {
    const made: number[] = []
    let odoo: OdooXmlRpc
    const call = (model: string, method: string, ...params: unknown[]) =>
      new Promise<unknown>((resolve, reject) =>
        odoo.execute_kw(model, method, params, (error, value) => (error === null ? resolve(value) : reject(error))),
      )

    it('connects, and hears of wrong credentials', async () => {
      const connect = (client: OdooXmlRpc) =>
        new Promise((resolve, reject) =>
          client.connect((error, value) => (error === null ? resolve(value) : reject(error))),
        )
      await assert.rejects(connect(new OdooXmlRpc(address('not the password'))), { message: /No UID returned/ })
      odoo = new OdooXmlRpc(address(admin.password))
      assert.equal(await connect(odoo), admin.uid)
    })

    it('runs all examples of its documentation', async () => {
      assert.equal(await call('res.partner', 'check_access_rights', ['read', false]), true)
      const companies = [['is_company', '=', true]]
      for (const name of ['One', 'Two', 'Three'])
        made.push((await call('res.partner', 'create', [{ name: `Example ${name}`, is_company: true }])) as number)
      const ids = (await call('res.partner', 'search', [companies])) as number[]
      assert.ok(made.every((id) => ids.includes(id)))
      assert.deepEqual(await call('res.partner', 'search', [companies, 1, 2]), ids.slice(1, 3))
      assert.equal(await call('res.partner', 'search_count', [companies]), ids.length)
      const [whole] = (await call('res.partner', 'read', [[made[0]]])) as Record<string, unknown>[]
      assert.equal(whole?.['name'], 'Example One')
      assert.deepEqual(await call('res.partner', 'read', [[made[0]], ['name', 'country_id', 'comment']]), [
        { id: made[0], name: 'Example One', country_id: false, comment: false },
      ])
      const fields = (await call('res.partner', 'fields_get', [[], ['string', 'help', 'type']])) as Record<
        string,
        object
      >
      assert.deepEqual(
        Object.keys(fields['name'] ?? {})
          .filter((key) => key !== 'help')
          .sort(),
        ['string', 'type'],
      )
      const rows = await call('res.partner', 'search_read', [[['name', '=', 'Example Two']], ['name'], 0, 5])
      assert.deepEqual(rows, [{ id: made[1], name: 'Example Two' }])
      assert.equal(await call('res.partner', 'write', [[made[0]], { name: 'Newer partner' }]), true)
      const [named] = (await call('res.partner', 'read', [[made[0]], ['display_name']])) as { display_name: string }[]
      assert.equal(named?.display_name, 'Newer partner')
      assert.equal(await call('res.partner', 'unlink', [[made[0]]]), true)
      assert.deepEqual(await call('res.partner', 'search', [[['id', '=', made[0]]]]), [])
    })

    it('makes a model and fields at run time, as its documentation does', async () => {
      await call('ir.model', 'create', [{ name: 'Custom Model', model: 'x_npm_model', state: 'manual' }])
      const [model] = (await call('ir.model', 'search', [[['model', '=', 'x_npm_model']]])) as number[]
      await call('ir.model.fields', 'create', [
        { model_id: model, name: 'x_foo', ttype: 'char', state: 'manual', required: true },
      ])
      await call('ir.model.access', 'create', [
        { name: 'Custom', model_id: model, perm_read: true, perm_write: true, perm_create: true, perm_unlink: true },
      ])
      const record = await call('x_npm_model', 'create', [{ x_foo: 'test record' }])
      const [row] = (await call('x_npm_model', 'read', [[record]])) as { x_foo: string }[]
      assert.equal(row?.x_foo, 'test record')
    })

    it('gets a fault, not a hang, for what went with Odoo 11: workflows', async () => {
      const fault = await new Promise<{ faultCode?: number } | null>((resolve) =>
        odoo.exec_workflow('sale.order', 'order_confirm', [[1]], (error) => resolve(error)),
      )
      assert.equal(fault?.faultCode, 1)
    })
  })

  it('async-odoo-xmlrpc: the examples of its documentation, and a fault as an error', async () => {
    const odoo = new AsyncOdoo(address(admin.password))
    await odoo.connect()
    assert.equal(await odoo.execute_kw('res.partner', 'check_access_rights', ['read', false]), true)
    // Unlike its older relative it takes the list of positional arguments as it is.
    const found = [[['is_company', '=', true]]]
    const ids = (await odoo.execute_kw('res.partner', 'search', found)) as number[]
    assert.equal(await odoo.execute_kw('res.partner', 'search_count', found), ids.length)
    const page = (await odoo.execute_kw('res.partner', 'search', [...found, 0, 1])) as number[]
    assert.deepEqual(page, ids.slice(0, 1))
    const rows = (await odoo.execute_kw('res.partner', 'read', [page, ['name', 'country_id']])) as object[]
    assert.deepEqual(Object.keys(rows[0] ?? {}).sort(), ['country_id', 'id', 'name'])
    const id = await odoo.execute_kw('res.partner', 'create', [{ name: 'Async' }])
    assert.equal(await odoo.execute_kw('res.partner', 'write', [[id], { name: 'Async two' }]), true)
    assert.equal(await odoo.execute_kw('res.partner', 'unlink', [[id]]), true)
    await assert.rejects(odoo.execute_kw('res.partner', 'read', [[1], ['nope']]))
    await assert.rejects(new AsyncOdoo(address('not the password')).connect())
  })

  for (const way of ['password', 'apiKey', 'sessionId'] as const) {
    it(`odoo-jsonrpc with ${way}: all of its methods`, async () => {
      const base = { baseUrl: 'http://127.0.0.1', port: server.httpPort, db: server.acme.name }
      const person = { ...base, username: admin.login }
      const first: OdooJSONRpc = new OdooJSONRpc({ ...person, password: admin.password })
      if (way === 'sessionId') await first.connect()
      const odoo: OdooJSONRpc =
        way === 'password'
          ? first
          : new OdooJSONRpc(
              way === 'apiKey' ? { ...person, apiKey: admin.key } : { ...base, sessionId: first.sessionId ?? '' },
            )
      const signedIn = await odoo.connect()
      assert.equal(signedIn.uid, admin.uid)
      const name = `Slim ${way}`
      const id = await odoo.create('res.partner', { name, email: 'slim@example.com' })
      assert.deepEqual(await odoo.read('res.partner', id, ['name', 'email']), [{ id, name, email: 'slim@example.com' }])
      assert.equal(await odoo.update('res.partner', id, { city: 'Ghent' }), true)
      assert.deepEqual(await odoo.search('res.partner', [['name', '=', name]]), [id])
      const options = { limit: 5, offset: 0, order: 'name desc', context: { lang: 'en_US' } }
      assert.deepEqual(await odoo.searchRead('res.partner', [['name', '=', name]], ['city'], options), [
        { id, city: 'Ghent' },
      ])
      assert.equal((await odoo.getFields('sale.order')).amount_total.type, 'monetary')
      await odoo.createExternalId('res.partner', id, `slim_${way}`)
      assert.equal(await odoo.searchByExternalId(`slim_${way}`), id)
      assert.equal(await odoo.updateByExternalId(`slim_${way}`, { city: 'Bruges' }), true)
      assert.deepEqual(await odoo.readByExternalId(`slim_${way}`, ['city']), { id, city: 'Bruges' })
      const product = await odoo.create('product.product', { name: `${name} lamp`, list_price: 5 })
      assert.equal(
        await odoo.updateFieldTranslations('product.product', product, 'name', { en_US: `${name} lantern` }),
        true,
      )
      const order = await odoo.create('sale.order', {
        partner_id: id,
        order_line: [[0, 0, { product_id: product, product_uom_qty: 2, tax_ids: [[5]] }]],
      })
      // It spreads the list of ids over the arguments, so that the method gets one id and no list.
      assert.equal(await odoo.action('sale.order', 'action_confirm', [order]), true)
      assert.deepEqual(await odoo.read('sale.order', [order], ['state', 'amount_untaxed']), [
        { id: order, state: 'sale', amount_untaxed: 10 },
      ])
      await assert.rejects(odoo.read('res.partner', [id], ['no_such_field']), /no_such_field/)
      await odoo.action('sale.order', 'action_cancel', [order])
      assert.equal(await odoo.delete('sale.order', order), true)
      assert.equal(await odoo.deleteByExternalId(`slim_${way}`), true)
      await assert.rejects(odoo.searchByExternalId(`slim_${way}`), /No matching record/)
      if (way === 'sessionId') await odoo.disconnect()
    })
  }

  it('no request of these clients failed by a fault of the server', () => {
    assert.deepEqual(server.failures, [])
  })
})
