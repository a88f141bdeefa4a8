import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Tenant } from '../../framework/access/index.ts'
import { openTenant } from '../../framework/modules/index.ts'
import { id as quoted, openPool, type Pool, sql } from '../../framework/sql/index.ts'
import { hasShared, sharedPath } from '../../tools/shared.ts'
import { type Home, openHome } from '../tenants/index.ts'
import { importOdoo } from './import-odoo.ts'
import { existingTenant, newTenant } from './targets.ts'
import { dumpOf, forgeZip, manifestOf } from './testing/forge-zip.ts'

let folder = ''
let home: Home
let tenant: Tenant
let pool: Pool

before(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'hf-hostile-')))
  home = await openHome({ path: join(folder, 'home'), idleTimeoutMs: 0 })
  await importOdoo(newTenant(home, 'victim'), await forge('empty.zip', ''), { scratchParent: folder })
  const connection = await home.tenants.wake('victim')
  tenant = await openTenant({ name: 'victim', pool: openPool(connection.address), files: connection.files })
  pool = tenant.pool
})

after(async () => {
  await pool?.close()
  await home?.close()
  rmSync(folder, { recursive: true, force: true })
})

async function count(table: string): Promise<number> {
  const [row] = await pool.query<{ n: number }>(sql`SELECT count(*) AS n FROM ${quoted(table)}`)
  return row?.n ?? -1
}

test('an import that fails half-way leaves no row and no file in the tenant', async () => {
  const files = async (): Promise<string[]> => {
    const names = []
    for await (const name of (await home.tenants.wake('victim')).files.list()) names.push(name)
    return names.sort()
  }
  const [before, imports] = [await files(), await count('hf_import')]
  const content = Buffer.from(`only here ${Math.random()}`)
  const sha1 = createHash('sha1').update(content).digest('hex')
  const fname = `${sha1.slice(0, 2)}/${sha1}`
  const path = await forge(
    'broken.zip',
    `COPY public.ir_attachment (id, name, type, store_fname) FROM stdin;\n1\ta\tbinary\t${fname}\n\\.\nCOPY public.res_partner (id, name) FROM stdin;\n7001\tHalf Way\n7002\n\\.\n`,
    [{ name: `filestore/${fname}`, data: content }],
  )
  await assert.rejects(importOdoo(existingTenant(tenant), path, { scratchParent: folder }), {
    code: 'ERR_IMPORT_DUMP_DAMAGED',
  })
  assert.equal((await pool.query(sql`SELECT 1 AS one FROM res_partner WHERE name = 'Half Way'`)).length, 0)
  assert.equal(await count('hf_import'), imports)
  assert.deepEqual(await files(), before)
})

async function forge(
  name: string,
  body: string,
  more: readonly { name: string; data: Buffer | string }[] = [],
  version = '18.0',
): Promise<string> {
  const path = join(folder, name)
  await writeFile(
    path,
    forgeZip([{ name: 'manifest.json', data: manifestOf(version) }, { name: 'dump.sql', data: dumpOf(body) }, ...more]),
  )
  return path
}

test('SQL of a dump is passed over: nothing is dropped, and the report says so', async () => {
  const partners = await count('res_partner')
  const path = await forge('sql.zip', 'DROP TABLE public.res_partner CASCADE;\nDELETE FROM public.sale_order;\n')
  const hostile = await importOdoo(existingTenant(tenant), path, { scratchParent: folder })
  assert.equal(await count('res_partner'), partners)
  assert.equal(hostile.statementsPassedOver['DROP TABLE'], 1)
  assert.ok(hostile.notes.some((n) => n.includes('DROP TABLE')))
})

test('HTML of a backup is cleaned as if somebody had typed it in, and tables with wild names stay aside', async () => {
  const path = await forge(
    'html.zip',
    'COPY public.res_partner (id, name, comment) FROM stdin;\n7101\tMallory\t<p>hi<script>alert(1)</script><img src=x onerror=alert(1)></p>\n\\.\nCOPY public."x"";drop table y" ("a b", __proto__) FROM stdin;\n1\t2\n\\.\n',
  )
  const hostile = await importOdoo(existingTenant(tenant), path, { scratchParent: folder })
  const [row] = await pool.query<{ comment: string }>(sql`SELECT comment FROM res_partner WHERE name = 'Mallory'`)
  assert.match(row?.comment ?? '', /hi/)
  assert.doesNotMatch(row?.comment ?? '', /script|onerror/)
  assert.equal(hostile.tables.find((t) => t.model === null && t.read === 1)?.aside, 1)
})

const versions: readonly (readonly [version: string, columns: string, row: string])[] = [
  [
    '17.0',
    'id, name, type_tax_use, amount_type, amount, company_id, price_include',
    '1\t{"en_US": "In the price"}\tsale\tpercent\t21\t1\tt',
  ],
  [
    '19.0',
    'id, name, type_tax_use, amount_type, amount, company_id, price_include_override',
    '1\t{"en_US": "In the price"}\tsale\tpercent\t21\t1\ttax_included',
  ],
]
for (const [version, columns, row] of versions) {
  test(`a tax of Odoo ${version} stays contained in the price`, async () => {
    const company =
      'COPY public.res_company (id, name, partner_id, currency_id) FROM stdin;\n1\tNew\t1\t1\n\\.\nCOPY public.res_currency (id, name, symbol) FROM stdin;\n1\tUSD\t$\n\\.\nCOPY public.res_partner (id, name) FROM stdin;\n1\tNew\n\\.\nCOPY public.ir_model_data (id, module, name, model, res_id) FROM stdin;\n1\tbase\tmain_company\tres.company\t1\n2\tbase\tmain_partner\tres.partner\t1\n\\.\n'
    const path = await forge(
      `tax-${version}.zip`,
      `${company}COPY public.account_tax (${columns}) FROM stdin;\n${row}\n\\.\n`,
      [],
      version,
    )
    await importOdoo(newTenant(home, `tax-${version.slice(0, 2)}`), path, { scratchParent: folder })
    const connection = await home.tenants.wake(`tax-${version.slice(0, 2)}`)
    const other = openPool(connection.address)
    const [tax] = await other.query(sql`SELECT price_include_override FROM account_tax WHERE amount = 21`)
    await other.close()
    assert.deepEqual(tax, { price_include_override: 'tax_included' })
  })
}

test('a user of the tenant who has a password keeps it, and what another record held before is kept aside', async () => {
  await pool.query(sql`UPDATE res_users SET password = 'ours' WHERE id = 2`)
  await pool.query(sql`UPDATE res_partner SET city = 'Ghent' WHERE id = 3`)
  const path = await forge(
    'admin.zip',
    'COPY public.res_partner (id, name, city) FROM stdin;\n3\tBoss\tLiège\n\\.\nCOPY public.res_users (id, login, password, partner_id, company_id) FROM stdin;\n2\tboss\ttheirs\t3\t1\n\\.\nCOPY public.ir_model_data (id, module, name, model, res_id) FROM stdin;\n1\tbase\tuser_admin\tres.users\t2\n2\tbase\tpartner_admin\tres.partner\t3\n\\.\n',
  )
  const done = await importOdoo(existingTenant(tenant), path, { scratchParent: folder })
  assert.deepEqual(await pool.query(sql`SELECT login, password FROM res_users WHERE id = 2`), [
    { login: 'admin', password: 'ours' },
  ])
  assert.deepEqual(await pool.query(sql`SELECT name, city FROM res_partner WHERE id = 3`), [
    { name: 'Boss', city: 'Liège' },
  ])
  const [kept] = await pool.query<{ row: Record<string, unknown> }>(
    sql`SELECT row FROM hf_import_aside WHERE import_id = ${done.importId} AND kind = 'replaced' AND source_table = 'res_partner'`,
  )
  assert.equal(kept?.row['city'], 'Ghent')
  const [user] = await pool.query<{ row: Record<string, unknown> }>(
    sql`SELECT row FROM hf_import_aside WHERE import_id = ${done.importId} AND kind = 'matched' AND source_table = 'res_users'`,
  )
  assert.equal(user?.row['login'], 'boss')
  assert.equal('password' in (user?.row ?? {}), false)
})

test('an id that is taken gives way to a new one, and references follow it', async () => {
  const path = await forge(
    'taken.zip',
    'COPY public.res_partner (id, name, parent_id) FROM stdin;\n1\tTheirs\t\\N\n7301\tChild of theirs\t1\n\\.\n',
  )
  await importOdoo(existingTenant(tenant), path, { scratchParent: folder })
  const [row] = await pool.query<{ parent: string; parent_id: number }>(
    sql`SELECT p.name AS parent, c.parent_id FROM res_partner c JOIN res_partner p ON p.id = c.parent_id WHERE c.id = 7301`,
  )
  assert.equal(row?.parent, 'Theirs')
  assert.ok((row?.parent_id ?? 0) > 900_000)
})

const skip = hasShared('odoo', 'odoo-18-backup.zip') ? false : 'the recorded backup is not on this machine'
const original = skip ? Buffer.alloc(0) : readFileSync(sharedPath('odoo', 'odoo-18-backup.zip'))

describe('a damaged backup', { skip }, () => {
  const flipAt = (at: number): Buffer => {
    const copy = Buffer.from(original)
    copy.writeUInt8((copy[at] ?? 0) ^ 0x55, at)
    return copy
  }
  const without = (name: string): Buffer =>
    Buffer.from(original.toString('latin1').replaceAll(name, name.replace(/.$/, '_')), 'latin1')
  const damaged: readonly (readonly [what: string, zip: Buffer, code: RegExp])[] = [
    ['cut in the middle', original.subarray(0, original.length >> 1), /ZIP_DAMAGED/],
    ['cut at the end', original.subarray(0, original.length - 10), /ZIP_DAMAGED/],
    ['with a flipped byte near its beginning', flipAt(1_000), /ZIP_DAMAGED|ZIP_SIZE/],
    ['with a flipped byte in its middle', flipAt(original.length >> 1), /ZIP_DAMAGED|ZIP_SIZE/],
    ['with a flipped byte in a name of its list of entries', flipAt(original.lastIndexOf('filestore/') + 20), /ZIP_/],
    ['without a manifest', without('manifest.json'), /ZIP_MISSING/],
    ['without a dump', without('dump.sql'), /ZIP_MISSING/],
    [
      'of another system',
      forgeZip([
        { name: 'manifest.json', data: '{"hello": 1}' },
        { name: 'dump.sql', data: dumpOf('') },
      ]),
      /MANIFEST/,
    ],
    [
      'of an old version',
      forgeZip([
        { name: 'manifest.json', data: manifestOf('12.0') },
        { name: 'dump.sql', data: dumpOf('') },
      ]),
      /VERSION/,
    ],
    [
      'whose dump holds a shell command',
      forgeZip([
        { name: 'manifest.json', data: manifestOf() },
        { name: 'dump.sql', data: dumpOf('\\! touch owned\n') },
      ]),
      /DUMP_REFUSED/,
    ],
  ]
  for (const [i, [what, zip, code]] of damaged.entries()) {
    test(`a backup ${what} is refused with a clear error and leaves nothing behind`, async () => {
      const path = join(folder, `damaged-${i}.zip`)
      await writeFile(path, zip)
      await assert.rejects(importOdoo(newTenant(home, `damaged-${i}`), path, { scratchParent: folder }), { code })
      assert.equal(home.tenants.get(`damaged-${i}`), null)
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.startsWith('holdfast-import-')),
        [],
      )
    })
  }
})

test('a tenant that is made for an import goes again when the import fails half-way', async () => {
  const path = await forge('half.zip', 'COPY public.sale_order (id, name) FROM stdin;\n1\n\\.\n')
  await assert.rejects(importOdoo(newTenant(home, 'half'), path, { scratchParent: folder }), {
    code: 'ERR_IMPORT_DUMP_DAMAGED',
  })
  assert.equal(home.tenants.get('half'), null)
})
