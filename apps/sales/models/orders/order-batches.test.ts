import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Tenant } from '#framework/access/index.ts'
import type { Env } from '#framework'
import { actAs, asUser, testTenant, type TestUser } from '#framework/testing/index.ts'

type Confirmable = { action_confirm(): Promise<boolean> }

describe('orders in batches', () => {
  let tenant: Tenant
  let seller: TestUser
  let customers: readonly number[]
  let products: readonly number[]
  let pricelist: number
  before(async () => {
    tenant = await testTenant({ apps: ['sales'] })
    seller = await asUser(tenant, { groups: ['sales_team.group_sale_salesman'] })
    ;[customers, products, pricelist] = await actAs(tenant, 2).write(async (env) => {
      const partners = await env
        .model('res.partner')
        .create([
          { name: 'Plain' },
          { name: 'With books', child_ids: [[0, 0, { name: 'Books', type: 'invoice' }]] },
          { name: 'Group', is_company: true, child_ids: [[0, 0, { name: 'Hall', type: 'delivery' }]] },
        ])
      const branch = await env.model('res.partner').create({ name: 'Branch', parent_id: partners.ids[2] ?? 0 })
      const taxes = await env.model('account.tax').create([
        { name: '21%', amount: 21 },
        { name: '6%', amount: 6 },
      ])
      const made = await env.model('product.product').create(
        [0, 1, 2].map((n) => ({
          name: `Product ${n}`,
          list_price: 10 + n,
          taxes_id: [[6, 0, [taxes.ids[n % 2] ?? 0]]],
        })),
      )
      const list = await env.model('product.pricelist').create({
        name: 'Cheap',
        item_ids: [
          [0, 0, { applied_on: '0_product_variant', product_id: made.ids[1], compute_price: 'fixed', fixed_price: 1 }],
          [0, 0, { applied_on: '3_global', compute_price: 'percentage', percent_price: 50, min_quantity: 2 }],
        ],
      })
      return [[...partners.ids, ...branch.ids], made.ids, list.id]
    })
  })

  const orders = (count: number, lines: number) =>
    Array.from({ length: count }, (_, n) => ({
      partner_id: customers[n % customers.length] ?? 0,
      pricelist_id: n % 2 ? false : pricelist,
      order_line: Array.from({ length: lines }, (_, i) => [
        0,
        0,
        { product_id: products[(n + i) % products.length], product_uom_qty: 1 + (i % 3) },
      ]),
    }))

  // Statements that a call sends in its transaction.
  const statements = (fn: (env: Env) => Promise<unknown>) =>
    seller.write(async (env) => {
      const { tx } = env
      assert.ok(tx)
      const query = tx.query.bind(tx)
      let sent = 0
      tx.query = (...args) => {
        sent++
        return query(...args)
      }
      await fn(env)
      return sent
    })

  it('take as many statements for fifty orders of five lines as for one, made and confirmed', async () => {
    const counts: Record<string, number>[] = []
    // The first order makes the counter that numbers come from.
    await seller.write((env) => env.model('sale.order').create(orders(1, 0) as never))
    for (const [count, lines] of [
      [4, 2],
      [50, 5],
    ] as const) {
      let made: readonly number[] = []
      const create = await statements(async (env) => {
        made = (await env.model('sale.order').create(orders(count, lines) as never)).ids
      })
      const confirm = await statements((env) =>
        (env.model('sale.order', made) as unknown as Confirmable).action_confirm(),
      )
      counts.push({ create, confirm })
    }
    assert.deepEqual(counts[0], counts[1])
    const { create = 0, confirm = 0 } = counts[0] ?? {}
    assert.ok(create <= 32 && confirm <= 10, `create ${create}, confirm ${confirm}`)
  })

  it('come out as if each had been made alone', async () => {
    const list = orders(8, 3)
    const paths = [
      'partner_invoice_id',
      'partner_shipping_id',
      'user_id',
      'team_id',
      'validity_date',
      'require_signature',
      'amount_untaxed',
      'amount_tax',
      'amount_total',
      'order_line.name',
      'order_line.price_unit',
      'order_line.product_uom_id',
      'order_line.tax_ids',
      'order_line.price_total',
    ] as const
    const shown = (env: Env, ids: readonly number[]) =>
      env
        .model('sale.order', ids)
        .load(...paths)
        .then((rows) => rows.map(({ id, order_line, ...row }) => [row, order_line.map((line) => ({ ...line, id: 0 }))]))
    const [together, alone] = await seller.write(async (env) => {
      const batch = await env.model('sale.order').create(list as never)
      const single: number[] = []
      for (const values of list) single.push((await env.model('sale.order').create(values as never)).id)
      return [await shown(env, batch.ids), await shown(env, single)]
    })
    assert.deepEqual(together, alone)
    assert.notDeepEqual(together?.[0], together?.[1])
  })

  it('get numbers of their own, one after the other', async () => {
    const names = await seller.write(async (env) => {
      const made = await env.model('sale.order').create(orders(5, 1) as never)
      return (await made.load('name')).map((order) => Number(order.name.slice(1)))
    })
    assert.deepEqual(
      names,
      names.map((_, i) => (names[0] ?? 0) + i),
    )
  })

  it('take what the context says before what the customer says', async () => {
    const order = await seller.write(
      async (env) => {
        const made = await env.model('sale.order').create({ order_line: [[0, 0, { product_id: products[0] ?? 0 }]] })
        return (await made.load('partner_id', 'partner_invoice_id', 'partner_shipping_id', 'user_id'))[0]
      },
      { default_partner_id: customers[0], default_partner_invoice_id: customers[1], default_user_id: seller.uid },
    )
    assert.deepEqual(
      [order?.partner_id, order?.partner_invoice_id, order?.partner_shipping_id, order?.user_id],
      [customers[0], customers[1], customers[0], seller.uid],
    )
  })

  it('find the delivery address of the company behind a contact', async () => {
    const order = await seller.write(async (env) => {
      const made = await env.model('sale.order').create({ partner_id: customers[3] ?? 0 })
      return (await made.load('partner_invoice_id', 'partner_shipping_id.name'))[0]
    })
    assert.deepEqual([order?.partner_invoice_id, order?.partner_shipping_id?.name], [customers[3], 'Hall'])
  })
})
