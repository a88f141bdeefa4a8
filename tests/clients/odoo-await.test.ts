import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import OdooAwait from 'odoo-await'
import { startServer, type TestServer } from '../support/index.ts'

describe("npm's odoo-await, unchanged", () => {
  let server: TestServer
  let odoo: OdooAwait
  const client = (username: string, password: string) =>
    new OdooAwait({ baseUrl: 'http://127.0.0.1', port: server.httpPort, db: server.acme.name, username, password })

  before(async () => {
    server = await startServer()
    const { login, password } = server.acme.people.admin
    odoo = client(login, password)
    assert.equal(await odoo.connect(), 2)
  })

  it('is told about wrong credentials in its own words', async () => {
    await assert.rejects(client('admin', 'not the password').connect(), (error) =>
      /Error connecting/.test(String(error)),
    )
  })

  it('creates, reads, updates and deletes with every command for lists', async () => {
    const [one, two, three] = await Promise.all(
      ['A', 'B', 'C'].map((name) => odoo.create('res.partner.category', { name: `Await ${name}` })),
    )
    const [id] = await odoo.execute_kw('res.partner', 'create', [[[{ name: 'Await & <Co>', ref: 'AW-1' }]]])
    assert.ok(id > 900_000)
    const lists = async () => {
      const [row] = (await odoo.read('res.partner', id, ['category_id', 'child_ids'])) as Record<string, number[]>[]
      return { tags: [...(row?.['category_id'] ?? [])].sort(), children: row?.['child_ids'] ?? [] }
    }
    await odoo.update('res.partner', id, { category_id: { action: 'replace', id: [one, two] } })
    assert.deepEqual((await lists()).tags, [one, two].sort())
    await odoo.update('res.partner', id, { category_id: { action: 'add', id: three } })
    await odoo.update('res.partner', id, { category_id: { action: 'remove', id: [one] } })
    assert.deepEqual((await lists()).tags, [two, three].sort())
    await odoo.update('res.partner', id, { category_id: { action: 'clear' } })
    assert.deepEqual((await lists()).tags, [])
    await odoo.update('res.partner', id, { child_ids: { action: 'create', value: [{ name: 'Await Ann' }] } })
    const [child] = (await lists()).children
    await odoo.update('res.partner', id, { child_ids: { action: 'update', id: child, value: { name: 'Await Anna' } } })
    assert.deepEqual(await odoo.read('res.partner', [child as number], ['name']), [{ id: child, name: 'Await Anna' }])
    await odoo.update('res.partner', id, { child_ids: { action: 'delete', id: child } })
    assert.deepEqual((await lists()).children, [])
    assert.equal(await odoo.delete('res.partner', id), true)
    assert.deepEqual(await odoo.search('res.partner', { ref: 'AW-1' }), [])
  })

  it('searches by object, by one condition and by a whole domain, with limit 0 and an empty order', async () => {
    const id = await odoo.create('res.partner', { name: 'Await Search', ref: 'AW-2', city: 'Ghent' })
    assert.deepEqual(await odoo.search('res.partner', { ref: 'AW-2', city: 'Ghent' }), [id])
    assert.deepEqual(await odoo.search('res.partner', ['ref', '=', 'AW-2']), [id])
    assert.deepEqual(await odoo.search('res.partner', ['|', ['ref', '=', 'AW-2'], ['ref', '=', 'AW-?']]), [id])
    const rows = await odoo.searchRead('res.partner', ['ref', '=', 'AW-2'], ['name'])
    assert.deepEqual(rows, [{ id, name: 'Await Search' }])
    const options = { limit: 1, offset: 0, order: 'id desc', context: { lang: 'en_US' } }
    assert.equal((await odoo.searchRead('res.partner', {}, ['name'], options)).length, 1)
  })

  it('learns the fields, confirms an order and works by external ids', async () => {
    const fields = await odoo.getFields('sale.order', ['type', 'string'])
    assert.equal(fields.amount_total.type, 'monetary')
    const partner = await odoo.create('res.partner', { name: 'Await Buyer' }, 'await_buyer', 'await_test')
    assert.equal(await odoo.searchByExternalId('await_buyer'), partner)
    const product = await odoo.create('product.product', { name: 'Await Lamp', list_price: 10 })
    const line = { action: 'create', value: { product_id: product, product_uom_qty: 3, tax_ids: [[5, 0, 0]] } }
    const order = await odoo.create('sale.order', { partner_id: partner, order_line: line })
    assert.equal(await odoo.action('sale.order', 'action_confirm', order), true)
    assert.deepEqual(await odoo.read('sale.order', order, ['state', 'amount_untaxed']), [
      { id: order, state: 'sale', amount_untaxed: 30 },
    ])
  })

  it('keeps external ids through the whole life of a record, and takes lists of ids as they are', async () => {
    const id = await odoo.create('res.partner', { name: 'Await Kept' })
    await odoo.createExternalId('res.partner', id, 'await_kept')
    assert.deepEqual(await odoo.readByExternalId('await_kept', ['name']), { id, name: 'Await Kept' })
    assert.equal(await odoo.updateByExternalId('await_kept', { city: 'Ghent' }), true)
    const [one, two] = await Promise.all(
      ['Await D', 'Await E'].map((name) => odoo.create('res.partner.category', { name })),
    )
    await odoo.update('res.partner', id, { category_id: [one, two] })
    const [row] = (await odoo.read('res.partner', [id], ['category_id', 'city'])) as Record<string, unknown>[]
    assert.deepEqual(
      [[...((row?.['category_id'] ?? []) as number[])].sort(), row?.['city']],
      [[one, two].sort(), 'Ghent'],
    )
    assert.ok((await odoo.searchRead('res.partner')).length >= 1, 'everything, with all fields')
    assert.equal(await odoo.deleteByExternalId('await_kept'), true)
    await assert.rejects(odoo.searchByExternalId('await_kept'))
  })

  it('gets errors as Error objects with the fault code that it knows from Odoo', async () => {
    const faults: [() => Promise<unknown>, number][] = [
      [() => odoo.execute_kw('res.partner', 'sudo', [[[1]]]), 4],
      [() => odoo.update('res.partner', 2_000_000_000, { name: 'x' }), 2],
      [() => odoo.read('res.partner', 3, ['no_such_field']), 1],
    ]
    for (const [call, faultCode] of faults)
      await assert.rejects(call, (error: Error & { faultCode?: number }) => {
        return error instanceof Error && error.faultCode === faultCode
      })
    assert.deepEqual(server.failures, [])
  })
})
