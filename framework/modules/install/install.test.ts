import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { type Tenant, withSystemEnv } from '../../access/index.ts'
import { sql, withTransaction } from '../../sql/index.ts'
import { testTenant } from '../../testing/index.ts'
import { readPlan } from '../schema/sync.ts'
import { installApps } from './install.ts'
import { needsUpgrade, planUpgrade, upgradeTenant } from './upgrade/upgrade.ts'

describe('an installed tenant', () => {
  let tenant: Tenant
  before(async () => {
    tenant = await testTenant({ apps: ['base'] })
  })

  it('needs no further change of its schema', async () => {
    const plan = await readPlan(tenant.pool, tenant.registry)
    assert.deepEqual(
      [...plan.tables, ...plan.keys].map((s) => s.compile().text),
      [],
    )
    assert.deepEqual(plan.required, [])
  })

  it('has every model and field of its registry as a record with an external id', async () => {
    const rows = await tenant.pool.query<{ model: string; fields: number }>(sql`
      SELECT m.model, count(f.id)::int4 AS fields FROM ir_model m JOIN ir_model_data d ON d.model = 'ir.model' AND d.res_id = m.id
      JOIN ir_model_fields f ON f.model_id = m.id JOIN ir_model_data e ON e.model = 'ir.model.fields' AND e.res_id = f.id GROUP BY m.model ORDER BY m.model`)
    const wanted = [...tenant.registry.models.values()]
      .map((m) => ({ model: m.name, fields: m.fields.size }))
      .sort((a, b) => (a.model < b.model ? -1 : 1))
    assert.deepEqual(rows, wanted)
  })

  it('gives what people make numbers from 900 001 on, and what applications ship lower ones', async () => {
    const id = await withSystemEnv(
      tenant,
      'test',
      {},
      async (env) => (await env.model('res.partner').create({ name: 'Somebody' })).id,
    )
    const [row] = await tenant.pool.query<{ last: number }>(
      sql`SELECT max(id)::int4 AS last FROM res_partner WHERE id <> ${id}`,
    )
    assert.ok(id >= 900_001)
    assert.ok((row?.last ?? 0) < 900_000)
  })

  it('does not change at an upgrade to the same applications, and keeps what people changed in data that is theirs', async () => {
    const sums = () =>
      tenant.pool.query(
        sql`SELECT (SELECT count(*)::int4 FROM ir_model_data) AS ids, (SELECT count(*)::int4 FROM hf_access) AS access, (SELECT count(*)::int4 FROM res_partner) AS partners`,
      )
    const before = await sums()
    assert.equal(await needsUpgrade(tenant), false)
    assert.equal((await upgradeTenant(tenant)).changes, 0)
    assert.deepEqual(await sums(), before)
  })

  it('stays as it was when an installation fails', async () => {
    const before = await tenant.pool.query(sql`SELECT n, models FROM hf_epoch`)
    await assert.rejects(installApps(tenant, ['no_such_app'], { demo: false }), { code: 'ERR_APP_UNKNOWN' })
    assert.deepEqual(await tenant.pool.query(sql`SELECT n, models FROM hf_epoch`), before)
  })

  it('gets another application with what it depends on, and its registry follows', async () => {
    assert.equal(tenant.registry.models.has('sale.order'), false)
    await installApps(tenant, ['sales'], { demo: false })
    assert.ok(tenant.registry.models.has('sale.order'))
    const rows = await tenant.pool.query<{ name: string }>(
      sql`SELECT name FROM ir_module_module WHERE state = 'installed' ORDER BY name`,
    )
    assert.ok(['base', 'products', 'sales'].every((name) => rows.some((row) => row.name === name)))
    const plan = await readPlan(tenant.pool, tenant.registry)
    assert.deepEqual([...plan.tables, ...plan.keys], [])
  })

  it('refuses a change that would lose data before anything is touched', async () => {
    await withTransaction(tenant.pool, async (tx) => {
      await tx.query(sql`ALTER TABLE res_partner DROP COLUMN color`)
      await tx.query(sql`ALTER TABLE res_partner ADD COLUMN color text DEFAULT 'blue'`)
    })
    assert.match(
      (await planUpgrade(tenant)).refusals.join(),
      /res\.partner\.color would become int4, but \d+ of its values/,
    )
    await assert.rejects(upgradeTenant(tenant), { code: 'ERR_SCHEMA_LOSS' })
  })
})
