import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Tenant, withEnv } from '../../framework/access/index.ts'
import { authenticate, verifyPassword } from '../../framework/auth/index.ts'
import { openTenant } from '../../framework/modules/index.ts'
import { id as quoted, openPool, type Pool, sql } from '../../framework/sql/index.ts'
import { hasShared, sharedPath } from '../../tools/shared.ts'
import { type Home, openHome } from '../tenants/index.ts'
import { withScratch } from './archive/scratch.ts'
import { openZip } from './archive/zip.ts'
import type { SourceTable } from './dump/dump.ts'
import { readDump } from './dump/dump.ts'
import { importOdoo } from './import-odoo.ts'
import type { ImportReport } from './report/import-report.ts'
import { renderReport } from './report/render.ts'
import { existingTenant, newTenant } from './targets.ts'

const backup = sharedPath('odoo', 'odoo-18-backup.zip')
const skip = hasShared('odoo', 'odoo-18-backup.zip') ? false : 'the recorded backup is not on this machine'

describe('the backup of a real Odoo 18', { skip }, () => {
  const steps: string[] = []
  let folder = ''
  let home: Home
  let pool: Pool
  let tenant: Tenant
  let report: ImportReport
  let source: ReadonlyMap<string, readonly Readonly<Record<string, string | null>>[]>

  before(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'hf-import-')))
    home = await openHome({ path: join(folder, 'home'), idleTimeoutMs: 0 })
    report = await importOdoo(newTenant(home, 'moved'), backup, {
      progress: (step) => steps.push(step),
      scratchParent: folder,
    })
    tenant = await open('moved')
    pool = tenant.pool
    source = await readSource()
  })

  after(async () => {
    await pool?.close()
    await home?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function open(name: string): Promise<Tenant> {
    const connection = await home.tenants.wake(name)
    return openTenant({ name, pool: openPool(connection.address), files: connection.files })
  }

  // The dump once more, read by itself, as what the tenant is compared with.
  async function readSource(): Promise<ReadonlyMap<string, readonly Readonly<Record<string, string | null>>[]>> {
    const found = new Map<string, Record<string, string | null>[]>()
    const zip = await openZip(backup)
    await withScratch(async (scratch) => {
      const dump = await readDump(zip.read('dump.sql'), scratch)
      for (const name of [
        'res_partner',
        'sale_order',
        'sale_order_line',
        'ir_attachment',
        'res_users',
        'product_product',
      ]) {
        const table = dump.tables.get(name) as SourceTable
        const rows = []
        for await (const row of table.rows())
          rows.push(Object.fromEntries(table.columns.map((c, i) => [c.name, row[i] ?? null])))
        found.set(name, rows)
      }
    }, folder)
    await zip.close()
    return found
  }

  const rowsOf = (table: string): readonly Readonly<Record<string, string | null>>[] => source.get(table) ?? []

  async function count(db: Pool, table: string): Promise<number> {
    const [row] = await db.query<{ n: number }>(sql`SELECT count(*) AS n FROM ${quoted(table)}`)
    return row?.n ?? -1
  }

  async function ourId(model: string, sourceId: string | null | undefined): Promise<number | null> {
    const [row] = await pool.query<{ id: number }>(
      sql`SELECT target_id AS id FROM hf_import_map WHERE model = ${model} AND source_id = ${Number(sourceId)}`,
    )
    return row?.id ?? null
  }

  const expected: readonly (readonly [table: string, rows: number])[] = [
    ['res_partner', 44],
    ['product_template', 36],
    ['product_product', 42],
    ['sale_order', 21],
    ['sale_order_line', 45],
    ['res_users', 10],
    ['ir_attachment', 405],
  ]
  for (const [table, rows] of expected) {
    test(`${table} holds the ${rows} rows of the backup`, async () => assert.equal(await count(pool, table), rows))
  }

  test('every row of the backup is imported, matched or kept aside, and hf_import_aside holds as many as the report says', async () => {
    assert.equal(report.tables.length, 383)
    for (const t of report.tables) assert.equal(t.imported + t.matched + t.aside, t.read, t.table)
    const [kept] = await pool.query<{ n: number }>(sql`SELECT count(*) AS n FROM hf_import_aside WHERE kind = 'row'`)
    assert.equal(kept?.n, report.rows.aside)
    assert.equal(report.rows.read, 36_520)
  })

  test('totals of every order and line equal those of Odoo to the cent, and our own computation agrees', async () => {
    const wrong = (a: string | null | undefined, b: number | undefined): boolean =>
      Math.abs(Number(a ?? 0) - (b ?? Number.NaN)) > 0.0049
    for (const order of rowsOf('sale_order')) {
      const [row] = await pool.query<Record<string, number>>(
        sql`SELECT amount_untaxed, amount_tax, amount_total FROM sale_order WHERE name = ${order.name ?? ''}`,
      )
      for (const field of ['amount_untaxed', 'amount_tax', 'amount_total'])
        assert.equal(wrong(order[field], row?.[field]), false, `${order.name} ${field}`)
    }
    for (const line of rowsOf('sale_order_line')) {
      const [row] = await pool.query<Record<string, number>>(
        sql`SELECT price_subtotal, price_total FROM sale_order_line WHERE id = ${await ourId('sale.order.line', line.id)}`,
      )
      for (const field of ['price_subtotal', 'price_total'])
        assert.equal(wrong(line[field], row?.[field]), false, `line ${line.id} ${field}`)
    }
    assert.deepEqual(
      report.differences.filter((d) => /amount|price/.test(d.field)),
      [],
    )
  })

  for (const [login, password] of [
    ['sam', 'sam-Secret-1'],
    ['berta', 'berta-Secret-2'],
    ['paul', 'paul-Secret-3'],
    ['admin', 'admin'],
  ] as const) {
    test(`the user ${login} signs in with the password of the old system and with no other`, async () => {
      const [user] = await pool.query<{ id: number; password: string }>(
        sql`SELECT id, password FROM res_users WHERE login = ${login}`,
      )
      assert.equal((await verifyPassword(password, user?.password ?? '')).ok, true)
      assert.equal(await authenticate(tenant, login, `${password}x`, { source: '127.0.0.1', interactive: false }), null)
      assert.equal(await authenticate(tenant, login, password, { source: '127.0.0.1', interactive: false }), user?.id)
    })
  }

  test('a salesperson sees the own quotation and no order of somebody else', async () => {
    const uid = (await ourId('res.users', rowsOf('res_users').find((u) => u.login === 'sam')?.id)) ?? 0
    const seen = await withEnv(tenant, uid, { mode: 'read' }, async (env) =>
      env.model('sale.order', (await env.model('sale.order').search([])).ids).load('user_id', 'amount_untaxed'),
    )
    assert.deepEqual(
      seen.filter((o) => o.user_id !== null).map((o) => [o.user_id, o.amount_untaxed]),
      [[uid, 37.5]],
    )
  })

  test('twenty partners drawn at random are the same field by field', async () => {
    const names = [
      'name',
      'ref',
      'lang',
      'tz',
      'vat',
      'website',
      'function',
      'type',
      'street',
      'street2',
      'zip',
      'city',
      'email',
      'phone',
      'company_name',
      'active',
      'employee',
      'is_company',
      'create_date',
      'write_date',
    ]
    const references = {
      parent_id: 'res.partner',
      user_id: 'res.users',
      country_id: 'res.country',
      state_id: 'res.country.state',
      company_id: 'res.company',
      commercial_partner_id: 'res.partner',
      create_uid: 'res.users',
    }
    const drawn = [...rowsOf('res_partner')].sort(() => Math.random() - 0.5).slice(0, 20)
    for (const partner of drawn) {
      const [row] = await pool.query<Record<string, unknown>>(
        sql`SELECT * FROM res_partner WHERE id = ${await ourId('res.partner', partner.id)}`,
      )
      for (const name of names) {
        const wanted = ['active', 'employee', 'is_company'].includes(name)
          ? partner[name] === 't'
          : (partner[name] ?? null)
        assert.equal(row?.[name] ?? null, wanted, `partner ${partner.id} ${name}`)
      }
      for (const [name, model] of Object.entries(references)) {
        assert.equal(
          row?.[name] ?? null,
          partner[name] ? await ourId(model, partner[name]) : null,
          `partner ${partner.id} ${name}`,
        )
      }
    }
  })

  test('ids stay where they were free, the company and the administrator are the ones of the tenant', async () => {
    for (const order of rowsOf('sale_order')) assert.equal(await ourId('sale.order', order.id), Number(order.id))
    assert.equal(await ourId('res.company', '1'), 1)
    assert.equal(await ourId('res.users', '2'), 2)
    const [company] = await pool.query<{ name: string }>(sql`SELECT name FROM res_company WHERE id = 1`)
    assert.equal(company?.name, 'YourCompany')
  })

  test('attachments hold the bytes of the old file store, sealed, and none points to a record that is not here', async () => {
    const rows = await pool.query<{
      id: number
      store_fname: string | null
      checksum: string | null
      res_model: string | null
      res_id: number | null
    }>(sql`SELECT id, store_fname, checksum, res_model, res_id FROM ir_attachment`)
    const before = new Map(
      await Promise.all(rowsOf('ir_attachment').map(async (a) => [await ourId('ir.attachment', a.id), a] as const)),
    )
    for (const row of rows) {
      const old = before.get(row.id)
      assert.ok(old, `attachment ${row.id}`)
      assert.equal(row.store_fname === null, old.store_fname === null)
      if (row.store_fname !== null) {
        const bytes = await tenant.files.get(row.store_fname)
        assert.equal(
          createHash('sha1')
            .update(bytes ?? '')
            .digest('hex'),
          old.store_fname?.slice(3),
        )
        assert.equal(row.checksum, old.checksum)
      }
      if (row.res_id !== null && row.res_model !== null) {
        const info = tenant.registry.models.get(row.res_model)
        assert.ok(info, `${row.res_model} is a model`)
        const found = await pool.query(sql`SELECT 1 AS one FROM ${quoted(info.table)} WHERE id = ${row.res_id}`)
        assert.equal(found.length, 1, `${row.res_model} ${row.res_id}`)
      }
    }
  })

  test('external ids lead to the records that they named', async () => {
    const [row] = await pool.query<{ name: string }>(
      sql`SELECT p.name FROM ir_model_data d JOIN res_partner p ON p.id = d.res_id WHERE d.module = 'base' AND d.name = 'res_partner_2'`,
    )
    assert.equal(row?.name, rowsOf('res_partner').find((p) => p.ref === null && p.name === row?.name)?.name)
    const dangling = await pool.query(
      sql`SELECT d.id FROM ir_model_data d WHERE d.model = 'res.partner' AND NOT EXISTS (SELECT 1 FROM res_partner p WHERE p.id = d.res_id)`,
    )
    assert.equal(dangling.length, 0)
  })

  test('the next order gets the number after the last one of Odoo', async () => {
    const last = rowsOf('sale_order')
      .map((o) => o.name ?? '')
      .sort()
      .at(-1)
    const name = await withEnv(tenant, 2, { mode: 'write' }, async (env) => {
      const order = await env.model('sale.order').create({ partner_id: 3 } as never)
      const [row] = await order.load('name')
      await order.unlink()
      return String(row?.name)
    })
    assert.equal(Number(name.slice(1)), Number(last?.slice(1)) + 1)
  })

  test('the report is told step by step, and its text names the counts and what stayed aside', () => {
    assert.ok(steps.includes('importing sale_order'))
    const text = renderReport(report)
    assert.match(text, /sale_order +21 +21 +0 +0/)
    assert.match(text, /account_move_line 68/)
  })

  test('a second import of the same database reports matches and doubles nothing', async () => {
    const again = await importOdoo(existingTenant(tenant), backup, { scratchParent: folder })
    for (const [table, rows] of expected) {
      assert.equal(await count(pool, table), rows, table)
      assert.deepEqual(
        {
          imported: again.tables.find((t) => t.table === table)?.imported,
          matched: again.tables.find((t) => t.table === table)?.matched,
        },
        { imported: 0, matched: rows },
      )
    }
    for (const t of again.tables) assert.equal(t.imported + t.matched + t.aside, t.read, t.table)
    assert.deepEqual(
      again.tables.filter((t) => t.imported > 0).map((t) => t.table),
      [],
    )
  })
})
