import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Tenant } from '#framework/access/index.ts'
import { actAs, asUser, testTenant, type TestUser } from '#framework/testing/index.ts'

describe('products', () => {
  let tenant: Tenant
  let admin: TestUser
  before(async () => {
    tenant = await testTenant({ apps: ['products'] })
    admin = actAs(tenant, 2)
  })

  it('have one variant, and what is kept there is written through the template', async () => {
    const rows = await admin.write(async (env) => {
      const template = await env
        .model('product.template')
        .create({ name: 'Bench', default_code: 'B1', list_price: 45.5, standard_price: 20, barcode: '871' })
      await template.write({ default_code: 'B2' })
      const variants = await env.model('product.product').search([['product_tmpl_id', '=', template.id]])
      return [
        ...(await variants.load('display_name', 'default_code', 'barcode', 'standard_price', 'lst_price')),
        ...(await template.load('display_name', 'standard_price', 'product_variant_count')),
      ]
    })
    assert.deepEqual(
      rows.map(({ id: _, ...row }) => row),
      [
        { display_name: '[B2] Bench', default_code: 'B2', barcode: '871', standard_price: 20, lst_price: 45.5 },
        { display_name: '[B2] Bench', standard_price: 20, product_variant_count: 1 },
      ],
    )
  })

  it('can be made as a variant, which makes their template', async () => {
    const names = await admin.write(async (env) => {
      const product = await env.model('product.product').create({ name: 'Lamp', default_code: 'L1', list_price: 12 })
      return (
        await product.load('display_name', 'product_tmpl_id.product_variant_count', 'product_tmpl_id.default_code')
      )[0]
    })
    assert.deepEqual(
      [names?.display_name, names?.product_tmpl_id?.product_variant_count, names?.product_tmpl_id?.default_code],
      ['[L1] Lamp', 1, 'L1'],
    )
  })

  it('get a variant per combination of their attributes; one that is no longer wanted is archived, not deleted', async () => {
    const counts = await admin.write(async (env) => {
      const color = await env.model('product.attribute').create({
        name: 'Color',
        value_ids: [
          [0, 0, { name: 'Red' }],
          [0, 0, { name: 'Blue' }],
        ],
      })
      const size = await env.model('product.attribute').create({
        name: 'Size',
        value_ids: [
          [0, 0, { name: 'S' }],
          [0, 0, { name: 'L' }],
        ],
      })
      const values = async (id: number) =>
        (await env.model('product.attribute', [id]).load('value_ids'))[0]?.value_ids ?? []
      const [colors, sizes] = [await values(color.id), await values(size.id)]
      const template = await env.model('product.template').create({
        name: 'Shirt',
        list_price: 10,
        attribute_line_ids: [
          [0, 0, { attribute_id: color.id, value_ids: [[6, 0, colors]] }],
          [0, 0, { attribute_id: size.id, value_ids: [[6, 0, sizes]] }],
        ],
      })
      const found = await env.model('product.product').search([['product_tmpl_id', '=', template.id]])
      const names = (await found.load('display_name')).map((v) => v.display_name).sort()
      const [line] = (
        await env.model('product.template.attribute.line').search([
          ['product_tmpl_id', '=', template.id],
          ['attribute_id', '=', size.id],
        ])
      ).ids
      await env.model('product.template.attribute.line', line ? [line] : []).write({ value_ids: [[3, sizes[1] ?? 0]] })
      const left = await env.model('product.product').search_count([['product_tmpl_id', '=', template.id]])
      const all = await env
        .withContext({ active_test: false })
        .model('product.product')
        .search_count([['product_tmpl_id', '=', template.id]])
      return { names, left, all }
    })
    assert.deepEqual(counts.names, ['Shirt (Blue, L)', 'Shirt (Blue, S)', 'Shirt (Red, L)', 'Shirt (Red, S)'])
    assert.deepEqual([counts.left, counts.all], [2, 4])
  })

  it('show their cost to nobody outside the company', async () => {
    const portal = await asUser(tenant, { groups: ['base.group_portal'] })
    await assert.rejects(portal.read((env) => env.model('product.product').search([['standard_price', '>', 0]])))
  })

  it('may share no barcode', async () => {
    await assert.rejects(
      admin.write((env) =>
        env.model('product.product').create([
          { name: 'One', barcode: '999' },
          { name: 'Two', barcode: '999' },
        ]),
      ),
      { code: 'ERR_PRODUCT_BARCODE' },
    )
  })
})
