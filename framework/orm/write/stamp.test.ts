import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Tenant } from '../../access/index.ts'
import { sql } from '../../sql/index.ts'
import { actAs, type TestUser, testTenant } from '../../testing/index.ts'

let tenant: Tenant
let admin: TestUser

before(async () => {
  tenant = await testTenant({ apps: ['sales'] })
  admin = actAs(tenant, 2)
})

const partner = (values: Readonly<Record<string, unknown>> = {}) =>
  admin.write(async (env) => (await env.model('res.partner').create({ name: 'Sync', ref: 'SYNC', ...values })).id)
const write = (id: number, values: Readonly<Record<string, unknown>>) =>
  admin.write((env) => env.model('res.partner', [id]).write(values))
async function stamp(table: 'res_partner' | 'sale_order', id: number): Promise<string> {
  const name = table === 'res_partner' ? sql`res_partner` : sql`sale_order`
  const [row] = await tenant.pool.query<{ at: string }>(
    sql`SELECT write_date::text AS at FROM ${name} WHERE id = ${id}::int4`,
  )
  return row?.at ?? ''
}

test('write_date of a record grows with each change, within one millisecond and one transaction, and when the clock goes back', async () => {
  const id = await partner()
  const seen = [await stamp('res_partner', id)]
  for (let i = 0; i < 5; i++) {
    await write(id, { city: `${i}` })
    seen.push(await stamp('res_partner', id))
  }
  await admin.write(async (env) => {
    for (let i = 0; i < 3; i++) await env.model('res.partner', [id]).write({ city: `again ${i}` })
  })
  seen.push(await stamp('res_partner', id))
  await tenant.pool.query(
    sql`UPDATE res_partner SET write_date = now() AT TIME ZONE 'UTC' + INTERVAL '1 hour' WHERE id = ${id}::int4`,
  )
  seen.push(await stamp('res_partner', id))
  await write(id, { city: 'after the clock went back' })
  seen.push(await stamp('res_partner', id))
  assert.deepEqual(seen, [...new Set(seen)].toSorted(), 'each is later than the one before')
})

test('write_date of an order grows when its total does, though only a line was written', async () => {
  const customer = await partner()
  const product = await admin.write(
    async (env) => (await env.model('product.product' as string).create({ name: 'Thing', list_price: 5 })).id,
  )
  const [order, line] = await admin.write(async (env) => {
    const made = await env.model('sale.order').create({
      partner_id: customer,
      order_line: [[0, 0, { product_id: product, product_uom_qty: 1, price_unit: 5 }]],
    } as never)
    const [row] = await made.load('order_line')
    return [made.id, row?.order_line[0] ?? 0] as const
  })
  const before = await stamp('sale_order', order)
  await admin.write((env) => env.model('sale.order.line', [line]).write({ price_unit: 7 }))
  assert.ok((await stamp('sale_order', order)) > before)
})

test('a program that asks with an overlap as long as the longest request misses nothing that was committed', async () => {
  const [slow, quick] = [await partner({ ref: 'LAG' }), await partner({ ref: 'LAG' })]
  const changedSince = (moment: string) =>
    admin.read(async (env) => [
      ...(
        await env.model('res.partner').search(
          [
            ['ref', '=', 'LAG'],
            ['write_date', '>=', moment],
          ],
          0,
          null,
          'id',
        )
      ).ids,
    ])
  const start = new Date(Date.now() + 1100)
  await new Promise((resolve) => setTimeout(resolve, 1100))
  let release = () => {}
  const waiting = new Promise<void>((resolve) => {
    release = resolve
  })
  const slowWrite = admin.write(async (env) => {
    await env.model('res.partner', [slow]).write({ city: 'slow' })
    await waiting
  })
  await new Promise((resolve) => setTimeout(resolve, 1100))
  await write(quick, { city: 'quick' })
  const seen = (await stamp('res_partner', quick)).slice(0, 19)
  const asText = (date: Date) => date.toISOString().slice(0, 19).replace('T', ' ')
  assert.deepEqual(await changedSince(asText(start)), [quick], 'what is not committed is not there')
  release()
  await slowWrite
  assert.deepEqual(await changedSince(seen), [quick], 'from the newest stamp on, the slower one is behind')
  assert.deepEqual(await changedSince(asText(start)), [slow, quick], 'with the overlap it is found')
})

test('a moment with seconds finds the records of that second: as equal, as not later, and as at or after', async () => {
  const id = await partner({ ref: 'SECOND' })
  const [shown] = await admin.read(async (env) => (await env.model('res.partner', [id]).read(['write_date'])).parse())
  const ask = (operator: string) =>
    admin.read((env) =>
      env.model('res.partner').search_count([
        ['id', '=', id],
        ['write_date', operator, shown?.write_date],
      ]),
    )
  for (const operator of ['=', '<=', '>=']) assert.equal(await ask(operator), 1, operator)
  for (const operator of ['<', '!=']) assert.equal(await ask(operator), 0, operator)
})
