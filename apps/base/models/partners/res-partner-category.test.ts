import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Tenant } from '#framework/access/index.ts'
import { sql } from '#framework/sql/index.ts'
import { actAs, testTenant, type TestUser } from '#framework/testing/index.ts'

describe('partner tags', () => {
  let tenant: Tenant
  let admin: TestUser
  before(async () => {
    tenant = await testTenant({ apps: ['base'] })
    admin = actAs(tenant, 2)
    await tenant.pool.query(sql`UPDATE res_lang SET active = TRUE WHERE code = 'fr_FR'`)
  })

  const names = (ids: readonly number[], lang: string) =>
    admin.read(
      async (env) =>
        (await env.withContext({ lang }).model('res.partner.category', ids).load('display_name')).map(
          (tag) => tag.display_name,
        ),
      { lang },
    )

  it('are called by their path in the language of the reader, whichever language the writer used', async () => {
    const ids = await admin.write(async (env) => {
      const metal = await env.model('res.partner.category').create({ name: 'Metal' })
      const steel = await env.model('res.partner.category').create({ name: 'Steel', parent_id: metal.id })
      await env.withContext({ lang: 'fr_FR' }).model('res.partner.category', [metal.id]).write({ name: 'Métal' })
      return [metal.id, steel.id]
    })
    assert.deepEqual(await names(ids, 'en_US'), ['Metal', 'Metal / Steel'])
    assert.deepEqual(await names(ids, 'fr_FR'), ['Métal', 'Métal / Steel'])
    await admin.write((env) => env.model('res.partner.category', ids.slice(1)).write({ name: 'Iron' }))
    assert.deepEqual(await names(ids, 'fr_FR'), ['Métal', 'Métal / Iron'])
  })
})
