import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Tenant } from '#framework/access/index.ts'
import type { Env } from '#framework'
import { sql } from '#framework/sql/index.ts'
import { actAs, testTenant, type TestUser } from '#framework/testing/index.ts'

describe('groups', () => {
  let tenant: Tenant
  let admin: TestUser
  before(async () => {
    tenant = await testTenant({ apps: ['base'] })
    admin = actAs(tenant, 2)
    await tenant.pool.query(sql`UPDATE res_lang SET active = TRUE WHERE code = 'fr_FR'`)
    await admin.write(async (env) => {
      const be = await env.model('res.country').search([['code', '=', 'BE']])
      const fr = await env.model('res.country').search([['code', '=', 'FR']])
      const mill = await env.model('res.partner').create({ name: 'Mill', ref: 'G', color: 1, country_id: be.id })
      await env.model('res.partner').create([
        { name: 'Anna', ref: 'G', parent_id: mill.id, color: 2 },
        { name: 'Zoé', ref: 'G', color: 4, country_id: fr.id },
      ])
      // A date and a time field to group by.
      await env.model('res.currency.rate').create([
        { currency_id: 1, name: '2024-02-29', rate: 1 },
        { currency_id: 1, name: '2023-12-31', rate: 2 },
        { currency_id: 1, name: '2024-05-06', rate: 4 },
      ])
    })
  })
  const mine = [['ref', '=', 'G']] as const
  const rates = (spec: string, context = {}) =>
    admin.read(
      (env) => env.model('res.currency.rate').read_group([['currency_id', '=', 1]], ['rate:sum'], [spec]),
      context,
    )

  it('of dates carry labels, half-open domains and ranges for every granularity', async () => {
    const labels = async (spec: string, context = {}) => (await rates(spec, context)).map((row) => row[spec])
    assert.deepEqual(await labels('name:year'), ['2023', '2024'])
    assert.deepEqual(await labels('name:quarter'), ['Q4 2023', 'Q1 2024', 'Q2 2024'])
    assert.deepEqual(await labels('name:month'), ['December 2023', 'February 2024', 'May 2024'])
    assert.deepEqual(await labels('name:week'), ['W1 2024', 'W9 2024', 'W19 2024'])
    assert.deepEqual(await labels('name:day'), ['31 Dec 2023', '29 Feb 2024', '06 May 2024'])
    assert.deepEqual(await labels('name:month_number'), [2, 5, 12])
    assert.deepEqual(await labels('name:quarter_number'), [1, 2, 4])
    assert.deepEqual(await labels('name:day_of_month'), [6, 29, 31])
    assert.deepEqual(await labels('name:week', { lang: 'fr_FR' }), ['W52 2023', 'W9 2024', 'W19 2024'])
    assert.deepEqual(await labels('name:month', { lang: 'fr_FR' }), ['décembre 2023', 'février 2024', 'mai 2024'])
    assert.deepEqual(await labels('name:quarter', { lang: 'fr_FR' }), ['T4 2023', 'T1 2024', 'T2 2024'])
    const [, february] = await rates('name')
    assert.deepEqual(february, {
      name: 'February 2024',
      name_count: 1,
      rate: 1,
      __domain: ['&', '&', ['currency_id', '=', 1], ['name', '>=', '2024-02-01'], ['name', '<', '2024-03-01']],
      __range: { name: { from: '2024-02-01', to: '2024-03-01' } },
    })
  })

  it('of times follow the time zone of the call, to the hour', async () => {
    const [at] = await tenant.pool.query<{ id: number }>(
      sql`UPDATE res_partner SET create_date = '2024-02-29 23:30:00' WHERE ref = 'G' RETURNING id`,
    )
    assert.ok(at)
    const group = (spec: string, context: object) =>
      admin.read((env) => env.model('res.partner').formatted_read_group(mine, [spec], ['__count']), context as never)
    const day = { 'create_date:day': ['2024-02-29 00:00:00', '29 Feb 2024'], __count: 3 }
    assert.partialDeepStrictEqual(await group('create_date:day', {}), [day])
    assert.partialDeepStrictEqual(await group('create_date:day', { tz: 'Europe/Brussels' }), [
      {
        'create_date:day': ['2024-02-29 23:00:00', '01 Mar 2024'],
        __extra_domain: [
          '&',
          ['create_date', '>=', '2024-02-29 23:00:00'],
          ['create_date', '<', '2024-03-01 23:00:00'],
        ],
      },
    ])
    assert.partialDeepStrictEqual(await group('create_date:hour', { tz: 'No/Where' }), [
      { 'create_date:hour': ['2024-02-29 23:00:00', '11:00 29 Feb'] },
    ])
    assert.partialDeepStrictEqual(await group('create_date:hour_number', { tz: 'Europe/Brussels' }), [
      { 'create_date:hour_number': 0, __extra_domain: [['create_date.hour_number', '=', 0]] },
    ])
  })

  it('are reached through many2one fields, and sort by aggregates that nobody asked to see', async () => {
    const groups = await admin.read((env) =>
      env
        .model('res.partner')
        .formatted_read_group(mine, ['parent_id.country_id'], ['__count'], [], 0, null, 'color:sum desc'),
    )
    assert.deepEqual(
      groups.map((group) => [group['parent_id.country_id'], group.__count, group.__extra_domain]),
      [
        [false, 2, [['parent_id.country_id', '=', false]]],
        [[20, 'Belgium'], 1, [['parent_id.country_id', '=', 20]]],
      ],
    )
  })

  it('sort relations as their records sort, in both directions', async () => {
    const order = (text: string | false) =>
      admin.read(async (env) =>
        (await env.model('res.partner').read_group(mine, [], ['parent_id'], 0, null, text)).map((g) => g.parent_id),
      )
    const up = await order(false)
    assert.deepEqual(await order('parent_id desc'), up.toReversed())
    await admin.read((env) =>
      env.model('res.currency.rate').read_group([], [], ['currency_id'], 0, null, 'currency_id desc'),
    )
    await admin.read((env) => env.model('ir.attachment').read_group([], [], ['create_uid'], 0, null, 'create_uid desc'))
  })

  it('count, add up and collect with every aggregate', async () => {
    const specs = ['__count', 'color:sum', 'color:avg', 'color:min', 'name:max', 'city:count', 'ref:count_distinct']
    const lists = ['color:array_agg', 'ref:array_agg_distinct', 'active:bool_and', 'is_company:bool_or', 'id:recordset']
    const [row] = await admin.read((env) =>
      env.model('res.partner').formatted_read_group(mine, [], [...specs, ...lists]),
    )
    const ids = (row?.['id:recordset'] ?? []) as number[]
    assert.equal(ids.length, 3)
    assert.deepEqual(
      { ...row, 'id:recordset': null },
      {
        __extra_domain: [],
        __count: 3,
        'color:sum': 7,
        'color:avg': 7 / 3,
        'color:min': 1,
        'name:max': 'Zoé',
        'city:count': 0,
        'ref:count_distinct': 1,
        'color:array_agg': [1, 2, 4],
        'ref:array_agg_distinct': ['G'],
        'active:bool_and': true,
        'is_company:bool_or': false,
        'id:recordset': null,
      },
    )
  })

  it('are kept by conditions on what they add up to', async () => {
    const having = (condition: readonly unknown[]) =>
      admin.read(async (env) =>
        (
          await env.model('res.partner').formatted_read_group(mine, ['country_id'], ['__count'], condition as never)
        ).map((group) => (group.country_id as [number, string] | false) && (group.country_id as [number, string])[1]),
      )
    assert.deepEqual(await having([['color:sum', '>', 3]]), ['France'])
    assert.deepEqual(await having(['|', ['color:sum', '>', 3], ['__count', 'in', [2]]]), ['Belgium', 'France'])
    assert.deepEqual(await having(['!', ['color:sum', '>', 3]]), ['Belgium'])
  })

  it('without records fill the holes of a series when the context asks for it', async () => {
    const months = async (fill: unknown) =>
      (await rates('name:month', { fill_temporal: fill })).map((row) => [row['name:month'], row.name_count, row.rate])
    const filled = await months(true)
    assert.equal(filled.length, 6)
    assert.deepEqual(filled[1], ['January 2024', 0, false])
    assert.equal((await months({ fill_from: '2023-11-15', fill_to: '2024-07-01' })).length, 9)
    assert.equal((await months({ min_groups: 8 })).length, 8)
    await assert.rejects(months({ fill_from: 'soon' }), { code: 'ERR_FILL_TEMPORAL' })
  })

  it('come for several group-bys at once', async () => {
    const sets = await admin.read((env) =>
      env
        .model('res.partner')
        .formatted_read_grouping_sets(
          mine,
          [[], ['country_id'], ['country_id', 'active']],
          ['__count'],
          'country_id desc',
        ),
    )
    assert.deepEqual(
      sets.map((set) => set.length),
      [1, 2, 2],
    )
    assert.deepEqual(
      sets[1]?.map((group) => (group.country_id as [number])[0]),
      [75, 20],
    )
  })

  it('of a list view open with their groups, and with the records of the last level', async () => {
    const open = (env: Env) =>
      env
        .model('res.partner')
        .web_read_group(mine, ['country_id', 'active'], ['color:sum'], null, 0, null, true, null, { name: {} }, 80, {
          country_id: { code: {} },
        })
    const { groups, length } = await admin.read(open)
    assert.equal(length, 2)
    const inner = groups[0]?.__groups as { groups: Record<string, unknown>[]; length: number }
    assert.equal(inner.length, 1)
    assert.deepEqual(groups[0]?.__values, { id: 20, code: 'BE' })
    const names = ((inner.groups[0]?.__records ?? []) as { name: string }[]).map((row) => row.name)
    assert.deepEqual(names.sort(), ['Anna', 'Mill'])
  })
})
