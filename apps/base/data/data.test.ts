import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Tenant } from '#framework/access/index.ts'
import { actAs, testTenant, type TestUser } from '#framework/testing/index.ts'

describe('a new tenant', () => {
  let admin: TestUser
  before(async () => {
    const tenant: Tenant = await testTenant({ apps: ['base'] })
    admin = actAs(tenant, 2)
  })

  it('has the 250 countries under the ids that clients keep', async () => {
    const [count, rows] = await admin.read(async (env) => [
      await env.model('res.country').search_count([]),
      await env.model('res.country', [20, 75, 233]).load('code', 'name', 'currency_id.name', 'phone_code'),
    ] as const)
    assert.equal(count, 250)
    assert.deepEqual(rows.map((c) => [c.code, c.name, c.currency_id?.name, c.phone_code]), [
      ['BE', 'Belgium', 'EUR', 32], ['FR', 'France', 'EUR', 33], ['US', 'United States', 'USD', 1],
    ])
  })

  it('has the currencies of ISO 4217 with their decimals', async () => {
    const rows = await admin.read((env) => env.model('res.currency', [1, 125, 25, 54]).load('name', 'decimal_places', 'rounding', 'symbol'))
    assert.deepEqual(rows.map((c) => [c.name, c.decimal_places, c.rounding, c.symbol]), [
      ['USD', 2, 0.01, '$'], ['EUR', 2, 0.01, '€'], ['JPY', 0, 1, '¥'], ['BHD', 3, 0.001, 'BHD'],
    ])
  })

  it('puts the country with a typed code before those that contain it', async () => {
    const names = await admin.read((env) => env.model('res.country').name_search('BE', null, 'ilike', 3))
    assert.deepEqual(names.map(([id]) => id), [20, 36, 37])
  })

  it('learns the names of countries in a language when that is activated', async () => {
    const name = await admin.write(async (env) => {
      const wizard = await env.model('base.language.install').create({ lang_ids: [[6, 0, [30]]] })
      await (wizard as unknown as { lang_install(): Promise<unknown> }).lang_install()
      return (await env.withContext({ lang: 'fr_FR' }).model('res.country', [20]).load('name'))[0]?.name
    })
    assert.equal(name, 'Belgique')
  })
})
