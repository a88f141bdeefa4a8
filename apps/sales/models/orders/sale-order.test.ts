import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Tenant } from '#framework/access/index.ts'
import type { Env } from '#framework'
import { actAs, asUser, testTenant, type TestUser } from '#framework/testing/index.ts'

type Steps = Record<
  'action_confirm' | 'action_cancel' | 'action_draft' | 'action_lock' | 'action_unlock' | 'action_quotation_sent',
  () => Promise<boolean>
>
const steps = (env: Env, id: number) => env.model('sale.order', [id]) as unknown as Steps

describe('orders', () => {
  let tenant: Tenant
  let admin: TestUser
  let customer: number
  let product: number
  before(async () => {
    tenant = await testTenant({ apps: ['sales'] })
    admin = actAs(tenant, 2)
    ;[customer, product] = await admin.write(async (env) => {
      const tax = await env.model('account.tax').create({ name: '21%', amount: 21 })
      const partner = await env
        .model('res.partner')
        .create({ name: 'Buyer', child_ids: [[0, 0, { name: 'Books', type: 'invoice' }]] })
      const chair = await env.model('product.product').create({
        name: 'Chair',
        default_code: 'CH',
        list_price: 19.99,
        description_sale: 'Beech',
        taxes_id: [[6, 0, [tax.id]]],
      })
      return [partner.id, chair.id]
    })
  })

  const make = (lines: readonly Record<string, unknown>[], more: Record<string, unknown> = {}) =>
    admin.write(
      async (env) =>
        (
          await env
            .model('sale.order')
            .create({ partner_id: customer, order_line: lines.map((line) => [0, 0, line] as const), ...more })
        ).id,
    )

  it('take a number, addresses, seller and prices from customer and products, and add up exactly', async () => {
    const id = await make([
      { product_id: product, product_uom_qty: 3 },
      { product_id: product, product_uom_qty: 1, price_unit: 5.5, name: 'Own text' },
      { display_type: 'line_section', name: 'A heading' },
    ])
    const [order] = await admin.read((env) =>
      env
        .model('sale.order', [id])
        .load(
          'name',
          'state',
          'partner_invoice_id.name',
          'partner_shipping_id',
          'user_id',
          'amount_untaxed',
          'amount_tax',
          'amount_total',
          'invoice_status',
          'validity_date',
          'order_line.name',
          'order_line.price_unit',
          'order_line.price_subtotal',
          'order_line.product_uom_qty',
        ),
    )
    assert.match(order?.name ?? '', /^S\d{5}$/)
    assert.deepEqual(
      [
        order?.state,
        order?.partner_invoice_id?.name,
        order?.partner_shipping_id,
        order?.user_id,
        order?.invoice_status,
      ],
      ['draft', 'Books', customer, 2, 'no'],
    )
    assert.deepEqual([order?.amount_untaxed, order?.amount_tax, order?.amount_total], [65.47, 13.75, 79.22])
    assert.ok((order?.validity_date ?? '') > new Date().toISOString().slice(0, 10))
    assert.deepEqual(
      order?.order_line.map((line) => [line.name, line.price_unit, line.product_uom_qty, line.price_subtotal]),
      [
        ['[CH] Chair\nBeech', 19.99, 3, 59.97],
        ['Own text', 5.5, 1, 5.5],
        ['A heading', 0, 0, 0],
      ],
    )
  })

  it('follow their lines when those change', async () => {
    const id = await make([{ product_id: product }])
    const totals = await admin.write(async (env) => {
      const order = env.model('sale.order', [id])
      const [line] = (await order.load('order_line'))[0]?.order_line ?? []
      await order.write({
        order_line: [
          [1, line ?? 0, { product_uom_qty: 2, discount: 50 }],
          [0, 0, { product_id: product, price_unit: 1 }],
        ],
      })
      return (await order.load('amount_untaxed', 'amount_tax'))[0]
    })
    assert.deepEqual([totals?.amount_untaxed, totals?.amount_tax], [20.99, 4.41])
  })

  it('are confirmed once, and what is confirmed is to be invoiced', async () => {
    const id = await make([{ product_id: product, product_uom_qty: 2 }])
    assert.equal(await admin.write((env) => steps(env, id).action_confirm()), true)
    const [order] = await admin.read((env) =>
      env
        .model('sale.order', [id])
        .load('state', 'locked', 'invoice_status', 'order_line.state', 'order_line.qty_to_invoice'),
    )
    assert.deepEqual(
      [
        order?.state,
        order?.locked,
        order?.invoice_status,
        order?.order_line[0]?.state,
        order?.order_line[0]?.qty_to_invoice,
      ],
      ['sale', false, 'to invoice', 'sale', 2],
    )
    await assert.rejects(
      admin.write((env) => steps(env, id).action_confirm()),
      { code: 'ERR_ORDER_STATE' },
    )
  })

  it('go from quotation to cancelled and back, and only as quotation or cancelled can be deleted', async () => {
    const id = await make([{ product_id: product }])
    await admin.write((env) => steps(env, id).action_quotation_sent())
    await assert.rejects(
      admin.write((env) => steps(env, id).action_quotation_sent()),
      { code: 'ERR_ORDER_STATE' },
    )
    await assert.rejects(
      admin.write((env) => env.model('sale.order', [id]).unlink()),
      { code: 'ERR_ORDER_DELETE' },
    )
    await admin.write((env) => steps(env, id).action_cancel())
    await admin.write((env) => steps(env, id).action_draft())
    await admin.write((env) => env.model('sale.order', [id]).unlink())
    assert.equal(await admin.read((env) => env.model('sale.order').search_count([['id', '=', id]])), 0)
    assert.equal(await admin.read((env) => env.model('sale.order.line').search_count([['order_id', '=', id]])), 0)
  })

  it('stay as agreed while they are locked, whichever way somebody tries', async () => {
    const id = await make([{ product_id: product }])
    await admin.write((env) => steps(env, id).action_confirm())
    await admin.write((env) => steps(env, id).action_lock())
    const [line = 0] =
      (await admin.read((env) => env.model('sale.order', [id]).load('order_line')))[0]?.order_line ?? []
    const attempts: ((env: Env) => Promise<unknown>)[] = [
      (env) => env.model('sale.order', [id]).write({ order_line: [[1, line, { price_unit: 0 }]] }),
      (env) => env.model('sale.order.line', [line]).write({ price_unit: 0 }),
      (env) => env.model('sale.order.line').create({ order_id: id, product_id: product }),
      (env) => env.model('sale.order.line', [line]).unlink(),
      (env) => steps(env, id).action_cancel(),
    ]
    for (const attempt of attempts) await assert.rejects(admin.write(attempt), { code: 'ERR_ORDER_LOCKED' })
    await admin.write((env) => steps(env, id).action_unlock())
    await assert.rejects(
      admin.write((env) => env.model('sale.order.line', [line]).unlink()),
      { code: 'ERR_LINE_DELETE' },
    )
  })

  it('are copied as new quotations with their lines and a number of their own', async () => {
    const id = await make([{ product_id: product, product_uom_qty: 4, price_unit: 7 }], { client_order_ref: 'PO 7' })
    await admin.write((env) => steps(env, id).action_confirm())
    const rows = await admin.write(async (env) => {
      const copied = await env.model('sale.order', [id]).copy()
      return env
        .model('sale.order', [id, ...copied.ids])
        .load(
          'name',
          'state',
          'client_order_ref',
          'amount_total',
          'order_line.name',
          'order_line.price_unit',
          'order_line.qty_to_invoice',
        )
    })
    assert.notEqual(rows[0]?.name, rows[1]?.name)
    assert.deepEqual(
      [rows[1]?.state, rows[1]?.client_order_ref, rows[1]?.amount_total],
      ['draft', null, rows[0]?.amount_total],
    )
    assert.deepEqual(
      rows[1]?.order_line.map((line) => [line.name, line.price_unit, line.qty_to_invoice]),
      [['[CH] Chair\nBeech', 7, 0]],
    )
  })

  it('need a customer, and their lines a product', async () => {
    await assert.rejects(
      admin.write((env) => env.model('sale.order').create({})),
      { code: 'ERR_REQUIRED' },
    )
    await assert.rejects(make([{ name: 'Nothing', product_uom_qty: 1 }]), { code: 'ERR_LINE_PRODUCT' })
    await assert.rejects(make([{ display_type: 'line_note', name: 'Note', product_uom_qty: 2 }]), {
      code: 'ERR_LINE_HEADING',
    })
  })

  it('use the price list of the order', async () => {
    const amount = await admin.write(async (env) => {
      const list = await env.model('product.pricelist').create({
        name: 'Half',
        item_ids: [[0, 0, { applied_on: '3_global', compute_price: 'percentage', percent_price: 50 }]],
      })
      const order = await env.model('sale.order').create({
        partner_id: customer,
        pricelist_id: list.id,
        order_line: [[0, 0, { product_id: product, product_uom_qty: 2 }]],
      })
      return (await order.load('amount_untaxed'))[0]?.amount_untaxed
    })
    assert.equal(amount, 20)
  })

  it('can be made and confirmed by a salesperson without any right on sequences', async () => {
    const seller = await asUser(tenant, { groups: ['sales_team.group_sale_salesman'] })
    const state = await seller.write(async (env) => {
      const order = await env
        .model('sale.order')
        .create({ partner_id: customer, order_line: [[0, 0, { product_id: product }]] })
      await steps(env, order.id).action_confirm()
      return (await order.load('state', 'user_id'))[0]
    })
    assert.deepEqual([state?.state, state?.user_id], ['sale', seller.uid])
  })
})
