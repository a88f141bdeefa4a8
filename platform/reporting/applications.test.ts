import assert from 'node:assert/strict'
import { test } from 'node:test'
import { id, openPool, sql } from '../../framework/sql/index.ts'
import { actAs, asUser, atEnd, testHome, testTenant } from '../../framework/testing/index.ts'
import { enableReporting } from './index.ts'

test('with the real applications every view opens, and counts what its user finds by the API', async () => {
  const tenant = await testTenant({ apps: ['sales', 'crm', 'automation'], demo: true })
  const home = await testHome()
  const { socketDir, port, database, user, password } = await home.tenants.asSuperuser(tenant.name, 'reporting test')
  const place = { host: socketDir, port, database }
  const superuser = openPool({ ...place, user, password: () => password.reveal(), max: 2 })
  atEnd(() => superuser.close())
  const seller = await asUser(tenant, { groups: ['base.group_user', 'sales_team.group_sale_salesman'] })
  for (const [login, person] of [['admin', actAs(tenant, 2)] as const, [seller.login, seller] as const]) {
    const made = await enableReporting(superuser, tenant, login)
    assert.ok(made.views.length > 20, String(made.views.length))
    const pool = openPool({ ...place, user: made.role, password: made.password.reveal(), max: 2 })
    atEnd(() => pool.close())
    const tables = new Map([...tenant.registry.models.values()].map((model) => [model.table, model.name]))
    for (const view of made.views) {
      const [row] = await pool.query<{ n: number }>(sql`SELECT count(*)::int4 AS n FROM ${id(view)}`)
      const model = tables.get(view)
      if (model === undefined) continue
      const found = await person.read((env) => env.model(model).search_count([]), { active_test: false })
      assert.equal(row?.n, found, `${login}: ${view}`)
    }
  }
})
