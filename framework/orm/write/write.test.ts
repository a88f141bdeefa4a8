import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { actAs, asUser, type TestUser, testTenant } from '../../testing/index.ts'
import { sql } from '../../sql/index.ts'
import type { Tenant } from '../../access/index.ts'
import { withSystemEnv } from '../../access/index.ts'

let tenant: Tenant
let admin: TestUser
let sam: TestUser
let rita: TestUser
let product: number

before(async () => {
  tenant = await testTenant({ apps: ['sales'] })
  admin = actAs(tenant, 2)
  sam = await asUser(tenant, { login: 'sam', groups: ['base.group_user', 'sales_team.group_sale_salesman'] })
  product = await withSystemEnv(
    tenant,
    'test product',
    {},
    async (env) => (await env.model('product.product').create({ name: 'Thing', default_code: 'T1' })).id,
  )
  rita = await asUser(tenant, { login: 'rita', groups: ['base.group_user', 'sales_team.group_sale_salesman'] })
})

const newOrder = (user: TestUser, lines: readonly Record<string, unknown>[], values: Record<string, unknown> = {}) =>
  user.write(async (env) => {
    const partner = await env.model('res.partner').search([], 0, 1)
    const order = await env.model('sale.order').create({
      partner_id: partner.id,
      order_line: lines.map((line) => [0, 0, { name: 'Line', product_id: product, tax_ids: [], ...line }] as const),
      ...values,
    })
    return order.id
  })

test('totals follow from lines that are created, changed and removed through one command list', async () => {
  const id = await newOrder(sam, [
    { product_uom_qty: 3, price_unit: 12.5 },
    { product_uom_qty: 1, price_unit: 0.1 },
    { product_uom_qty: 1, price_unit: 0.2 },
  ])
  const total = () =>
    sam.read(async (env) => (await env.model('sale.order', [id]).load('amount_total', 'order_line'))[0])
  const before = await total()
  assert.equal(before?.amount_total, 37.8)
  const [first, second, third] = before.order_line
  await sam.write((env) =>
    env.model('sale.order', [id]).write({
      order_line: [
        [1, first as number, { product_uom_qty: 1 }],
        [2, second as number],
        [0, 0, { name: 'New', product_id: product, tax_ids: [], product_uom_qty: 2, price_unit: 1 }],
      ],
    }),
  )
  const after = await total()
  assert.equal(after?.amount_total, 14.7)
  assert.equal(after.order_line.length, 3)
  assert.ok(after.order_line.includes(third as number))
})

test('a line that moves to another order changes both totals', async () => {
  const from = await newOrder(sam, [
    { product_uom_qty: 1, price_unit: 10 },
    { product_uom_qty: 1, price_unit: 5 },
  ])
  const to = await newOrder(sam, [])
  await sam.write(async (env) => {
    const [order] = await env.model('sale.order', [from]).load('order_line')
    await env.model('sale.order.line', [order?.order_line[0] as number]).write({ order_id: to })
  })
  const totals = await sam.read((env) => env.model('sale.order', [from, to]).load('amount_total'))
  assert.deepEqual(
    totals.map((o) => o.amount_total),
    [5, 10],
  )
})

test('a failed change leaves nothing: neither the record nor its lines nor its number', async () => {
  const count = () => admin.read((env) => env.model('sale.order.line').search_count([]))
  const before = await count()
  await assert.rejects(
    newOrder(sam, [
      { product_uom_qty: 1, price_unit: 10 },
      { product_uom_qty: 'many', price_unit: 10 },
    ]),
    { code: 'ERR_VALUE' },
  )
  assert.equal(await count(), before)
})

test('a record that a write would take out of what its writer may change is refused, and stays', async () => {
  const id = await newOrder(sam, [])
  await assert.rejects(
    sam.write((env) => env.model('sale.order', [id]).write({ user_id: rita.uid })),
    { code: 'ERR_ACCESS_WRITE_RECORDS' },
  )
  await assert.rejects(
    sam.write((env) => env.model('sale.order').create({ partner_id: 1, user_id: rita.uid })),
    { code: 'ERR_ACCESS_CREATE_RECORDS' },
  )
  const [order] = await sam.read((env) => env.model('sale.order', [id]).load('user_id'))
  assert.equal(order?.user_id, sam.uid)
})

test('commands nested in a write are checked on their own model: a line of another salesperson stays untouched', async () => {
  const foreign = await newOrder(rita, [{ product_uom_qty: 1, price_unit: 100 }])
  const own = await newOrder(sam, [])
  const [line] = await rita.read(async (env) =>
    (await env.model('sale.order', [foreign]).load('order_line')).flatMap((o) => o.order_line),
  )
  for (const command of [
    [1, line as number, { price_unit: 1 }],
    [2, line as number],
    [4, line as number],
    [6, 0, [line as number]],
  ] as const) {
    await assert.rejects(
      sam.write((env) => env.model('sale.order', [own]).write({ order_line: [command as never] })),
      { status: 403 },
      JSON.stringify(command),
    )
  }
  const [order] = await rita.read((env) => env.model('sale.order', [foreign]).load('amount_total'))
  assert.equal(order?.amount_total, 100)
})

test('a foreign record and one that does not exist get the same answer on every operation', async () => {
  const foreign = await newOrder(rita, [])
  const attempt = async (id: number) => {
    const results: unknown[] = []
    for (const run of [
      () => sam.read(async (env) => (await env.model('sale.order', [id]).read(['name'])).parse()),
      () => sam.read((env) => env.model('sale.order', [id]).load('name')),
      () => sam.write((env) => env.model('sale.order', [id]).write({ client_order_ref: 'x' })),
      () => sam.write((env) => env.model('sale.order', [id]).copy()),
      () => sam.write((env) => env.model('sale.order', [id]).unlink()),
      () => sam.read((env) => env.model('sale.order', [id]).has_access('read')),
      () => sam.read(async (env) => (await env.model('sale.order', [id]).exists()).ids),
      () => sam.read((env) => env.model('sale.order', [id]).get_metadata()),
      () => sam.read((env) => env.model('sale.order', [id]).export_data(['name'])),
    ]) {
      results.push(
        await (run() as Promise<unknown>).catch((e: { code: string; message: string }) => [e.code, e.message]),
      )
    }
    return JSON.stringify(results)
  }
  assert.equal(await attempt(foreign), await attempt(999_999_999))
})

test('values in languages other than English keep the English text, and fall back to it', async () => {
  await withSystemEnv(tenant, 'French for the test', {}, async (env) => {
    const langs = await env
      .withContext({ active_test: false })
      .model('res.lang')
      .search([['code', '=', 'fr_FR']])
    await langs.write({ active: true })
  })
  const id = await admin.write(async (env) => (await env.model('res.partner.category').create({ name: 'Customer' })).id)
  await admin.write((env) => env.model('res.partner.category', [id]).write({ name: 'Client' }), { lang: 'fr_FR' })
  const name = (lang: string) =>
    admin.read(async (env) => (await env.model('res.partner.category', [id]).load('name'))[0]?.name, { lang })
  assert.deepEqual([await name('en_US'), await name('fr_FR')], ['Customer', 'Client'])
  await assert.rejects(name('xx_XX'), { code: 'ERR_LANG' })
})

test('stored computed values equal what a computation from nothing gives', async () => {
  for (let i = 0; i < 3; i++)
    await newOrder(sam, [
      { product_uom_qty: i + 0.5, price_unit: 19.99, discount: 7.5 },
      { product_uom_qty: 2, price_unit: 0.05 },
    ])
  const stored = () =>
    admin.read(
      async (env) =>
        (await env.model('sale.order').search_read([], ['amount_untaxed', 'amount_tax', 'amount_total'], 0, null, 'id'))
          .json,
    )
  const before = await stored()
  await withSystemEnv(tenant, 'recompute everything', {}, async (env) => {
    for (const model of ['sale.order.line', 'sale.order', 'res.partner']) {
      const ids = (await env.model(model).search([])).ids
      for (const field of env.registry.models.get(model)?.fields.values() ?? []) {
        if (field.column && field.computed && !field.options.editable)
          env.state.pending.set(`${model}.${field.name}`, new Set(ids))
      }
    }
    await env.model('sale.order').search_count([])
  })
  assert.equal(await stored(), before)
})

test('sixteen writers on the same records lose and double nothing', async () => {
  const [id] = await admin.write(
    async (env) => (await env.model('res.partner').create({ name: 'Counter', color: 0 })).ids,
  )
  let done = 0
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      await admin.write(async (env) => {
        const [partner] = await env.model('res.partner', [id as number]).load('color')
        await env.model('res.partner', [id as number]).write({ color: (partner?.color ?? 0) + 1 })
      })
      done++
    }),
  )
  const [row] = await tenant.pool.query<{ color: number }>(
    sql`SELECT color FROM res_partner WHERE id = ${id as number}`,
  )
  assert.equal(done, 16)
  assert.equal(row?.color, 16)
})

test('unknown and forbidden fields are refused by name, authorship is never the caller’s to say', async () => {
  await assert.rejects(
    admin.write((env) => env.model('res.partner').create({ name: 'x', nope: 1 } as never)),
    /nope/,
  )
  const id = await admin.write(
    async (env) => (await env.model('res.partner').create({ name: 'x', create_uid: 1, id: 7 } as never)).id,
  )
  assert.notEqual(id, 7)
  const [row] = await admin.read((env) => env.model('res.partner', [id]).load('create_uid'))
  assert.equal(row?.create_uid, 2)
})

test('a password leaves through no channel, not even to the administrator', async () => {
  const { hash } = (
    await tenant.pool.query<{ hash: string }>(
      sql`UPDATE res_users SET password = '$pbkdf2-sha512$1$CANARY' WHERE id = ${sam.uid} RETURNING password AS hash`,
    )
  )[0] as { hash: string }
  for (const run of [
    (env: Parameters<Parameters<TestUser['read']>[0]>[0]) => env.model('res.users', [sam.uid]).read(['password']),
    (env: Parameters<Parameters<TestUser['read']>[0]>[0]) => env.model('res.users', [sam.uid]).read(),
    (env: Parameters<Parameters<TestUser['read']>[0]>[0]) => env.model('res.users').search_read([['id', '=', sam.uid]]),
    (env: Parameters<Parameters<TestUser['read']>[0]>[0]) =>
      env.model('res.users').search([['password', '=like', '$pbkdf2%']]),
    (env: Parameters<Parameters<TestUser['read']>[0]>[0]) => env.model('res.users').search([], 0, null, 'password'),
    (env: Parameters<Parameters<TestUser['read']>[0]>[0]) => env.model('res.users').read_group([], [], ['password']),
    (env: Parameters<Parameters<TestUser['read']>[0]>[0]) =>
      env.model('res.users').formatted_read_group([], [], ['password:max']),
    (env: Parameters<Parameters<TestUser['read']>[0]>[0]) =>
      env.model('res.users', [sam.uid]).export_data(['password']),
    (env: Parameters<Parameters<TestUser['read']>[0]>[0]) =>
      env.model('res.users', [sam.uid]).web_read({ password: {} }),
    (env: Parameters<Parameters<TestUser['read']>[0]>[0]) =>
      env.model('res.partner').search([['user_ids.password', '!=', false]]),
  ]) {
    const answer = await admin
      .read(async (env) => JSON.stringify(await (run(env) as Promise<unknown>)))
      .catch((e: { message: string }) => e.message)
    assert.ok(!answer.includes('CANARY'), answer.slice(0, 200))
    assert.ok(!answer.includes(hash))
  }
})
