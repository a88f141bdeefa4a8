import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { actAs, asUser, type TestUser, twoTenants } from '../testing/index.ts'
import { type Tenant, withSystemEnv } from './index.ts'

interface Place {
  readonly tenant: Tenant
  readonly first: number
  readonly second: number
  /** Belongs to both companies, to the first one only. */
  readonly both: TestUser
  readonly one: TestUser
  /** A partner of the first company, of the second, of all. */
  readonly partners: readonly [number, number, number]
}

const places: Place[] = []

before(async () => {
  for (const tenant of await twoTenants({ apps: ['sales'] })) places.push(await furnish(tenant))
})

async function furnish(tenant: Tenant): Promise<Place> {
  const groups = ['sales_team.group_sale_manager', 'base.group_partner_manager']
  const [both, one] = [await asUser(tenant, { groups }), await asUser(tenant, { groups })]
  return withSystemEnv(tenant, 'test.companies', {}, async (env) => {
    const second = (await env.model('res.company').create({ name: 'Second' })).id
    await env.model('res.users', [both.uid]).write({ company_ids: [[6, 0, [1, second]]] })
    const partner = async (company: number | false) =>
      (await env.model('res.partner').create({ name: `Of ${company}`, ref: 'MC', company_id: company })).id
    const partners = [await partner(1), await partner(second), await partner(false)] as const
    return { tenant, first: 1, second, both, one, partners }
  })
}

const found = (user: TestUser, companies: unknown) =>
  user.read(async (env) => [...(await env.model('res.partner').search([['ref', '=', 'MC']], 0, null, 'id')).ids], {
    allowed_company_ids: companies,
  })

test('a caller sees the records of the companies that the context chooses, of all his own where it chooses none', async () => {
  for (const { both, one, first, second, partners } of places) {
    const [a, b, shared] = partners
    for (const nothing of [undefined, false, null, []]) assert.deepEqual(await found(both, nothing), [a, b, shared])
    assert.deepEqual(await found(both, [first]), [a, shared])
    assert.deepEqual(await found(both, [second]), [b, shared])
    assert.deepEqual(await found(both, [second, first]), [a, b, shared])
    assert.deepEqual(await found(one, undefined), [a, shared])
    assert.deepEqual(await found(one, [first]), [a, shared])
  }
})

test('a company that the user lacks, of this tenant or another one, is refused whatever is asked', async () => {
  for (const [i, { one, both, first, second }] of places.entries()) {
    const foreign = 800_000 + i
    for (const companies of [[second], [first, second], [foreign], [-1], [first, 0]])
      await assert.rejects(
        found(one, companies),
        { code: 'ERR_ACCESS_COMPANY', status: 403 },
        JSON.stringify(companies),
      )
    await assert.rejects(found(both, [foreign]), { code: 'ERR_ACCESS_COMPANY' })
    await assert.rejects(
      one.write((env) => env.model('res.partner').create({ name: 'x' }), { allowed_company_ids: [second] }),
      { code: 'ERR_ACCESS_COMPANY' },
    )
  }
})

test('the chosen companies hold for writing, and the first one is the company of what is made', async () => {
  for (const { both, first, second, partners } of places) {
    const [a, b, shared] = partners
    await assert.rejects(
      both.write((env) => env.model('res.partner', [b]).write({ city: 'x' }), { allowed_company_ids: [first] }),
      { name: 'AccessError' },
    )
    const company = await both.write(
      async (env) => {
        const order = await env.model('sale.order').create({ partner_id: shared })
        return (await order.load('company_id'))[0]?.company_id
      },
      { allowed_company_ids: [second, first] },
    )
    assert.equal(company, second)
    assert.ok(a)
  }
})

test('a company taken from a user is gone with the next request, in whatever plan was made before', async () => {
  for (const { tenant, both, second, partners } of places) {
    assert.deepEqual(await found(both, [second]), [partners[1], partners[2]])
    await actAs(tenant, 2).write((env) => env.model('res.users', [2]).write({ company_ids: [[4, second]] }))
    await actAs(tenant, 2).write((env) => env.model('res.users', [both.uid]).write({ company_ids: [[6, 0, [1]]] }))
    await assert.rejects(found(both, [second]), { code: 'ERR_ACCESS_COMPANY' })
    assert.deepEqual(await found(both, undefined), [partners[0], partners[2]])
    await actAs(tenant, 2).write((env) => env.model('res.users', [both.uid]).write({ company_ids: [[4, second]] }))
  }
})

test('a record does not point at one of another company, directly or through a list, neither when made nor when changed', async () => {
  for (const { both, second, partners } of places) {
    const [a, b, shared] = partners
    const order = (values: Readonly<Record<string, unknown>>) =>
      both.write(async (env) => (await env.model('sale.order').create(values as never)).id)
    const refused = { code: 'ERR_COMPANY_MISMATCH' }
    await assert.rejects(order({ partner_id: b, company_id: 1 }), refused)
    const fine = await order({ partner_id: a, company_id: 1 })
    await assert.rejects(
      both.write((env) => env.model('sale.order', [fine]).write({ partner_id: b })),
      refused,
    )
    await assert.rejects(
      both.write((env) => env.model('sale.order', [fine]).write({ company_id: second })),
      refused,
    )
    await both.write((env) =>
      env
        .model('sale.order', [fine])
        .write({ partner_id: shared, partner_invoice_id: shared, partner_shipping_id: shared }),
    )
    const own = await order({ partner_id: a, company_id: 1 })
    const tax = await both.write(async (env) => await withTax(env, second))
    await assert.rejects(
      both.write((env) =>
        env
          .model('sale.order', [own])
          .write({ order_line: [[0, 0, { name: 'x', product_uom_qty: 1, tax_ids: [[6, 0, [tax]]] }]] } as never),
      ),
      refused,
    )
  }
})

async function withTax(env: import('../orm/index.ts').Env, company: number): Promise<number> {
  return env.elevate(
    'test.tax',
    { models: ['account.tax', 'account.tax.group'], ops: ['read', 'create'] },
    async (kernel) => {
      const group = await kernel.model('account.tax.group' as string).create({ name: 'G', company_id: company })
      return (
        await kernel
          .model('account.tax' as string)
          .create({ name: 'T', amount: 21, company_id: company, tax_group_id: group.id })
      ).id
    },
  )
}
