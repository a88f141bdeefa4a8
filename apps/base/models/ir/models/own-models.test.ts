import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { actAs, asUser, type TestUser, type testTenant, twoTenants } from '#framework/testing/index.ts'

type Tenant = Awaited<ReturnType<typeof testTenant>>
type Values = Readonly<Record<string, unknown>>

describe('what administrators made can be changed and removed', () => {
  let tenant: Tenant
  let other: Tenant
  let admin: TestUser
  let thing: number

  const make = (model: string, values: Values | readonly Values[]): Promise<number> =>
    admin.write(async (env) => (await env.model(model).create(values as never)).ids[0] ?? 0)
  const write = (model: string, id: number, values: Values): Promise<boolean> =>
    admin.write((env) => env.model(model, [id]).write(values as never))
  const remove = (model: string, ...ids: number[]): Promise<boolean> =>
    admin.write((env) => env.model(model, ids).unlink())
  const makeModel = async (name: string): Promise<number> => {
    const id = await make('ir.model', { name, model: name })
    await make('ir.model.access', {
      name,
      model_id: id,
      group_id: await groupId(),
      perm_read: true,
      perm_write: true,
      perm_create: true,
      perm_unlink: true,
    })
    return id
  }
  const groupId = async (): Promise<number> =>
    admin.read(async (env) => {
      const [row] = (
        await env.model('ir.model.data').search_read(
          [
            ['module', '=', 'base'],
            ['name', '=', 'group_system'],
          ],
          ['res_id'],
        )
      ).parse()
      return Number(row?.res_id)
    })
  const field = (name: string, ttype: string, rest: Values = {}, model = thing): Promise<number> =>
    make('ir.model.fields', { model_id: model, name, field_description: name, ttype, ...rest })
  const rows = (names: readonly string[], model = 'x_thing') =>
    admin.read(async (env) => (await env.model(model).search_read([], names, 0, null, 'id')).parse())
  const indexes = async (table: string): Promise<string[]> => {
    const { sql } = await import('#framework/sql/index.ts')
    const found = await tenant.pool.query<{ name: string }>(
      sql`SELECT indexname AS name FROM pg_indexes WHERE tablename = ${table}`,
    )
    return found.map(({ name }) => name)
  }

  before(async () => {
    ;[tenant, other] = await twoTenants({ apps: ['base'] })
    admin = actAs(tenant, 2)
    thing = await makeModel('x_thing')
  })

  it('a field gets another name and keeps its values, its links and the permissions that name it', async () => {
    const [size, tags] = [
      await field('x_size', 'integer', { index: true }),
      await field('x_tag_ids', 'many2many', { relation: 'res.partner.category' }),
    ]
    const tag = await make('res.partner.category', { name: 'Tag' })
    const id = await make('x_thing', { x_name: 'One', x_size: 5, x_tag_ids: [[6, 0, [tag]]] })
    await write('ir.model.fields', size, { name: 'x_extent' })
    await write('ir.model.fields', tags, { name: 'x_label_ids' })
    assert.deepEqual(await rows(['x_extent', 'x_label_ids']), [{ id, x_extent: 5, x_label_ids: [tag] }])
    assert.deepEqual(
      (await indexes('x_thing')).filter((name) => name.includes('size') || name.includes('extent')),
      ['x_thing_x_extent_index'],
    )
    for (const name of ['extent', 'x_E', 'x_a"; DROP TABLE x_thing; --', 'x_name', `x_${'a'.repeat(70)}`])
      await assert.rejects(write('ir.model.fields', size, { name }), { code: 'ERR_FIELD_NAME' }, name)
    await write('ir.model.fields', size, { index: false })
    assert.equal((await indexes('x_thing')).includes('x_thing_x_extent_index'), false)
  })

  it('a field that another one needs can neither be removed nor renamed, and both can go together', async () => {
    const parent = await field('x_parent_id', 'many2one', { relation: 'x_thing' })
    const children = await field('x_child_ids', 'one2many', { relation: 'x_thing', relation_field: 'x_parent_id' })
    const shown = await field('x_parent_size', 'integer', { related: 'x_parent_id.x_extent' })
    await assert.rejects(remove('ir.model.fields', parent), { code: 'ERR_FIELD_USED' })
    await assert.rejects(write('ir.model.fields', parent, { name: 'x_up_id' }), { code: 'ERR_FIELD_USED' })
    assert.ok(tenant.registry.models.get('x_thing')?.fields.has('x_child_ids'))
    await remove('ir.model.fields', parent, children, shown)
    assert.equal(tenant.registry.models.get('x_thing')?.fields.has('x_parent_id'), false)
  })

  it('a field that a rule speaks of cannot be removed: the rule would be passed over', async () => {
    const secret = await field('x_secret', 'boolean')
    const rule = await make('ir.rule', {
      name: 'No secrets',
      model_id: thing,
      domain_force: "[('x_secret', '=', False)]",
      perm_read: true,
    })
    await assert.rejects(remove('ir.model.fields', secret), {
      name: 'ValidationError',
      message: /The rule 'No secrets'/,
    })
    await assert.rejects(write('ir.model.fields', secret, { name: 'x_hidden' }), { name: 'ValidationError' })
    await remove('ir.rule', rule)
    await remove('ir.model.fields', secret)
  })

  it('a choice that goes leaves its records without one, and one that is renamed takes them along', async () => {
    const state = await field('x_state', 'selection', {
      selection_ids: [
        [0, 0, { value: 'a', name: 'A' }],
        [0, 0, { value: 'b', name: 'B' }],
        [0, 0, { value: 'c', name: 'C' }],
      ],
    })
    await make('x_thing', [
      { x_name: 'A', x_state: 'a' },
      { x_name: 'B', x_state: 'b' },
    ])
    const choice = (value: string): Promise<number> =>
      admin.read(
        async (env) =>
          (
            await env.model('ir.model.fields.selection').search([
              ['field_id', '=', state],
              ['value', '=', value],
            ])
          ).id,
      )
    await write('ir.model.fields.selection', await choice('a'), { value: 'z' })
    await remove('ir.model.fields.selection', await choice('b'))
    assert.deepEqual(
      (await rows(['x_state'])).map((row) => row.x_state),
      [false, 'z', false],
    )
  })

  it('translation, length and labels change; what would lose values is refused with their number', async () => {
    const text = await field('x_text', 'char')
    await make('x_thing', { x_name: 'Long', x_text: 'a long text' })
    await write('ir.model.fields', text, { translate: true, field_description: 'A text', help: 'Why' })
    await write('ir.model.fields', text, { translate: false })
    assert.equal((await rows(['x_text'])).at(-1)?.x_text, 'a long text')
    await assert.rejects(write('ir.model.fields', text, { size: 3 }), {
      code: 'ERR_SCHEMA_LOSS',
      message: /1 of its values are longer/,
    })
    for (const key of ['ttype', 'relation_table', 'model_id', 'state'])
      await assert.rejects(
        write('ir.model.fields', text, { [key]: 'x_link_000000000000' }),
        { code: 'ERR_FIELD_FIXED' },
        key,
      )
  })

  it('two models never share a table, and no index stands in for another one’s', async () => {
    await makeModel('x_a.b')
    for (const model of ['x_a_b', 'x_thing_id_seq', 'x_thing_pkey', (await indexes('x_thing'))[0] ?? ''])
      await assert.rejects(make('ir.model', { name: 'Clash', model }), { code: 'ERR_MODEL_NAME' }, model)
    const [a, ab] = [await makeModel('x_a'), await makeModel('x_a_x_b')]
    await field('x_b_x_c', 'char', { index: true }, a)
    await field('x_c', 'char', { index: true }, ab)
    assert.ok((await indexes('x_a')).includes('x_a_x_b_x_c_index'))
    assert.equal((await indexes('x_a_x_b')).length, 3, 'key, write_date and x_c')
  })

  const refused: Readonly<Record<string, Values>> = {
    'a one2many over a field that is no relation': {
      ttype: 'one2many',
      relation: 'res.partner',
      relation_field: 'color',
    },
    'a one2many over a relation to another model': {
      ttype: 'one2many',
      relation: 'res.partner',
      relation_field: 'company_id',
    },
    'a required relation that would be emptied': {
      ttype: 'many2one',
      relation: 'res.partner',
      required: true,
      on_delete: 'set null',
    },
    'a path to another type': { ttype: 'char', related: 'create_uid.partner_id' },
  }
  for (const [what, values] of Object.entries(refused)) {
    it(`${what} is refused`, async () => {
      await assert.rejects(
        make('ir.model.fields', { model_id: thing, name: 'x_bad', field_description: 'X', ...values }),
        { name: 'ValidationError', code: /^ERR_(FIELD_RELAT|MODEL_DEFINITION)/ },
      )
    })
  }

  it('no field is made where the framework keeps the table, or where applications write the records', async () => {
    const idOf = (model: string): Promise<number> =>
      admin.read(async (env) => (await env.model('ir.model').search([['model', '=', model]])).id)
    for (const [model, values] of [
      ['res.users.apikeys', {}],
      ['ir.model.data', { required: true }],
    ] as const) {
      const id = await idOf(model)
      await assert.rejects(field('x_bad', 'char', values, id), { code: 'ERR_FIELD_MODEL' }, model)
    }
  })

  it('a required field may come before its values do, and stands in no upgrade’s way', async () => {
    const { needsUpgrade, upgradeTenant } = await import('#framework/modules/index.ts')
    const partner = await admin.read(
      async (env) => (await env.model('ir.model').search([['model', '=', 'res.partner']])).id,
    )
    const id = await field('x_needed', 'char', { required: true }, partner)
    await assert.rejects(make('res.partner', { name: 'Without' }), { name: 'ValidationError' })
    assert.equal(await needsUpgrade(tenant), false)
    await upgradeTenant(tenant)
    await remove('ir.model.fields', id)
  })

  it('another process knows it at its next request, and another tenant never does', async () => {
    const { openTenant } = await import('#framework/modules/index.ts')
    const process2 = await openTenant({ name: 'second', pool: tenant.pool, files: { ...tenant.files } })
    const there = actAs(process2, 2)
    await there.read((env) => env.model('x_thing').search_count([]))
    await field('x_late', 'char', { required: false })
    await make('x_thing', { x_name: 'Late', x_late: 'here' })
    const found = await there.read((env) => env.model('x_thing').search_count([['x_late', '=', 'here']]))
    assert.equal(found, 1)
    assert.equal(other.registry.models.has('x_thing'), false)
    await assert.rejects(
      actAs(other, 2).read((env) => env.model('x_thing').search([])),
      /not installed/,
    )
  })

  it('nobody else changes them', async () => {
    const employee = await asUser(tenant)
    const id = await field('x_mine', 'char')
    for (const change of [{ name: 'x_theirs' }, { field_description: 'Theirs' }])
      await assert.rejects(
        employee.write((env) => env.model('ir.model.fields', [id]).write(change)),
        { name: 'AccessError' },
      )
    await assert.rejects(
      employee.write((env) => env.model('ir.model.fields', [id]).unlink()),
      { name: 'AccessError' },
    )
    assert.ok(tenant.registry.models.get('x_thing')?.fields.has('x_mine'))
  })

  it('a model that goes takes what refers to it along: fields of other models, files, references', async () => {
    const partner = await admin.read(
      async (env) => (await env.model('ir.model').search([['model', '=', 'res.partner']])).id,
    )
    await field('x_thing_id', 'many2one', { relation: 'x_thing' }, partner)
    await field('x_thing_ids', 'many2many', { relation: 'x_thing' }, partner)
    const one = (await rows(['x_name']))[0]?.id ?? 0
    await write('res.partner', 1, { x_thing_id: one, x_thing_ids: [[6, 0, [one]]] })
    await make('ir.attachment', { name: 'a.txt', res_model: 'x_thing', res_id: one, datas: 'aGk=' })
    await remove('ir.model', thing)
    const fields = tenant.registry.models.get('res.partner')?.fields
    assert.deepEqual(
      [fields?.has('x_thing_id'), fields?.has('x_thing_ids'), tenant.registry.models.has('x_thing')],
      [false, false, false],
    )
    assert.equal(await admin.read((env) => env.model('ir.attachment').search_count([['res_model', '=', 'x_thing']])), 0)
    assert.deepEqual(
      (await admin.read(async (env) => (await env.model('res.partner', [1]).read(['name'])).parse())).length,
      1,
    )
  })
})
