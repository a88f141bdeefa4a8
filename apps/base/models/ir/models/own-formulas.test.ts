import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { openTenant } from '#framework/modules/index.ts'
import { actAs, asUser, type TestUser, testTenant } from '#framework/testing/index.ts'

type Tenant = Awaited<ReturnType<typeof testTenant>>
type Values = Readonly<Record<string, unknown>>

describe('own computed fields', () => {
  let tenant: Tenant
  let admin: TestUser
  let employee: TestUser
  let partnerModel: number
  let ids: Record<'ann' | 'bob' | 'firm', number>

  before(async () => {
    tenant = await testTenant({ apps: ['base'] })
    admin = actAs(tenant, 2)
    employee = await asUser(tenant)
    partnerModel = await modelId('res.partner')
    ids = await admin.write(async (env) => {
      const country = (await env.model('res.country').search([['code', '=', 'DE']])).id
      const firm = (
        await env.model('res.partner').create({ name: 'Firm', is_company: true, country_id: country, color: 4 })
      ).id
      const ann = (await env.model('res.partner').create({ name: 'Ann', parent_id: firm, color: 3 })).id
      const bob = (await env.model('res.partner').create({ name: 'Bob' })).id
      return { ann, bob, firm }
    })
  })

  const modelId = (model: string) =>
    admin.read(async (env) => (await env.model('ir.model').search([['model', '=', model]])).id)
  const field = (name: string, ttype: string, compute: string, rest: Values = {}, who = admin) =>
    who.write(
      async (env) =>
        (await env.model('ir.model.fields').create({ model_id: partnerModel, name, ttype, compute, ...rest } as never))
          .id,
    )
  const change = (id: number, values: Values) =>
    admin.write((env) => env.model('ir.model.fields', [id]).write(values as never))
  const read = async (name: string, id: number, who = employee) =>
    (await who.read(async (env) => (await env.model('res.partner', [id]).read([name])).parse()))[0]?.[name]

  it('is worked out when it is read, from fields of the record and of others', async () => {
    const id = await field('x_label', 'char', 'upper(name) + (is_company ? " (company)" : "")')
    await field('x_where', 'char', 'has(country_id) ? country_id.code : parent_id.country_id.code')
    await field('x_staff', 'integer', 'size(child_ids)')
    await field('x_has_ann', 'boolean', 'child_ids.any(name.startsWith("An"))')
    await field('x_boss', 'many2one', 'parent_id', { relation: 'res.partner' })
    await field('x_since', 'date', 'date("2024-02-28") + days(color)')
    assert.equal(await read('x_label', ids.firm), 'FIRM (company)')
    assert.equal(await read('x_label', ids.ann), 'ANN')
    assert.deepEqual(
      [await read('x_where', ids.firm), await read('x_where', ids.ann), await read('x_where', ids.bob)],
      ['DE', 'DE', false],
    )
    assert.deepEqual(
      [await read('x_staff', ids.firm), await read('x_has_ann', ids.firm), await read('x_has_ann', ids.bob)],
      [1, true, false],
    )
    assert.deepEqual(await read('x_boss', ids.ann), [ids.firm, 'Firm'])
    assert.equal(await read('x_since', ids.ann), '2024-03-02')
    const [row] = await admin.read(async (env) =>
      (await env.model('ir.model.fields', [id]).read(['depends', 'store', 'readonly'])).parse(),
    )
    assert.deepEqual([row?.depends, row?.store, row?.readonly], ['name,is_company', false, true])
    const twin = await openTenant({ name: tenant.name, pool: tenant.pool, files: tenant.files })
    assert.deepEqual(twin.registry.models.get('res.partner')?.fields.get('x_label')?.computed?.on, [
      'name',
      'is_company',
    ])
  })

  it('is stored for all records that there are, follows what it is made of, and is searched and sorted', async () => {
    const id = await field('x_points', 'integer', 'color * 10 + size(name)', { store: true })
    assert.deepEqual([await read('x_points', ids.ann), await read('x_points', ids.firm)], [33, 44])
    await admin.write((env) => env.model('res.partner', [ids.ann]).write({ color: 9 }))
    const found = () =>
      employee.read(
        async (env) => (await env.model('res.partner').search([['x_points', '>', 40]], 0, null, 'x_points desc')).ids,
      )
    assert.deepEqual(await found(), [ids.ann, ids.firm])
    const made = await admin.write(
      async (env) => (await env.model('res.partner').create({ name: 'Cleo', color: 5 })).id,
    )
    assert.equal(await read('x_points', made), 54)
    await change(id, { compute: 'color' })
    assert.deepEqual(
      [await read('x_points', ids.ann), await read('x_points', ids.firm), await read('x_points', made)],
      [9, 4, 5],
    )
    await assert.rejects(change(id, { compute: '' }), { code: 'ERR_FIELD_FIXED' })
    await field('x_huge', 'integer', 'color * 1000000000', { store: true })
    assert.equal(await read('x_huge', ids.firm), 0)
  })

  it('is nobody’s to write', async () => {
    for (const values of [{ x_points: 99 }, { x_label: 'other' }]) {
      await assert.rejects(
        admin.write((env) => env.model('res.partner', [ids.ann]).write(values as never)),
        { code: 'ERR_ACCESS_FIELD' },
      )
      await assert.rejects(
        admin.write((env) => env.model('res.partner').create({ name: 'x', ...values } as never)),
        { code: 'ERR_ACCESS_FIELD' },
      )
    }
  })

  it('shows nobody a field or record that they may not read themselves', async () => {
    const secret = await field('x_mirror', 'char', 'comment_hidden', {}).catch((error: Error) => error)
    assert.match(String(secret), /no field of res\.partner/)
    // The field that it is made of becomes one for administrators only: now the formula is one, too.
    await admin.write((env) =>
      env.model('ir.model.fields').create({ model_id: partnerModel, name: 'x_hidden', ttype: 'char' } as never),
    )
    await field('x_shows', 'char', 'x_hidden + "!"', { store: true })
    await field('x_shows_late', 'char', 'parent_id.x_hidden')
    await admin.write((env) => env.model('res.partner', [ids.firm]).write({ x_hidden: 'canary' } as never))
    assert.equal(await read('x_shows', ids.firm), 'canary!')
    assert.equal(await read('x_shows_late', ids.ann), 'canary')
    await withoutField('x_hidden', async () => {
      for (const name of ['x_shows', 'x_shows_late', 'x_hidden'])
        for (const look of [
          () => read(name, ids.firm),
          () => employee.read((env) => env.model('res.partner').search([[name, '!=', false]])),
          () => employee.read((env) => env.model('res.partner').search([], 0, 1, name)),
          () => employee.read((env) => env.model('res.partner').read_group([], [], [name])),
        ])
          await assert.rejects(
            look(),
            (error: { code: string }) => /ERR_ACCESS_FIELD|ERR_FIELD/.test(error.code),
            `${name} ${look}`,
          )
      const known = await employee.read(async (env) => env.model('res.partner').fields_get())
      assert.ok('x_label' in known && !('x_shows' in known) && !('x_shows_late' in known))
      const all = JSON.stringify(
        await employee.read(async (env) => (await env.model('res.partner', [ids.firm, ids.ann]).read()).parse()),
      )
      assert.ok(!all.includes('canary'))
    })
    // A record that is hidden is as good as none.
    await withRule("[('name', '!=', 'Firm')]", async () => {
      assert.equal(await read('x_boss', ids.ann), false)
      assert.equal(await read('x_shows_late', ids.ann), false)
    })
    await withRule("[('name', '!=', 'Ann')]", async () => {
      assert.deepEqual([await read('x_staff', ids.firm), await read('x_has_ann', ids.firm)], [0, false])
    })
  })

  async function withoutField(name: string, fn: () => Promise<void>): Promise<void> {
    const all = [...(tenant.registry.models.get('res.partner')?.fields.keys() ?? [])].filter((one) => one !== name)
    const limit = (field_names: string | false) =>
      admin.write(async (env) =>
        (await env.model('ir.model.access').search([['model_id', '=', partnerModel]])).write({ field_names } as never),
      )
    await limit(all.join(','))
    try {
      await fn()
    } finally {
      await limit(false)
    }
  }

  async function withRule(domain_force: string, fn: () => Promise<void>): Promise<void> {
    const rule = await admin.write(
      async (env) => (await env.model('ir.rule').create({ name: 'hide', model_id: partnerModel, domain_force })).id,
    )
    try {
      await fn()
    } finally {
      await admin.write((env) => env.model('ir.rule', [rule]).unlink())
    }
  }

  it('is refused where it is no formula, with position and suggestion, and nothing is left of it', async () => {
    const attacks: readonly (readonly [ttype: string, text: string, code: string, message: RegExp, rest?: Values])[] = [
      [
        'char',
        'nam',
        'ERR_EXPRESSION_NAME',
        /x_bad: .*'nam' is no field of res\.partner \(position 1\)\. Did you mean 'name'\?/,
      ],
      ['integer', 'name', 'ERR_EXPRESSION_TYPE', /needs int, not string/],
      ['char', 'for record in self: record["x"] = 1', 'ERR_EXPRESSION_SYNTAX', /./],
      ['char', 'constructor.constructor("return process")()', 'ERR_EXPRESSION_SYNTAX', /./],
      ['char', '__proto__', 'ERR_EXPRESSION_NAME', /./],
      ['char', 'name.constructor', 'ERR_EXPRESSION_TYPE', /no record/],
      ['char', 'user_ids.all(has(password)) ? name : null', 'ERR_EXPRESSION_NAME', /'password' is no field/],
      ['html', '"<script>" + name', 'ERR_FIELD_FORMULA', /type html cannot be computed/],
      ['binary', 'name', 'ERR_FIELD_FORMULA', /cannot be computed/],
      ['char', 'x_bad', 'ERR_FIELD_FORMULA', /made of itself/],
      ['char', 'parent_id.x_bad', 'ERR_FIELD_FORMULA', /made of itself/],
      ['char', 'country_id.code', 'ERR_FIELD_FORMULA', /cannot be stored/, { store: true }],
      ['integer', 'size(child_ids)', 'ERR_FIELD_FORMULA', /cannot be stored/, { store: true }],
      ['date', 'today', 'ERR_FIELD_FORMULA', /cannot be stored/, { store: true }],
      ['char', 'x_where', 'ERR_FIELD_FORMULA', /cannot be stored/, { store: true }],
      ['char', `${'('.repeat(500)}name${')'.repeat(500)}`, 'ERR_EXPRESSION_LIMIT', /nested/],
      ['char', `name${' + name'.repeat(300)}`, 'ERR_EXPRESSION_LIMIT', /parts/],
    ]
    for (const [ttype, text, code, message, rest] of attacks)
      await assert.rejects(field('x_bad', ttype, text, rest), (error: { code: string; message: string }) => {
        assert.equal(error.code, code, `${text}: ${error.message}`)
        assert.match(error.message, message)
        return true
      })
    assert.equal(tenant.registry.models.get('res.partner')?.fields.has('x_bad'), false)
    const id = await field('x_one', 'char', 'name')
    await field('x_two', 'char', 'x_one')
    await assert.rejects(change(id, { compute: 'x_two' }), { code: 'ERR_FIELD_FORMULA' })
    await assert.rejects(change(id, { name: 'x_other' }), { code: 'ERR_FIELD_USED' })
    await assert.rejects(
      admin.write((env) => env.model('ir.model.fields', [id]).unlink()),
      { code: 'ERR_FIELD_USED' },
    )
    await assert.rejects(field('x_mine', 'char', 'name', {}, employee), { name: 'AccessError' })
    assert.equal(await read('x_two', ids.bob), 'Bob')
  })
})
