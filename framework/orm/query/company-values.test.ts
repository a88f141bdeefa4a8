import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { type Tenant, withSystemEnv } from '../../access/index.ts'
import { actAs, type TestUser, testTenant } from '../../testing/index.ts'

process.env.HOLDFAST_APPS = join(import.meta.dirname, '..', '..', 'testing', 'farm', 'apps')

let tenant: Tenant
let admin: TestUser
let second = 0
let [home, other] = [0, 0]
let animals: number[] = []

before(async () => {
  tenant = await testTenant({ apps: ['farm'] })
  admin = actAs(tenant, 2)
  await withSystemEnv(tenant, 'test.companies', {}, async (env) => {
    second = (await env.model('res.company').create({ name: 'Second' })).id
    await env.model('res.users', [2]).write({ company_ids: [[4, second]] })
    for (const model of ['farm.keeper', 'farm.animal'])
      for (const op of ['read', 'write', 'create', 'unlink'])
        await env.model('ir.model.access').create({
          name: `${model} ${op}`,
          model_id: (await env.model('ir.model').search([['model', '=', model]])).id,
          [`perm_${op}`]: true,
        })
  })
  ;[home, other] = await admin.write(async (env) => [
    (await env.model('farm.keeper').create({ name: 'Home' })).id,
    (await env.model('farm.keeper').create({ name: 'Other' })).id,
  ])
  animals = await admin.write(async (env) => [
    ...(
      await env
        .model('farm.animal')
        .create([
          { name: 'a', rate: 3, alias: 'x', home_id: home },
          { name: 'b', rate: 1, alias: 'y', home_id: other },
          { name: 'c' },
        ] as never)
    ).ids,
  ])
})

const inCompany = <T>(company: number, fn: Parameters<TestUser['write']>[0]) =>
  admin.write(fn, { allowed_company_ids: [company] }) as Promise<T>

const fields = ['rate', 'alias', 'home_id']

test('a value per company is read, written, searched, ordered and grouped by in the company that the context chooses', async () => {
  await inCompany(second, (env) =>
    env.model('farm.animal', [animals[2] ?? 0]).write({ rate: 9, alias: 'z', home_id: home }),
  )
  const read = (company: number) =>
    inCompany(company, async (env) => (await env.model('farm.animal', animals).read(fields)).parse())
  assert.deepEqual(await read(1), [
    { id: animals[0], rate: 3, alias: 'x', home_id: [home, 'Home'] },
    { id: animals[1], rate: 1, alias: 'y', home_id: [other, 'Other'] },
    { id: animals[2], rate: 0, alias: false, home_id: false },
  ])
  assert.deepEqual(await read(second), [
    { id: animals[0], rate: 0, alias: false, home_id: false },
    { id: animals[1], rate: 0, alias: false, home_id: false },
    { id: animals[2], rate: 9, alias: 'z', home_id: [home, 'Home'] },
  ])
  const search = (company: number, domain: unknown, order = 'id') =>
    inCompany<number[]>(company, async (env) => [
      ...(await env.model('farm.animal').search(domain as never, 0, null, order)).ids,
    ])
  const [a, b, c] = animals
  assert.deepEqual(await search(1, [['rate', '>', 0]], 'rate'), [b, a])
  assert.deepEqual(await search(second, [['rate', '>', 0]]), [c])
  assert.deepEqual(await search(1, [['home_id', '=', 'Home']]), [a])
  assert.deepEqual(await search(second, [['home_id.name', 'ilike', 'ho']]), [c])
  assert.deepEqual(await search(1, [['home_id', '=', false]]), [c])
  assert.deepEqual(await search(1, [['alias', '!=', 'x']], 'alias desc nulls last'), [b, c])
  const groups = (company: number) =>
    inCompany<{ home_id: unknown; __count: number }[]>(
      company,
      async (env) => env.model('farm.animal').formatted_read_group([], ['home_id'], ['__count', 'rate:sum']) as never,
    )
  assert.deepEqual(
    (await groups(second)).map((group) => [group.home_id, group.__count]),
    [
      [[home, 'Home'], 1],
      [false, 2],
    ],
  )
})

test('fields_get says that a value is per company, and a copy takes the values of the company it is made in', async () => {
  const described = await admin.read(async (env) =>
    env.model('farm.animal').fields_get(['rate', 'name'], ['company_dependent']),
  )
  assert.deepEqual(described, { rate: { company_dependent: true }, name: { company_dependent: false } })
  const copied = await inCompany<Record<string, unknown>[]>(1, async (env) => {
    const [copy] = (await env.model('farm.animal', [animals[0] ?? 0]).copy()).ids
    return (await env.model('farm.animal', [copy ?? 0]).read(fields)).parse()
  })
  assert.deepEqual(
    copied.map(({ id: _, ...row }) => row),
    [{ rate: 3, alias: 'x', home_id: [home, 'Home'] }],
  )
})
