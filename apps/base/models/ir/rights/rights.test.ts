import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { openTenant } from '#framework/modules/index.ts'
import { actAs, asUser, type TestUser, testTenant } from '#framework/testing/index.ts'

type Tenant = Awaited<ReturnType<typeof testTenant>>

describe('permissions and rules that administrators write', () => {
  let tenant: Tenant
  let admin: TestUser
  let employee: TestUser
  let groupUser: number
  let tagModel: number

  before(async () => {
    tenant = await testTenant({ apps: ['base'] })
    admin = actAs(tenant, 2)
    employee = await asUser(tenant)
    groupUser = await admin.read(
      async (env) => (await env.model('res.groups').search([['user_ids', 'in', [employee.uid]]], 0, 1)).id,
    )
    tagModel = await admin.read(
      async (env) => (await env.model('ir.model').search([['model', '=', 'res.partner.category']])).id,
    )
    await admin.write(async (env) =>
      env.model('res.partner.category').create([{ name: 'Open' }, { name: 'Secret one' }]),
    )
  })

  const tags = (user: TestUser) =>
    user.read(async (env) =>
      (await env.model('res.partner.category', (await env.model('res.partner.category').search([])).ids).load('name'))
        .map(({ name }) => name)
        .sort(),
    )
  const createRule = (values: Record<string, unknown>) =>
    admin.write(async (env) => (await env.model('ir.rule').create({ name: 'test', model_id: tagModel, ...values })).id)

  it('a rule of a group hides records from all its members, administrators too, from the next request on until it is deleted', async () => {
    const all = await tags(employee)
    assert.ok(all.includes('Secret one'))
    const rule = await createRule({ domain_force: "[('name', 'not like', 'Secret')]", groups: [[4, groupUser]] })
    assert.ok(!(await tags(employee)).includes('Secret one'))
    assert.ok(!(await tags(admin)).includes('Secret one'))
    await assert.rejects(
      admin.write((env) => env.model('res.partner.category').create({ name: 'Secret two' })),
      { name: 'AccessError' },
    )
    await admin.write((env) => env.model('ir.rule', [rule]).write({ active: false }))
    assert.deepEqual(await tags(employee), all)
    await admin.write((env) => env.model('ir.rule', [rule]).write({ active: true }))
    await admin.write((env) => env.model('ir.rule', [rule]).unlink())
    assert.deepEqual(await tags(employee), all)
  })

  it('a rule without groups binds everybody', async () => {
    const rule = await createRule({ domain_force: "[('name', '=', 'Open')]" })
    assert.deepEqual(await tags(employee), ['Open'])
    await admin.write((env) => env.model('ir.rule', [rule]).unlink())
  })

  for (const text of [
    "[('nope', '=', 1)]",
    "[('parent_id.nope', '=', 1)]",
    "[('id', '=', __import__('os'))]",
    "[('id', '='",
  ]) {
    it(`the domain ${text} is refused and leaves no rule behind`, async () => {
      const before = await tags(employee)
      await assert.rejects(createRule({ domain_force: text, groups: [[4, groupUser]] }), { name: 'ValidationError' })
      assert.deepEqual(await tags(employee), before)
    })
  }

  it('a permission counts from the next request on, and no longer once it is withdrawn', async () => {
    const model = await admin.read(
      async (env) => (await env.model('ir.model').search([['model', '=', 'ir.config_parameter']])).id,
    )
    const keys = () => employee.read((env) => env.model('ir.config_parameter').search_count([]))
    await assert.rejects(keys(), { name: 'AccessError' })
    const permission = await admin.write(
      async (env) =>
        (
          await env
            .model('ir.model.access')
            .create({ name: 'test', model_id: model, group_id: groupUser, perm_read: true })
        ).id,
    )
    assert.ok((await keys()) >= 0)
    await admin.write((env) => env.model('ir.model.access', [permission]).write({ perm_read: false }))
    await assert.rejects(keys(), { name: 'AccessError' })
  })

  it('an employee changes neither permissions nor rules, nor the table behind them', async () => {
    for (const model of ['ir.rule', 'ir.model.access'] as const) {
      await assert.rejects(
        employee.read((env) => env.model(model).search([])),
        { name: 'AccessError' },
      )
      await assert.rejects(
        employee.write((env) => env.model(model).create({ name: 'mine', model_id: tagModel, perm_read: true })),
        { name: 'AccessError' },
      )
    }
    assert.equal(tenant.registry.models.has('hf.access'), false)
  })

  it('a rule whose last group is deleted binds everybody instead of nobody', async () => {
    const group = await admin.write(async (env) => (await env.model('res.groups').create({ name: 'Short-lived' })).id)
    const rule = await createRule({ domain_force: "[('name', '=', 'Open')]", groups: [[6, 0, [group]]] })
    assert.ok((await tags(employee)).length > 1)
    await admin.write((env) => env.model('res.groups', [group]).unlink())
    assert.deepEqual(await tags(employee), ['Open'])
    await admin.write((env) => env.model('ir.rule', [rule]).unlink())
  })

  it('what one process changes holds in another one at its next request', async () => {
    const elsewhere = await openTenant({ name: 'elsewhere', pool: tenant.pool, files: { ...tenant.files } })
    const there = actAs(elsewhere, employee.uid)
    const before = await tags(there)
    const rule = await createRule({ domain_force: "[('name', '=', 'Open')]" })
    assert.deepEqual(await tags(there), ['Open'])
    await admin.write((env) => env.model('ir.rule', [rule]).unlink())
    assert.deepEqual(await tags(there), before)
    const partner = await admin.read(
      async (env) => (await env.model('ir.model').search([['model', '=', 'res.partner']])).id,
    )
    await admin.write(
      async (env) =>
        void (await env
          .model('ir.model.fields')
          .create({ model_id: partner, name: 'x_far', field_description: 'Far', ttype: 'char' })),
    )
    const [row] = await there.read(async (env) => (await env.model('res.partner', [1]).read(['x_far'])).parse())
    assert.deepEqual(row, { id: 1, x_far: false })
  })
})
