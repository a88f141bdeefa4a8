import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { type Tenant, withSystemEnv } from '#framework/access/index.ts'
import type { Domain, Env } from '#framework'
import { asUser, testTenant, type TestUser } from '#framework/testing/index.ts'

describe('who sees which orders', () => {
  let tenant: Tenant
  let ann: TestUser
  let bob: TestUser
  let portal: TestUser
  const orders: Record<'ann' | 'bob' | 'nobody' | 'portal', number> = { ann: 0, bob: 0, nobody: 0, portal: 0 }

  before(async () => {
    tenant = await testTenant({ apps: ['sales'] })
    ann = await asUser(tenant, { groups: ['sales_team.group_sale_salesman'] })
    bob = await asUser(tenant, { groups: ['sales_team.group_sale_salesman'] })
    portal = await asUser(tenant, { groups: ['base.group_portal'] })
    await withSystemEnv(tenant, 'test', { mode: 'write' }, async (env) => {
      const product = (await env.model('product.product').create({ name: 'Thing', list_price: 10 })).id
      const make = async (customer: string | number, user: number | null, more: Record<string, unknown> = {}) => {
        const partner =
          typeof customer === 'number' ? customer : (await env.model('res.partner').create({ name: customer })).id
        return (
          await env
            .model('sale.order')
            .create({ partner_id: partner, user_id: user, order_line: [[0, 0, { product_id: product }]], ...more })
        ).id
      }
      orders.ann = await make('For Ann', ann.uid)
      orders.bob = await make('Secret Customer', bob.uid, { client_order_ref: 'HUSH-HUSH' })
      orders.nobody = await make('For Whom', null)
      const [partner] = await env.model('res.users', [portal.uid]).load('partner_id')
      orders.portal = await make(partner?.partner_id ?? 0, bob.uid, { state: 'sent' })
    })
  })

  const secrets: Domain = [['client_order_ref', '=', 'HUSH-HUSH']]
  const ways: Record<string, (env: Env) => Promise<unknown>> = {
    search: async (env) => (await env.model('sale.order').search(secrets)).ids,
    count: (env) => env.model('sale.order').search_count(secrets),
    'name search': (env) => env.model('sale.order').name_search('HUSH'),
    'read group': async (env) => await env.model('sale.order').read_group(secrets, ['amount_total:sum'], ['user_id']),
    'dotted path': async (env) =>
      (await env.model('sale.order.line').search([['order_id.client_order_ref', '=', 'HUSH-HUSH']])).ids,
    'order of a line': async (env) =>
      (await env.model('sale.order.line').search([['order_id', '=', orders.bob]], 0, null, 'order_id')).ids,
    'list of a customer': async (env) =>
      (await env.model('res.partner').search([['sale_order_ids.client_order_ref', '=', 'HUSH-HUSH']])).ids,
  }
  for (const [way, look] of Object.entries(ways)) {
    it(`a salesperson finds nothing of another one by ${way}`, async () => {
      const found = await ann.read(look)
      assert.ok(found === 0 || (Array.isArray(found) && found.length === 0), JSON.stringify(found))
      const all = await withSystemEnv(tenant, 'test', {}, look)
      assert.ok(all !== 0 && !(Array.isArray(all) && all.length === 0), 'the same look without rules finds it')
    })
  }

  it('a salesperson sees her own orders and unassigned ones', async () => {
    assert.deepEqual(await ann.read(async (env) => (await env.model('sale.order').search([], 0, null, 'id')).ids), [
      orders.ann,
      orders.nobody,
    ])
  })

  it('a salesperson neither reads, writes, confirms nor gives away what is not hers', async () => {
    const refused: ((env: Env) => Promise<unknown>)[] = [
      (env) => env.model('sale.order', [orders.bob]).load('name'),
      (env) => env.model('sale.order', [orders.bob]).write({ user_id: ann.uid }),
      (env) => env.model('sale.order', [orders.ann]).write({ user_id: bob.uid }),
      (env) => env.model('sale.order').create({ partner_id: 1, user_id: bob.uid }),
      (env) =>
        (env.model('sale.order', [orders.bob]) as unknown as { action_confirm(): Promise<boolean> }).action_confirm(),
      (env) =>
        env.model('sale.order.line').create({ order_id: orders.bob, display_type: 'line_note', name: 'was here' }),
      (env) => env.model('sale.order', [orders.ann]).unlink(),
    ]
    for (const attempt of refused) await assert.rejects(ann.write(attempt), { name: 'AccessError' })
  })

  it('a user with all documents sees all orders, but only a manager deletes them', async () => {
    const all = await asUser(tenant, { groups: ['sales_team.group_sale_salesman_all_leads'] })
    const manager = await asUser(tenant, { groups: ['sales_team.group_sale_manager'] })
    assert.equal(await all.read((env) => env.model('sale.order').search_count([])), 4)
    const doomed = await all.write(async (env) => (await env.model('sale.order', [orders.bob]).copy()).id)
    await assert.rejects(
      all.write((env) => env.model('sale.order', [doomed]).unlink()),
      { code: 'ERR_ACCESS_UNLINK' },
    )
    assert.equal(await manager.write((env) => env.model('sale.order', [doomed]).unlink()), true)
  })

  it('a member of the company without sales rights sees no order at all', async () => {
    const member = await asUser(tenant)
    await assert.rejects(
      member.read((env) => env.model('sale.order').search([])),
      { code: 'ERR_ACCESS_READ' },
    )
    await assert.rejects(
      member.read((env) => env.model('res.partner').search([['sale_order_ids', '!=', false]])),
      { name: 'AccessError' },
    )
  })

  it('a customer reads what she was sent and changes nothing', async () => {
    assert.deepEqual(await portal.read(async (env) => (await env.model('sale.order').search([])).ids), [orders.portal])
    await assert.rejects(
      portal.write((env) => env.model('sale.order', [orders.portal]).write({ note: 'x' })),
      { code: 'ERR_ACCESS_WRITE' },
    )
  })
})
