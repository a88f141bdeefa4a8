import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { actAs, addressOf, testTenant } from '#framework/testing/index.ts'
import type { Told } from './writer.ts'

const processes = 4
const writers = 4
const rounds = 2

test('sixteen writers of four processes on the same records lose and double nothing of what they were told is done', async () => {
  const tenant = await testTenant({ apps: ['sales'] })
  const admin = actAs(tenant, 2)
  const shared = await admin.write(async (env) => {
    const partner = (await env.model('res.partner').create({ name: 'Counter', color: 0 })).id
    const product = (await env.model('product.product').create({ name: 'Thing', list_price: 10 })).id
    const order = (await env.model('sale.order').create({ partner_id: partner })).id
    return { partner, product, order }
  })
  const names = ['one', 'two', 'three', 'four', 'five']
  const given = JSON.stringify({ address: await addressOf(tenant.pool), writers, rounds, names, ...shared })
  const told = await Promise.all(Array.from({ length: processes }, () => writer(given)))
  const total = (of: (one: Told) => number) => told.reduce((sum, one) => sum + of(one), 0)
  assert.equal(
    total((one) => one.increments),
    processes * writers * rounds,
  )
  const [partner] = await admin.read((env) => env.model('res.partner', [shared.partner]).load('color'))
  assert.equal(
    partner?.color,
    total((one) => one.increments),
  )
  const [order] = await admin.read((env) =>
    env.model('sale.order', [shared.order]).load('order_line.price_subtotal', 'amount_untaxed'),
  )
  assert.equal(
    order?.order_line.length,
    total((one) => one.lines),
  )
  // The stored total is that of all lines: no writer summed up without those of the others.
  assert.equal(order?.amount_untaxed, 10 * (order?.order_line.length ?? 0))
  assert.deepEqual(told.flatMap((one) => one.names).toSorted(), names.toSorted(), 'each name went to one writer only')
})

function writer(given: string): Promise<Told> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'writer.ts')], {
    env: { ...process.env, HOLDFAST_WRITER: given },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 150_000,
  })
  let text = ''
  child.stdout.on('data', (chunk) => (text += String(chunk)))
  return new Promise((resolve, reject) =>
    child.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(text) as Told) : reject(new Error(`a writer ended with ${code}`)),
    ),
  )
}
