import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sql } from '../sql/index.ts'
import { actAs, asUser, testHome, twoTenants } from './index.ts'

describe('tenants for tests', () => {
  it('are two databases of their own, with users that act in their own name', async () => {
    await testHome()
    const [one, two] = await twoTenants({ apps: ['base'] })
    const anna = await asUser(one, { groups: ['base.group_user'] })
    assert.equal(await anna.read(async (env) => env.uid), anna.uid)
    await actAs(one, 2).write(async (env) => void (await env.model('res.partner').create({ name: 'Only in one' })))
    const count = sql`SELECT count(*)::int4 AS n FROM res_partner WHERE name = 'Only in one'`
    assert.deepEqual([await one.pool.query(count), await two.pool.query(count)], [[{ n: 1 }], [{ n: 0 }]])
  })
})
