import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Tenant } from '#framework/access/index.ts'
import { actAs, asUser, testTenant, type TestUser } from '#framework/testing/index.ts'

describe('a form that is not saved yet', () => {
  let tenant: Tenant
  let admin: TestUser
  let [order, line] = [0, 0]
  before(async () => {
    tenant = await testTenant({ apps: ['sales'] })
    admin = actAs(tenant, 2)
    await admin.write(async (env) => {
      const partner = await env.model('res.partner').create({ name: 'Mill', is_company: true })
      const product = await env.model('product.product').create({ name: 'Work', list_price: 10, taxes_id: [] })
      const made = await env.model('sale.order').create({
        partner_id: partner.id,
        order_line: [[0, 0, { product_id: product.id, product_uom_qty: 2, price_unit: 10, tax_ids: [] }]],
      })
      order = made.id
      line = (await made.load('order_line'))[0]?.order_line[0] ?? 0
    })
  })
  const change = (ids: readonly number[], values: object, changed: readonly string[], spec: object, who = admin) =>
    who.read(
      async (env) => (await env.model('sale.order', ids).onchange(values as never, changed, spec as never)).value,
    )

  it('shows totals of the lines as they stand in it, without writing any of them', async () => {
    const commands = [
      [1, line, { product_uom_qty: 5 }],
      [0, 'virtual_1', { name: 'More', product_uom_qty: 1, price_unit: 2.5, discount: 20 }],
    ]
    const spec = { amount_untaxed: {}, amount_total: {}, state: {} }
    assert.deepEqual(await change([order], { order_line: commands }, ['order_line'], spec), {
      amount_untaxed: 52,
      amount_total: 52,
    })
    assert.deepEqual(await change([order], { order_line: [[2, line, 0]] }, ['order_line'], spec), {
      amount_untaxed: 0,
      amount_total: 0,
    })
    const [stored] = await admin.read((env) => env.model('sale.order', [order]).load('amount_untaxed', 'order_line'))
    assert.deepEqual([stored?.amount_untaxed, stored?.order_line.length], [20, 1])
  })

  it('of a new record shows its defaults, what follows from them, and nested fields of relations', async () => {
    const spec = {
      company_id: { fields: { name: {}, currency_id: { fields: { name: {} } } } },
      order_line: {},
      note: {},
    }
    const value = await change([], {}, [], spec)
    assert.deepEqual(value.company_id, { id: 1, name: 'My Company', currency_id: { id: 1, name: 'USD' } })
    assert.deepEqual(value.order_line, [])
    const line = await admin.read((env) =>
      env
        .model('sale.order.line')
        .onchange({ product_uom_qty: 3, price_unit: 7 }, ['price_unit'], { price_subtotal: {} }),
    )
    assert.deepEqual(line.value, { price_subtotal: 21 })
  })

  it('is shown only to who may read the record', async () => {
    const reader = await asUser(tenant, { groups: ['base.group_user', 'sales_team.group_sale_salesman'] })
    const spec = { amount_untaxed: {} }
    const values = { order_line: [[1, line, { product_uom_qty: 1 }]] }
    await assert.rejects(change([order], values, ['order_line'], spec, reader), { code: 'ERR_ACCESS_READ_RECORDS' })
  })
})
