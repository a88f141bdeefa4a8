import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { callMethod } from '#framework/rpc/index.ts'
import type { Tenant } from '#framework/access/index.ts'
import { actAs, testTenant } from '#framework/testing/index.ts'

describe('a search panel', () => {
  let tenant: Tenant
  let [metal, steel, wood] = [0, 0, 0]
  before(async () => {
    tenant = await testTenant({ apps: ['base'] })
    await actAs(tenant, 2).write(async (env) => {
      const tags = env.model('res.partner.category')
      metal = (await tags.create({ name: 'Metal' })).id
      ;[steel = 0, wood = 0] = (await tags.create([{ name: 'Steel', parent_id: metal }, { name: 'Wood' }])).ids
      await env.model('res.partner').create([
        { name: 'Anvil', ref: 'SP', is_company: true, category_id: [[6, 0, [steel]]], type: 'contact', country_id: 20 },
        { name: 'Bellows', ref: 'SP', category_id: [[6, 0, [steel, wood]]], type: 'invoice', country_id: 75 },
        { name: 'Chisel', ref: 'SP', type: 'contact' },
      ])
      await env.model('res.partner.category').create({ name: 'Unused' })
    })
  })
  const mine = [['ref', '=', 'SP']]
  const call = (method: string, field: string, options: object, model = 'res.partner') =>
    callMethod(tenant, 2, model, method, [field], { search_domain: mine, enable_counters: true, ...options })

  it('counts the values of a choice, and shows those without records only when asked to', async () => {
    const values = [
      { id: 'contact', display_name: 'Contact', __count: 2 },
      { id: 'invoice', display_name: 'Invoice', __count: 1 },
    ]
    assert.deepEqual(await call('search_panel_select_range', 'type', {}), { parent_field: false, values })
    assert.deepEqual(await call('search_panel_select_multi_range', 'type', {}), { values })
    const { values: all } = (await call('search_panel_select_range', 'type', { expand: true })) as { values: unknown[] }
    assert.equal(all.length, 4)
  })

  it('counts what the other filters leave, and keeps the values that they empty', async () => {
    const filter_domain = [['is_company', '=', true]]
    assert.deepEqual(await call('search_panel_select_multi_range', 'country_id', { filter_domain }), {
      values: [
        { id: 20, display_name: 'Belgium', __count: 1 },
        { id: 75, display_name: 'France', __count: 0 },
      ],
    })
    assert.deepEqual(await call('search_panel_select_multi_range', 'country_id', { limit: 2 }), {
      error_msg: 'Too many items to display.',
    })
  })

  it('groups filters by a field of the other model', async () => {
    const { values } = (await call('search_panel_select_multi_range', 'category_id', { group_by: 'parent_id' })) as {
      values: unknown[]
    }
    assert.deepEqual(values, [
      { id: steel, display_name: 'Metal / Steel', group_id: metal, group_name: 'Metal', __count: 2 },
      { id: wood, display_name: 'Wood', group_id: false, group_name: 'Not Set', __count: 1 },
    ])
  })

  it('shows a tree with what is counted below added above', async () => {
    await actAs(tenant, 2).write(async (env) => {
      const boss = await env.model('res.partner').create({ name: 'Boss', ref: 'SQ', is_company: true })
      const unit = await env.model('res.partner').create({ name: 'Unit', ref: 'SQ', parent_id: boss.id })
      await env.model('res.partner').create({ name: 'Worker', ref: 'SQ', parent_id: unit.id })
    })
    const { parent_field, values } = (await call('search_panel_select_range', 'parent_id', {
      search_domain: [['ref', '=', 'SQ']],
    })) as { parent_field: string; values: { display_name: string; __count: number }[] }
    assert.equal(parent_field, 'parent_id')
    assert.deepEqual(
      values.map((value) => [value.display_name, value.__count]),
      [
        ['Boss', 2],
        ['Boss, Unit', 1],
      ],
    )
  })

  it('is there for relations and choices only', async () => {
    await assert.rejects(call('search_panel_select_range', 'name', {}), { code: 'ERR_SEARCH_PANEL' })
    await assert.rejects(call('search_panel_select_range', 'category_id', {}), { code: 'ERR_SEARCH_PANEL' })
  })
})
