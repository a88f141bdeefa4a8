import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { withSystemEnv } from '../../framework/access/index.ts'
import { openTenant } from '../../framework/modules/index.ts'
import { openPool, sql } from '../../framework/sql/index.ts'
import { atEnd, testHome, testTenant } from '../../framework/testing/index.ts'
import { createBackup, restoreBackup } from './index.ts'

const COLUMNS = sql`SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns WHERE table_schema = 'app' ORDER BY 1, 2`
const INDEXES = sql`SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'app' ORDER BY 1`
const RULES = sql`SELECT conrelid::regclass::text AS t, conname, contype FROM pg_constraint WHERE connamespace = 'app'::regnamespace ORDER BY 1, 2`

describe('a backup of a database with applications', () => {
  test('carries all of it: the copy opens, answers the same, gives out fresh ids and keeps its attachments', async () => {
    const live = await testTenant({ apps: ['sales'], demo: true })
    const content = randomBytes(50_000)
    const orders = (tenant: typeof live) =>
      withSystemEnv(tenant, 'test of a backup', {}, async (env) =>
        (
          await env
            .model('sale.order')
            .search_read([], ['name', 'amount_total', 'partner_id', 'order_line'], 0, null, 'id')
        ).parse(),
      )
    await withSystemEnv(live, 'test of a backup', { mode: 'write' }, async (env) => {
      await env.model('ir.attachment').create([{ name: 'drawing.bin', datas: content.toString('base64') }])
    })

    const home = await testHome()
    const backup = await createBackup(home, live.name)
    assert.deepEqual(backup.leftOut, [])
    assert.deepEqual(backup.missing, [])
    assert.ok(backup.files >= 1)
    const restored = await restoreBackup(home, backup.id, { as: 'copy' })
    const pool = openPool(restored.tenant.address)
    atEnd(() => pool.close())
    const copy = await openTenant({ name: 'copy', pool, files: restored.tenant.files })

    assert.deepEqual(await orders(copy), await orders(live))
    for (const query of [COLUMNS, INDEXES, RULES])
      assert.deepEqual(await copy.pool.query(query), await live.pool.query(query))
    await withSystemEnv(copy, 'test of a backup', { mode: 'write' }, async (env) => {
      const [file] = (
        await (await env.model('ir.attachment').search([['name', '=', 'drawing.bin']])).read(['datas'])
      ).parse()
      assert.deepEqual(Buffer.from(String(file?.datas), 'base64'), content)
      const made = await env.model('res.partner').create([{ name: 'New in the copy' }])
      assert.ok((made.ids[0] ?? 0) >= 900_001)
    })
  })
})
