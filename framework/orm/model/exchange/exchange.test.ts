import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Tenant } from '#framework/access/index.ts'
import { actAs, testTenant, type TestUser } from '#framework/testing/index.ts'

describe('an import', () => {
  let tenant: Tenant
  let admin: TestUser
  before(async () => {
    tenant = await testTenant({ apps: ['base'] })
    admin = actAs(tenant, 2)
  })
  const load = (fields: readonly string[], data: readonly unknown[][], context = {}) =>
    admin.write((env) => env.model('res.partner').load_rows(fields, data), context)
  const rows = (ids: readonly number[] | false, fields: readonly string[]) =>
    admin.read(async (env) => (await env.model('res.partner', ids || []).read(fields)).parse())

  it('names records by external id, number and name, in relations, too', async () => {
    const fields = ['id', 'name', 'country_id/id', 'category_id', 'parent_id/id', 'is_company']
    await admin.write((env) => env.model('res.partner.category').create([{ name: 'Red' }, { name: 'Blue' }]))
    const first = await load(fields, [
      ['mill', 'Mill', 'base.be', 'Red,Blue', '', 'yes'],
      ['ann', 'Ann', '', '', '', 'no'],
    ])
    assert.deepEqual(first.messages, [])
    const [mill, ann] = first.ids || []
    const second = await load(
      ['.id', 'parent_id/.id', 'country_id/.id', 'country_id'],
      [[String(ann), String(mill), '', 'France']],
    )
    assert.deepEqual(second.ids, [ann])
    const again = await load(['id', 'city'], [['__import__.mill', 'Ghent']])
    assert.deepEqual(again.ids, [mill])
    const [one, two] = await rows([mill ?? 0, ann ?? 0], ['name', 'city', 'country_id', 'category_id', 'parent_id'])
    assert.partialDeepStrictEqual(one, { name: 'Mill', city: 'Ghent', country_id: [20, 'Belgium'] })
    assert.equal(((one?.category_id ?? []) as number[]).length, 2)
    assert.deepEqual(two?.parent_id, [mill, 'Mill'])
  })

  it('gives a record further rows for its lines', async () => {
    const { ids, messages } = await load(
      ['name', 'child_ids/name', 'child_ids/type', 'city'],
      [
        ['Forge', 'Smith', '', 'Lier'],
        ['', 'Billing', 'Invoice', ''],
        ['Quarry', '', '', 'Mol'],
      ],
    )
    assert.deepEqual(messages, [])
    const [forge, quarry] = await rows(ids, ['child_ids', 'city'])
    const children = await rows(forge?.child_ids as number[], ['name', 'type'])
    assert.deepEqual(children.map(({ name, type }) => [name, type]).sort(), [
      ['Billing', 'invoice'],
      ['Smith', false],
    ])
    assert.deepEqual([quarry?.child_ids, quarry?.city], [[], 'Mol'])
  })

  it('says of each faulty cell which row and field it stands in and what helps, and imports nothing', async () => {
    const { ids, messages } = await load(
      ['name', 'color', 'is_company', 'type', 'country_id', 'parent_id/.id'],
      [
        ['Good', '1', '1', 'contact', 'Belgium', ''],
        ['Bad', 'abc', 'perhaps', 'nowhere', 'Atlantis', 'x'],
        ['', '', '', 'contact', '', '99999999'],
      ],
    )
    assert.equal(ids, false)
    assert.deepEqual(
      messages.map(({ record, rows: { from, to }, field, field_name, type }) => [
        record,
        from,
        to,
        field,
        field_name,
        type,
      ]),
      [
        [1, 1, 1, 'color', 'Color Index', 'error'],
        [1, 1, 1, 'is_company', 'Is a Company', 'error'],
        [1, 1, 1, 'type', 'Address Type', 'error'],
        [1, 1, 1, 'country_id', 'Country', 'error'],
        [1, 1, 1, 'parent_id', 'Related Company', 'error'],
        [2, 2, 2, 'parent_id', 'Related Company', 'error'],
      ],
    )
    assert.equal(messages[0]?.message, "'abc' does not seem to be an integer for field 'Color Index'")
    assert.deepEqual(messages[2]?.moreinfo, ['Contact', 'Invoice', 'Delivery', 'Other'])
    assert.equal(await admin.read((env) => env.model('res.partner').search_count([['name', '=', 'Good']])), 0)
  })

  it('tells which of many records the database refuses', async () => {
    const { ids, messages } = await load(['name'], [['Fine'], [''], ['Also fine'], ['']])
    // Rows without anything are no records.
    assert.deepEqual([messages, (ids || []).length], [[], 2])
    const refused = await load(
      ['ref', 'name'],
      [
        ['I-1', 'Here'],
        ['I-2', ''],
      ],
    )
    assert.equal(refused.ids, false)
    assert.deepEqual(
      refused.messages.map(({ record, rows: { from } }) => [record, from]),
      [[1, 1]],
    )
    assert.equal(await admin.read((env) => env.model('res.partner').search_count([['ref', '=', 'I-1']])), 0)
  })

  it('makes missing records from their names only when the context says so, and reads times by the own clock', async () => {
    const missing = [['Kiln', 'Clay']]
    assert.equal((await load(['name', 'category_id'], missing)).ids, false)
    const context = { name_create_enabled_fields: { category_id: true }, tz: 'Europe/Brussels' }
    const { ids } = await load(['name', 'category_id'], missing, context)
    assert.equal((((await rows(ids, ['category_id']))[0]?.category_id ?? []) as number[]).length, 1)
    const wrong = await admin.write((env) =>
      env.model('res.currency.rate').load_rows(['name', 'rate', 'currency_id'], [['29/02/2024', '1.5', 'USD']]),
    )
    assert.equal(wrong.messages[0]?.moreinfo, "Use the format '2012-12-31'")
  })

  it('takes back what an export gave', async () => {
    const { ids } = await load(
      ['name', 'child_ids/name', 'category_id'],
      [
        ['Loop', 'Knot', 'Red'],
        ['', 'Bow', ''],
      ],
    )
    const fields = ['id', 'name', 'category_id/id', 'child_ids/id', 'child_ids/name', '.id', 'active']
    const { datas } = await admin.write((env) => env.model('res.partner', ids || []).export_data(fields))
    assert.equal(datas.length, 2)
    assert.deepEqual(
      [datas[0]?.[1], datas[0]?.[5], datas[0]?.[6], datas[1]?.[1]],
      ['Loop', String((ids || [])[0]), true, ''],
    )
    assert.deepEqual(datas.map((row) => row[4]).sort(), ['Bow', 'Knot'])
    datas[0]?.splice(1, 1, 'Loops')
    const back = await load(
      fields.slice(0, 5),
      datas.map((row) => row.slice(0, 5)),
    )
    assert.deepEqual([back.messages, back.ids], [[], ids])
    assert.equal((await rows(ids, ['name']))[0]?.name, 'Loops')
  })
})
