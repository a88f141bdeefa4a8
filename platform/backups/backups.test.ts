import assert from 'node:assert/strict'
import { copyFile, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { after, before, describe, test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { sql, withTransaction } from '../../framework/sql/index.ts'
import { testHome } from '../../framework/testing/index.ts'
import type { Home, TenantConnection } from '../tenants/index.ts'
import {
  type CreatedBackup,
  createBackup,
  exportBackup,
  getBackup,
  importArchive,
  listBackups,
  rebuildCatalog,
  restoreBackup,
  undoRestore,
  verifyBackup,
} from './index.ts'
import { fillWorkshop, using } from './testing/workshop.ts'

const SCHEMA_TEXT = sql`
  SELECT c.relname::text AS name, a.attnum, a.attname::text AS part, format_type(a.atttypid, a.atttypmod) AS what, pg_get_expr(d.adbin, d.adrelid) AS more,
    a.attnotnull || a.attidentity::text || a.attgenerated::text AS flags, col_description(c.oid, a.attnum) AS comment
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'app'::regnamespace AND c.relkind = 'r'
  UNION ALL SELECT conrelid::regclass::text, 0, conname::text, pg_get_constraintdef(oid), NULL, NULL, NULL FROM pg_constraint WHERE connamespace = 'app'::regnamespace
  UNION ALL SELECT tablename::text, 0, indexname::text, indexdef, NULL, NULL, NULL FROM pg_indexes WHERE schemaname = 'app'
  UNION ALL SELECT sequencename::text, 0, '', start_value || ' ' || min_value || ' ' || max_value || ' ' || increment_by || ' ' || cycle || ' ' || coalesce(last_value::text, '-'), data_type::text, NULL,
    pg_get_serial_sequence('app.ticket', 'number') FROM pg_sequences WHERE schemaname = 'app'
  ORDER BY 1, 2, 3, 4`

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => assert.fail('it was accepted'),
    (thrown: unknown) => thrown as { code?: string },
  )
  return error.code ?? String(error)
}

describe('backups of a tenant', () => {
  let folder: string
  let home: Home
  let acme: TenantConnection
  let files: Map<string, Buffer>
  let backup: CreatedBackup
  const objectOf = (of: { tenantId: string; sha256: string }): string =>
    join(home.path, 'backups', 'objects', of.tenantId, of.sha256)

  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'holdfast-backup-')))
    home = await testHome()
    acme = await home.tenants.create({ name: 'acme' })
    files = await fillWorkshop(acme)
    backup = await createBackup(home, 'acme')
  })
  after(() => rm(folder, { recursive: true, force: true }))

  test('a backup names its moment, its size and what it does not carry', async () => {
    assert.deepEqual(
      backup.leftOut.map(({ kind, name }) => `${kind} ${name}`),
      ['view looked_at'],
    )
    assert.equal(backup.missing.length, 0)
    assert.equal(backup.files, 3)
    assert.match(backup.lsn, /^[0-9A-F]+\/[0-9A-F]+$/)
    assert.equal((await stat(objectOf(backup))).size, backup.sizeBytes)
    assert.deepEqual(
      (await listBackups(home, 'acme')).map(({ id }) => id),
      [backup.id],
    )
    assert.deepEqual(await listBackups(home, 'nobody'), [])
  })

  test('the stored object shows nothing of what it holds', async () => {
    const sealed = await readFile(objectOf(backup))
    for (const canary of ['res_partner', 'a first attachment', 'Käthe', 'archive.json'])
      assert.equal(sealed.includes(canary), false, canary)
    assert.deepEqual(await readdir(join(home.path, 'backups', 'staging')), [])
  })

  test('a verified backup is marked so in the catalog', async () => {
    const report = await verifyBackup(home, backup.id)
    assert.equal(report.files, 3)
    assert.equal(report.rows, backup.rows)
    assert.equal((await getBackup(home, backup.id)).state, 'verified')
  })

  test('a database restored beside has the same schema, rows, sequences and attachments, under keys of its own', async () => {
    const seen: string[] = []
    const { tenant } = await restoreBackup(
      home,
      backup.id,
      { as: 'acme-copy' },
      { progress: (phase) => void seen.push(phase) },
    )
    assert.notEqual(tenant.id, acme.id)
    const dump = sql`SELECT (SELECT json_agg(r ORDER BY id) FROM res_partner r)::text AS a, (SELECT json_agg(t ORDER BY number) FROM ticket t)::text AS b`
    const [live, copy] = await Promise.all(
      [acme, tenant].map((one) =>
        using(one, async (pool) => ({
          rows: await pool.query(dump),
          schema: await pool.query(SCHEMA_TEXT),
          lonely: await pool.query(sql`SELECT nextval('lonely')`),
        })),
      ),
    )
    const { schema: wanted, ...rest } = live ?? assert.fail()
    const { schema, ...copied } = copy ?? assert.fail()
    assert.deepEqual(copied, rest)
    assert.deepEqual(schema, wanted)
    assert.ok(schema.length > 45)
    for (const [name, content] of files) assert.deepEqual(Buffer.from((await tenant.files.get(name)) ?? []), content)
    for (const phase of ['verify', 'rows', 'files', 'rules', 'check']) assert.ok(seen.includes(phase), phase)
  })

  test('a copy ends sessions and stops what acts outwards; asked not to, it lets jobs be', async () => {
    const look = sql`SELECT (SELECT count(*) FROM hf_session) AS sessions, (SELECT active FROM ir_cron) AS cron, (SELECT n FROM hf_epoch) AS epoch`
    const copy = await home.tenants.wake('acme-copy')
    assert.deepEqual(await using(copy, (pool) => pool.query(look)), [{ sessions: 0, cron: false, epoch: 42 }])
    const { tenant } = await restoreBackup(home, backup.id, { as: 'acme-loud' }, { neutralise: false })
    assert.deepEqual(await using(tenant, (pool) => pool.query(look)), [{ sessions: 0, cron: true, epoch: 42 }])
    await home.tenants.delete('acme-loud', { graceDays: 0 })
  })

  test('a restore over the live database takes a safety backup, keeps the epoch rising and can be undone', async () => {
    const count = sql`SELECT count(*) AS n FROM res_partner`
    await using(acme, async (pool) => {
      await pool.query(sql`INSERT INTO res_partner (name) VALUES ('after the backup')`)
      await pool.query(sql`UPDATE hf_epoch SET n = 1000`)
    })
    const before = await using(acme, (pool) => pool.query(count))
    const { tenant, safety } = await restoreBackup(home, backup.id, { over: 'acme' })
    assert.equal(tenant.id, acme.id)
    assert.deepEqual(await using(tenant, (pool) => pool.query(count)), [{ n: 503 }])
    assert.deepEqual(await using(tenant, (pool) => pool.query(sql`SELECT n FROM hf_epoch`)), [{ n: 1001 }])
    assert.deepEqual(await using(tenant, (pool) => pool.query(sql`SELECT active FROM ir_cron`)), [{ active: true }])
    assert.equal(safety?.reason, 'safety')
    assert.equal(safety?.rows, backup.rows + 1)
    assert.deepEqual(await using(await undoRestore(home, 'acme'), (pool) => pool.query(count)), before)
  })

  test('a backup is not restored over another database', async () => {
    assert.equal(await codeOf(restoreBackup(home, backup.id, { over: 'acme-copy' })), 'ERR_RESTORE_FOREIGN')
    assert.equal(await codeOf(restoreBackup(home, backup.id, { as: 'acme' })), 'ERR_TENANT_NAME_TAKEN')
    assert.equal(await codeOf(verifyBackup(home, '00000000-0000-4000-8000-000000000000')), 'ERR_BACKUP_UNKNOWN')
    assert.equal(await codeOf(verifyBackup(home, "x' OR true --")), 'ERR_BACKUP_UNKNOWN')
  })

  test('an export opens with standard tools and imports as a new database; a sealed one, too', async () => {
    const [plain, sealed] = [join(folder, 'acme.tar.zst'), join(folder, 'acme.sealed')]
    await exportBackup(home, backup.id, plain)
    await exportBackup(home, backup.id, sealed, { sealed: true })
    assert.ok(zstdDecompressSync(await readFile(plain)).includes('a first attachment'))
    assert.deepEqual(await readFile(sealed), await readFile(objectOf(backup)))
    assert.equal((await stat(plain)).mode & 0o777, 0o600)
    assert.equal(await codeOf(exportBackup(home, backup.id, plain)), 'ERR_EXPORT_EXISTS')
    for (const [file, name] of [
      [plain, 'from-plain'],
      [sealed, 'from-sealed'],
    ] as const) {
      const { tenant } = await importArchive(home, file, name)
      assert.deepEqual(await using(tenant, (pool) => pool.query(sql`SELECT count(*) AS n FROM res_partner`)), [
        { n: 503 },
      ])
      await home.tenants.delete(name, { graceDays: 0 })
    }
  })

  test('a flipped byte or a missing end is refused wherever it is, and nothing is made', async () => {
    const path = objectOf(backup)
    const good = await readFile(path)
    const last = good.length - 1
    const places = [0, 7, 9, 12, 20, 30, 41, 80, 130, 200, 66_000, 132_000, Math.floor(last / 2), last - 16, last]
    const exported = join(folder, 'flipped.sealed')
    const instances = (await readdir(join(home.path, 'instances'))).length
    for (const at of places) {
      const bad = Buffer.from(good)
      bad.writeUInt8(bad.readUInt8(at) ^ 1, at)
      await writeFile(path, bad)
      assert.match(
        await codeOf(verifyBackup(home, backup.id)),
        /^ERR_SEAL_|^ERR_KEY_DESTROYED$|^ERR_BACKUP_OBJECT$/,
        `byte ${at}`,
      )
      // The same in a file, of which no hash is known: here the seal alone must see it.
      await writeFile(exported, bad)
      assert.match(
        await codeOf(importArchive(home, exported, 'never')),
        /^ERR_(SEAL_|KEY_DESTROYED$|ARCHIVE_FORMAT$|BACKUP_TENANT$)/,
        `byte ${at}`,
      )
    }
    for (const length of [0, 5, 100, 250, 65_552 + 200, good.length - 16, last]) {
      await writeFile(path, good.subarray(0, length))
      assert.match(
        await codeOf(restoreBackup(home, backup.id, { as: 'never' })),
        /^ERR_SEAL_|^ERR_BACKUP_OBJECT$/,
        `length ${length}`,
      )
    }
    await writeFile(path, Buffer.concat([good, Buffer.from('x')]))
    assert.match(await codeOf(restoreBackup(home, backup.id, { as: 'never' })), /^ERR_SEAL_|^ERR_BACKUP_OBJECT$/)
    assert.equal((await getBackup(home, backup.id)).state, 'damaged')
    await writeFile(path, good)
    await verifyBackup(home, backup.id)
    assert.equal(home.tenants.get('never'), null)
    assert.equal((await readdir(join(home.path, 'instances'))).length, instances)
  })

  test("another tenant's object, and another backup of the same tenant, are refused in a backup's place", async () => {
    const bolt = await home.tenants.create({ name: 'bolt' })
    await fillWorkshop(bolt)
    const other = await createBackup(home, 'bolt')
    const second = await createBackup(home, 'acme')
    const good = await readFile(objectOf(backup))
    await copyFile(objectOf(other), objectOf(backup))
    assert.equal(await codeOf(verifyBackup(home, backup.id)), 'ERR_SEAL_FOREIGN')
    await copyFile(objectOf(second), objectOf(backup))
    assert.equal(await codeOf(verifyBackup(home, backup.id)), 'ERR_SEAL_KIND')
    await writeFile(objectOf(backup), good)
  })

  test('an attachment that is lost or damaged is named in the backup and does not prevent it', async () => {
    const bolt = await home.tenants.wake('bolt')
    const [first = '', second = ''] = await using(bolt, async (pool) =>
      (await pool.query<{ f: string }>(sql`SELECT store_fname AS f FROM ir_attachment ORDER BY id`)).map(({ f }) => f),
    )
    const at = (name: string): string => join(home.path, 'files', bolt.id, name.slice(0, 2), name)
    await rm(at(first))
    await writeFile(at(second), (await readFile(at(second))).fill(0, 300))
    await using(bolt, (pool) =>
      pool.query(sql`INSERT INTO ir_attachment (name, store_fname) VALUES ('evil', '../../etc/passwd')`),
    )
    const lacking = await createBackup(home, 'bolt')
    assert.deepEqual(
      new Map(lacking.missing.map(({ name, reason }) => [name, reason])),
      new Map([
        ['../../etc/passwd', 'no name of the file store'],
        [first, 'missing'],
        [second, 'damaged'],
      ]),
    )
    assert.equal((await verifyBackup(home, lacking.id)).files, 1)
  })

  test('a change of the schema that is under way is waited for, and the backup has all of it or nothing', async () => {
    const live = await home.tenants.wake('bolt')
    await using(live, async (pool) => {
      const changing = withTransaction(pool, async (tx) => {
        await tx.query(sql`ALTER TABLE empty_one ADD COLUMN more text DEFAULT 'x'`)
        await tx.query(sql`CREATE TABLE made_meanwhile AS SELECT 1 AS n`)
        await delay(400)
      })
      await delay(100)
      const during = await createBackup(home, 'bolt')
      await changing
      const { schema } = await verifyBackup(home, during.id)
      const names = (table: string) => schema.tables.find(({ name }) => name === table)?.columns.map(({ name }) => name)
      assert.deepEqual([names('empty_one'), names('made_meanwhile')], [['id', 'more'], ['n']])
    })
  })

  test('the catalog is rebuilt from the store alone', async () => {
    const known = await listBackups(home)
    await home.control.query(sql`DELETE FROM backup_catalog`)
    assert.equal(await rebuildCatalog(home), known.length)
    assert.deepEqual(
      (await listBackups(home)).map(({ id, sha256 }) => [id, sha256]),
      known.map(({ id, sha256 }) => [id, sha256]),
    )
    await verifyBackup(home, backup.id)
  })
})
