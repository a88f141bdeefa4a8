import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { actAs, asUser, type TestUser, type testTenant, twoTenants } from '#framework/testing/index.ts'

type Tenant = Awaited<ReturnType<typeof testTenant>>

describe('models that administrators make', () => {
  let tenant: Tenant
  let other: Tenant
  let admin: TestUser
  let model: number

  before(async () => {
    ;[tenant, other] = await twoTenants({ apps: ['base'] })
    admin = actAs(tenant, 2)
  })

  const field = (name: string, ttype: string, rest: Record<string, unknown> = {}) => [
    0,
    0,
    { name, field_description: name, ttype, ...rest },
  ]
  const rows = async (
    env: Parameters<Parameters<TestUser['read']>[0]>[0],
    ids: readonly number[],
    names: readonly string[],
  ) => (await env.model('x_thing', ids).read(names)).parse()

  it('have a table and all kinds of fields at once', async () => {
    model = await admin.write(
      async (env) =>
        (
          await env.model('ir.model').create({
            name: 'Thing',
            model: 'x_thing',
            field_id: [
              field('x_name', 'char', { required: true }),
              field('x_int', 'integer'),
              field('x_float', 'float'),
              field('x_bool', 'boolean'),
              field('x_date', 'date'),
              field('x_dt', 'datetime'),
              field('x_text', 'text'),
              field('x_html', 'html'),
              field('x_bin', 'binary'),
              field('x_tr', 'char', { translate: 'standard' }),
              field('x_sel', 'selection', {
                selection_ids: [
                  [0, 0, { value: 'a', name: 'Aa', sequence: 1 }],
                  [0, 0, { value: 'b', name: 'Bb', sequence: 2 }],
                ],
              }),
              field('x_partner_id', 'many2one', { relation: 'res.partner', on_delete: 'set null' }),
              field('x_tag_ids', 'many2many', { relation: 'res.partner.category' }),
              field('x_currency_id', 'many2one', { relation: 'res.currency' }),
              field('x_ref', 'reference', { selection_ids: [[0, 0, { value: 'res.partner', name: 'Partner' }]] }),
            ],
          } as never)
        ).id,
    )
    await admin.write(
      async (env) =>
        void (await env.model('ir.model.fields').create({
          model_id: model,
          name: 'x_money',
          field_description: 'Money',
          ttype: 'monetary',
          currency_field: 'x_currency_id',
        })),
    )
    await admin.write(
      async (env) =>
        void (await env.model('ir.model.fields').create({
          model_id: model,
          name: 'x_parent_id',
          field_description: 'Parent',
          ttype: 'many2one',
          relation: 'x_thing',
        })),
    )
    await admin.write(
      async (env) =>
        void (await env.model('ir.model.fields').create({
          model_id: model,
          name: 'x_child_ids',
          field_description: 'Children',
          ttype: 'one2many',
          relation: 'x_thing',
          relation_field: 'x_parent_id',
        })),
    )
    const info = tenant.registry.models.get('x_thing')
    assert.equal(info?.fields.get('x_child_ids')?.kind, 'one2many')
    assert.deepEqual(info?.fields.get('x_sel')?.selection, [
      ['a', 'Aa'],
      ['b', 'Bb'],
    ])
  })

  it('are reachable for nobody until a permission says so', async () => {
    await assert.rejects(
      admin.read((env) => env.model('x_thing').search([])),
      { name: 'AccessError' },
    )
    const system = await admin.read(async (env) =>
      (
        await env.model('ir.model.data').search([
          ['module', '=', 'base'],
          ['name', '=', 'group_system'],
        ])
      ).load('res_id'),
    )
    await admin.write(
      async (env) =>
        void (await env.model('ir.model.access').create({
          name: 'things',
          model_id: model,
          group_id: system[0]?.res_id ?? 0,
          perm_read: true,
          perm_write: true,
          perm_create: true,
          perm_unlink: true,
        })),
    )
    assert.equal(await admin.read((env) => env.model('x_thing').search_count([])), 0)
    const employee = await asUser(tenant)
    await assert.rejects(
      employee.read((env) => env.model('x_thing').search([])),
      { name: 'AccessError' },
    )
  })

  it('keep what is written into them', async () => {
    const [parent, child] = await admin.write(async (env) => {
      const usd = (await env.model('res.currency').search([['name', '=', 'USD']])).id
      const first = (
        await env.model('x_thing').create({
          x_name: 'T1',
          x_int: 42,
          x_float: 1.5,
          x_bool: true,
          x_date: '2024-02-29',
          x_sel: 'b',
          x_currency_id: usd,
          x_money: 12.345,
          x_ref: 'res.partner,1',
          x_tr: 'Hello',
        })
      ).id
      return [first, (await env.model('x_thing').create({ x_name: 'T2', x_parent_id: first })).id]
    })
    const [row] = await admin.read((env) =>
      rows(env, [parent], ['x_int', 'x_bool', 'x_sel', 'x_money', 'x_ref', 'x_tr', 'x_child_ids', 'display_name']),
    )
    assert.deepEqual(row, {
      id: parent,
      x_int: 42,
      x_bool: true,
      x_sel: 'b',
      x_money: 12.35,
      x_ref: 'res.partner,1',
      x_tr: 'Hello',
      x_child_ids: [child],
      display_name: 'T1',
    })
  })

  it('exist in their own tenant only', () => {
    assert.equal(other.registry.models.has('x_thing'), false)
    assert.notEqual(other.registry, tenant.registry)
  })

  it('also add fields to a model of an application', async () => {
    const partner = await admin.read(
      async (env) => (await env.model('ir.model').search([['model', '=', 'res.partner']])).id,
    )
    const id = await admin.write(
      async (env) =>
        (
          await env
            .model('ir.model.fields')
            .create({ model_id: partner, name: 'x_shoe_size', field_description: 'Shoe size', ttype: 'integer' })
        ).id,
    )
    await admin.write((env) => env.model('res.partner', [1]).write({ x_shoe_size: 43 } as never))
    assert.deepEqual(
      await admin.read(async (env) => (await env.model('res.partner', [1]).read(['x_shoe_size'])).parse()),
      [{ id: 1, x_shoe_size: 43 }],
    )
    await admin.write((env) => env.model('ir.model.fields', [id]).unlink())
    assert.equal(tenant.registry.models.get('res.partner')?.fields.has('x_shoe_size'), false)
  })

  const refusedFields: Readonly<Record<string, Record<string, unknown>>> = {
    'a name without x_': { name: 'bad', ttype: 'char' },
    'a name that is SQL': { name: 'x_a"; DROP TABLE res_users; --', ttype: 'char' },
    'a type that does not exist': { name: 'x_a', ttype: 'function' },
    'program code': { name: 'x_a', ttype: 'char', compute: 'self.env' },
    'a relation to nothing': { name: 'x_a', ttype: 'many2one', relation: 'no.model' },
    'no relation': { name: 'x_a', ttype: 'many2many' },
    'an inverse that does not exist': {
      name: 'x_a',
      ttype: 'one2many',
      relation: 'res.partner',
      relation_field: 'nope',
    },
    'a path to a secret': { name: 'x_a', ttype: 'char', related: 'create_uid.password' },
    'a currency field that does not exist': { name: 'x_a', ttype: 'monetary', currency_field: 'x_nope' },
    'a path that does not exist': { name: 'x_a', ttype: 'char', related: 'x_partner_id.nope' },
  }
  for (const [what, values] of Object.entries(refusedFields)) {
    it(`refuse a field with ${what} and stay as they are`, async () => {
      const key = tenant.registry.key
      await assert.rejects(
        admin.write((env) =>
          env.model('ir.model.fields').create({ model_id: model, field_description: 'A', ...values } as never),
        ),
        (error: Error) => /^(ValidationError|UserError|InvalidRequestError)$/.test(error.name),
      )
      assert.equal(tenant.registry.key, key)
      assert.equal(await admin.read((env) => env.model('x_thing').search_count([])), 2)
    })
  }

  it('never take the name of another table for their links', async () => {
    await admin.write(
      async (env) =>
        void (await env.model('ir.model.fields').create({
          model_id: model,
          name: 'x_evil_ids',
          field_description: 'E',
          ttype: 'many2many',
          relation: 'res.groups',
          relation_table: 'res_groups_users_rel',
          column1: 'uid',
          column2: 'gid',
        } as never)),
    )
    assert.match(
      tenant.registry.models.get('x_thing')?.fields.get('x_evil_ids')?.link?.table ?? '',
      /^x_link_[0-9a-f]{12}$/,
    )
  })

  it('have names that begin with x_, and those of applications can neither be changed nor removed', async () => {
    await assert.rejects(
      admin.write((env) => env.model('ir.model').create({ name: 'Bad', model: 'bad.model' })),
      { name: 'ValidationError', message: /must start with 'x_'/ },
    )
    const partner = await admin.read(
      async (env) => (await env.model('ir.model').search([['model', '=', 'res.partner']])).id,
    )
    await assert.rejects(
      admin.write((env) => env.model('ir.model', [partner]).unlink()),
      { name: 'UserError' },
    )
    const login = await admin.read(
      async (env) =>
        (
          await env.model('ir.model.fields').search([
            ['model', '=', 'res.users'],
            ['name', '=', 'password'],
          ])
        ).id,
    )
    await assert.rejects(
      admin.write((env) => env.model('ir.model.fields', [login]).write({ readonly: false })),
      { name: 'UserError' },
    )
    await assert.rejects(
      admin.write((env) => env.model('ir.model.fields', [login]).unlink()),
      { name: 'UserError' },
    )
  })

  it('are made by administrators only', async () => {
    const employee = await asUser(tenant)
    await assert.rejects(
      employee.write((env) => env.model('ir.model').create({ name: 'Mine', model: 'x_mine' })),
      { name: 'AccessError' },
    )
    await assert.rejects(
      employee.write((env) =>
        env.model('ir.model.fields').create({ model_id: model, name: 'x_mine', field_description: 'M', ttype: 'char' }),
      ),
      { name: 'AccessError' },
    )
    assert.equal(tenant.registry.models.has('x_mine'), false)
  })

  it('go with their table, rights and records', async () => {
    await admin.write((env) => env.model('ir.model', [model]).unlink())
    assert.equal(tenant.registry.models.has('x_thing'), false)
  })
})
