import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { nextByCode, numbersByCode } from '#framework'
import { actAs, asUser, type TestUser, testTenant } from '#framework/testing/index.ts'

type Tenant = Awaited<ReturnType<typeof testTenant>>
/** Methods that behaviours add, as RPC calls them. */
type Callable = Record<string, (...args: unknown[]) => Promise<unknown>>

describe('system records', () => {
  let tenant: Tenant
  let admin: TestUser
  let employee: TestUser

  before(async () => {
    tenant = await testTenant({ apps: ['base'] })
    admin = actAs(tenant, 2)
    employee = await asUser(tenant)
  })

  const call = (user: TestUser, model: string, ids: readonly number[], method: string, ...args: unknown[]) =>
    user.write((env) => (env.model(model, ids) as unknown as Callable)[method]!(...args))

  it('parameters are set and read by administrators only', async () => {
    assert.equal(await call(admin, 'ir.config_parameter', [], 'set_param', 'gt.key', 'gt value'), false)
    assert.equal(await call(admin, 'ir.config_parameter', [], 'get_param', 'gt.key', false), 'gt value')
    await assert.rejects(call(employee, 'ir.config_parameter', [], 'get_param', 'gt.key', false), {
      name: 'AccessError',
    })
    await assert.rejects(call(employee, 'ir.config_parameter', [], 'set_param', 'gt.key', 'x'), { name: 'AccessError' })
    assert.equal(await call(admin, 'ir.config_parameter', [], 'set_param', 'gt.key', false), 'gt value')
    assert.equal(await call(admin, 'ir.config_parameter', [], 'get_param', 'gt.key', false), false)
  })

  it('a sequence gives one number after the other, padded, with its prefix', async () => {
    await admin.write(
      async (env) =>
        void (await env.model('ir.sequence').create({
          name: 'Test',
          code: 'test.seq',
          prefix: 'T/%(year)s/',
          padding: 4,
          number_next: 7,
          number_increment: 2,
        })),
    )
    const year = new Date().getUTCFullYear()
    assert.equal(await employee.write((env) => nextByCode(env, 'test.seq')), `T/${year}/0007`)
    assert.equal(await call(employee, 'ir.sequence', [], 'next_by_code', 'test.seq'), `T/${year}/0009`)
    assert.equal(await call(employee, 'ir.sequence', [], 'next_by_code', 'no.such.sequence'), false)
  })

  it('a sequence goes on where an administrator sets it', async () => {
    const id = await admin.write(
      async (env) => (await env.model('ir.sequence').create({ name: 'Set', code: 'test.set' })).id,
    )
    assert.equal(await admin.write((env) => nextByCode(env, 'test.set')), '1')
    await admin.write((env) => env.model('ir.sequence', [id]).write({ number_next: 100 }))
    assert.deepEqual(
      await admin.read(async (env) => (await env.model('ir.sequence', [id]).read(['number_next_actual'])).parse()),
      [{ id, number_next_actual: 100 }],
    )
    assert.equal(await admin.write((env) => nextByCode(env, 'test.set')), '100')
  })

  it('concurrent transactions get different numbers, and a gapless sequence loses none', async () => {
    await admin.write(
      async (env) =>
        void (await env.model('ir.sequence').create([
          { name: 'A', code: 'test.quick' },
          { name: 'B', code: 'test.gapless', implementation: 'no_gap' },
        ])),
    )
    for (const code of ['test.quick', 'test.gapless']) {
      const numbers = await Promise.all([1, 2, 3].map(() => admin.write((env) => nextByCode(env, code))))
      assert.deepEqual([...new Set(numbers)].sort(), ['1', '2', '3'])
    }
    await assert.rejects(
      admin.write(async (env) => {
        await nextByCode(env, 'test.gapless')
        throw new Error('rolled back')
      }),
    )
    assert.equal(await admin.write((env) => nextByCode(env, 'test.gapless')), '4')
    for (const [code, numbers] of [
      ['test.quick', ['4', '5', '6']],
      ['test.gapless', ['5', '6', '7']],
    ] as const)
      assert.deepEqual(await admin.write((env) => numbersByCode(env, code, 3)), numbers)
  })

  it('external ids lead to their records for those who may read them', async () => {
    assert.deepEqual(
      await call(employee, 'ir.model.data', [], 'check_object_reference', 'base', 'main_company', false),
      ['res.company', 1],
    )
    assert.deepEqual(
      await call(employee, 'ir.model.data', [], 'xmlid_to_res_model_res_id', 'base.main_company', true),
      ['res.company', 1],
    )
    assert.deepEqual(await call(employee, 'ir.model.data', [], 'xmlid_to_res_model_res_id', 'base.nothing', false), [
      false,
      false,
    ])
    await assert.rejects(call(employee, 'ir.model.data', [], 'check_object_reference', 'base', 'nothing', false), {
      name: 'InvalidRequestError',
    })
  })

  it('an administrator installs an application from its record, an employee does not', async () => {
    const products = await admin.read(
      async (env) => (await env.model('ir.module.module').search([['name', '=', 'products']])).id,
    )
    await assert.rejects(call(employee, 'ir.module.module', [products], 'button_immediate_install'), {
      name: 'AccessError',
    })
    assert.equal(tenant.registry.models.has('product.product'), false)
    await call(admin, 'ir.module.module', [products], 'button_immediate_install')
    assert.ok(tenant.registry.models.has('product.product'))
    assert.equal(
      await admin.read((env) =>
        env.model('ir.module.module').search_count([
          ['name', '=', 'products'],
          ['state', '=', 'installed'],
        ]),
      ),
      1,
    )
    assert.ok((await admin.read((env) => env.model('product.product').search_count([]))) >= 0)
  })
})
