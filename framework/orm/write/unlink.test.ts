import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type Tenant, withSystemEnv } from '../../access/index.ts'
import { sql } from '../../sql/index.ts'
import { testTenant } from '../../testing/index.ts'

let tenant: Tenant
before(async () => {
  tenant = await testTenant({ apps: ['sales'] })
})

test('what goes with a deleted record takes its files and external ids along', async () => {
  await withSystemEnv(tenant, 'test.unlink', {}, async (env) => {
    const product = await env.model('product.product').create({ name: 'Thing' })
    const partner = await env.model('res.partner').create({ name: 'Buyer' })
    const order = await env
      .model('sale.order')
      .create({ partner_id: partner.id, order_line: [[0, 0, { name: 'Line', product_id: product.id }]] })
    const [row] = await order.load('order_line')
    const line = row?.order_line[0] ?? 0
    await env.db.query(
      sql`INSERT INTO ir_model_data (module, name, model, res_id) VALUES ('__import__', 'a_line', 'sale.order.line', ${line}::int4)`,
    )
    await env.model('ir.attachment').create({ name: 'a.txt', res_model: 'sale.order.line', res_id: line })
    await order.unlink()
    const left =
      await env.db.query(sql`SELECT name FROM ir_model_data WHERE model = 'sale.order.line' AND res_id = ${line}::int4
      UNION ALL SELECT name FROM ir_attachment WHERE res_model = 'sale.order.line' AND res_id = ${line}::int4
      UNION ALL SELECT name FROM sale_order_line WHERE id = ${line}::int4`)
    assert.deepEqual(left, [])
  })
})

test('a record that is made and deleted in one change is asked for no rights afterwards', async () => {
  await withSystemEnv(tenant, 'test.unlink', {}, async (env) => {
    const top = await env.model('res.partner').create({ name: 'Top' })
    const middle = await env.model('res.partner').create({ name: 'Middle', parent_id: top.id })
    await top.write({
      child_ids: [
        [0, 0, { name: 'New' }],
        [2, middle.id],
      ],
    })
    const names = (await env.model('res.partner').search([['parent_id', '=', top.id]])).length
    assert.equal(names, 1)
  })
})
