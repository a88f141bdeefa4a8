import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { type Tenant, withSystemEnv } from '#framework/access/index.ts'
import { sql } from '#framework/sql/index.ts'
import { actAs, testTenant } from '#framework/testing/index.ts'

describe('demo data', () => {
  let tenant: Tenant
  before(async () => {
    tenant = await testTenant({ apps: ['sales'], demo: true })
  })

  it('shows a company at work: orders in every state, of several people, with lines that add up', async () => {
    const orders = await withSystemEnv(tenant, 'test', {}, async (env) => {
      const found = await env.model('sale.order').search([])
      return found.load('state', 'user_id', 'amount_untaxed', 'amount_tax', 'amount_total', 'order_line.price_subtotal')
    })
    assert.ok(orders.length >= 24)
    assert.deepEqual([...new Set(orders.map((order) => order.state))].sort(), ['cancel', 'draft', 'sale', 'sent'])
    assert.ok(new Set(orders.map((order) => order.user_id)).size >= 4, 'three salespeople and the administrator')
    for (const order of orders) {
      const lines = order.order_line.reduce((sum, line) => sum + Math.round((line.price_subtotal ?? 0) * 100), 0)
      assert.equal(Math.round((order.amount_untaxed ?? 0) * 100), lines)
      assert.equal(Math.round((order.amount_total ?? 0) * 100), lines + Math.round((order.amount_tax ?? 0) * 100))
      assert.ok(lines > 0)
    }
  })

  it('has enough customers and products to look real', async () => {
    const counts = await actAs(tenant, 2).read(async (env) => [
      await env.model('res.partner').search_count([]),
      await env.model('product.product').search_count([]),
      await env.model('res.partner').search_count([['country_id.code', '!=', 'US']]),
    ])
    assert.ok((counts[0] ?? 0) >= 36 && (counts[1] ?? 0) >= 30 && (counts[2] ?? 0) >= 8, String(counts))
  })

  it('gives nobody a password', async () => {
    assert.deepEqual(await tenant.pool.query(sql`SELECT login FROM res_users WHERE password IS NOT NULL`), [])
  })

  it('lets a customer see the orders of her company that were sent to her', async () => {
    const [user] = await withSystemEnv(tenant, 'test', {}, async (env) =>
      (await env.model('res.users').search([['login', '=', 'lena@solsticeanalytics.example']])).load('id'),
    )
    const states = await actAs(tenant, user?.id ?? 0).read(async (env) =>
      (await (await env.model('sale.order').search([])).load('state', 'partner_id.name')).map((o) => [
        o.partner_id?.name,
        o.state,
      ]),
    )
    assert.deepEqual(states, [
      ['Solstice Analytics', 'sent'],
      ['Solstice Analytics', 'sale'],
    ])
  })
})
