import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { zstdCompressSync } from 'node:zlib'
import { testHome } from '../../framework/testing/index.ts'
import type { Home } from '../tenants/index.ts'
import { createBackup, exportBackup, importArchive } from './index.ts'
import type { ArchiveFacts } from './archive/manifest.ts'
import type { SchemaDescription } from './schema/description.ts'
import { change, changeJson, type Part, repack, tar, unpack, withManifest } from './testing/repack.ts'
import { fillWorkshop } from './testing/workshop.ts'

/** The description without `readonly`, for those who bend it. */
type Bent<T> = T extends object ? { -readonly [K in keyof T]: Bent<T[K]> } : T
type Schema = Bent<SchemaDescription> & Record<string, unknown>
type Facts = Bent<ArchiveFacts>

const partner = (schema: Schema) => schema.tables.find((table) => table.name === 'res_partner') ?? assert.fail()
const column = (schema: Schema, name = 'name') =>
  partner(schema).columns.find((one) => one.name === name) ?? assert.fail()
const inSchema = (edit: (schema: Schema) => void) => (parts: Part[]) => changeJson<Schema>(parts, 'schema.json', edit)
const inFacts = (edit: (facts: Facts) => void) => (parts: Part[]) => changeJson<Facts>(parts, 'archive.json', edit)
const extra =
  (name: string, header?: Part['header'], at = -1) =>
  (parts: Part[]) =>
    parts.toSpliced(at, 0, { name, body: Buffer.from('x'), ...(header === undefined ? {} : { header }) })
const HASH = 'ab'.repeat(32)

/** Each is refused before anything is made, with that code. */
const REFUSED: readonly [title: string, code: RegExp, bend: (parts: Part[]) => Part[]][] = [
  ['a member that climbs out of the folder', /ERR_ARCHIVE_MEMBER/, extra('../evil')],
  ['a member with an absolute path', /ERR_ARCHIVE_MEMBER/, extra('/etc/evil')],
  ['a member that climbs from a known folder', /ERR_ARCHIVE_MEMBER/, extra('files/ab/../../evil', undefined, -7)],
  ['an unknown member', /ERR_ARCHIVE_MEMBER/, extra('setup.sh')],
  ['an unknown member at the beginning', /ERR_ARCHIVE_MEMBER/, extra('a', undefined, 0)],
  ['a symbolic link', /ERR_ARCHIVE_MEMBER/, extra('README.txt', { type: 'symlink', linkname: '/etc/passwd' }, -6)],
  ['a hard link', /ERR_ARCHIVE_MEMBER/, extra(`files/ab/${HASH}`, { type: 'link', linkname: '/etc/passwd' }, -6)],
  ['a folder', /ERR_ARCHIVE_MEMBER/, extra('data', { type: 'directory' }, 2)],
  ['a device', /ERR_ARCHIVE_MEMBER/, extra('data/x', { type: 'character-device' }, 2)],
  [
    'an extended header that renames a member',
    /ERR_ARCHIVE_MEMBER/,
    extra('data/x', { pax: { path: '../evil' } } as never, 2),
  ],
  ['a member twice', /ERR_ARCHIVE_MEMBER/, (parts) => parts.toSpliced(1, 0, parts[1] ?? assert.fail())],
  [
    'members in another order',
    /ERR_ARCHIVE_MEMBER/,
    ([first, second, ...rest]) => [second ?? assert.fail(), first ?? assert.fail(), ...rest],
  ],
  ['an attachment that no row counts', /ERR_ARCHIVE_MEMBER/, extra(`files/ff/${'ff'.repeat(32)}`, undefined, -6)],
  ['an attachment under the wrong folder', /ERR_ARCHIVE_MEMBER/, extra(`files/aa/${HASH}`, undefined, -6)],
  ['rows of a table that is not described', /ERR_ARCHIVE_MEMBER/, extra('data/pg_authid.000001.copy', undefined, 2)],
  ['no manifest', /ERR_ARCHIVE_TRUNCATED/, (parts) => parts.slice(0, -1)],
  ['a missing script', /ERR_ARCHIVE_MEMBER/, (parts) => parts.filter(({ name }) => name !== 'load.sql')],
  ['nothing at all', /ERR_ARCHIVE_TRUNCATED/, () => []],
  ['a missing attachment', /ERR_ARCHIVE_TRUNCATED/, (parts) => parts.filter(({ name }) => !name.startsWith('files/'))],
  [
    'a row too many',
    /ERR_ARCHIVE_ROWS/,
    (parts) => change(parts, 'data/ir_cron.000001.copy', (body) => `${body}2\tt\n`),
  ],
  ['a row too few', /ERR_ARCHIVE_(ROWS|LIMIT)/, (parts) => change(parts, 'data/ir_cron.000001.copy', () => '')],
  [
    'a row that does not end',
    /ERR_ARCHIVE_ROWS/,
    (parts) => change(parts, 'data/ir_cron.000001.copy', () => '1\tt\n2\tt'),
  ],
  [
    'an unknown version',
    /ERR_ARCHIVE_VERSION/,
    inFacts((facts) => {
      facts.version = 99
    }),
  ],
  [
    'a negative number of rows',
    /ERR_ARCHIVE_SHAPE/,
    inFacts((facts) => {
      ;(facts.tables[0] ?? assert.fail()).rows = -1
    }),
  ],
  [
    'facts of a table that is not described',
    /ERR_ARCHIVE_MEMBER/,
    inFacts((facts) => void facts.tables.push({ name: 'x', rows: 0, sum: '0' })),
  ],
  [
    'an id that is none',
    /ERR_ARCHIVE_SHAPE/,
    inFacts((facts) => {
      facts.id = '../x'
    }),
  ],
  ['no JSON', /ERR_ARCHIVE_JSON/, (parts) => change(parts, 'schema.json', () => '{')],
  [
    'a field that is not known',
    /ERR_ARCHIVE_SHAPE/,
    inSchema((schema) => {
      schema.sql = 'DROP TABLE x'
    }),
  ],
  [
    'a field __proto__',
    /ERR_ARCHIVE_SHAPE/,
    (parts) => change(parts, 'schema.json', (body) => body.toString().replace('{', '{"__proto__": {}, ')),
  ],
  [
    'a table name with a quote',
    /ERR_ARCHIVE_SHAPE/,
    inSchema((schema) => {
      partner(schema).name = 'a"; DROP SCHEMA app; --'
    }),
  ],
  [
    'a table name of another schema',
    /ERR_ARCHIVE_(SHAPE|MEMBER)/,
    inSchema((schema) => {
      partner(schema).name = 'pg_catalog"."x'
    }),
  ],
  [
    'a table name that PostgreSQL would cut',
    /ERR_ARCHIVE_SHAPE/,
    inSchema((schema) => {
      partner(schema).name = 'a'.repeat(64)
    }),
  ],
  [
    'a column name with a quote',
    /ERR_ARCHIVE_SHAPE/,
    inSchema((schema) => {
      column(schema).name = 'a" text); --'
    }),
  ],
  [
    'a column name twice',
    /ERR_ARCHIVE_SHAPE/,
    inSchema((schema) => {
      column(schema, 'email').name = 'name'
    }),
  ],
  [
    'a type with more behind it',
    /ERR_ARCHIVE_TYPE/,
    inSchema((schema) => {
      column(schema).type = 'text); DROP TABLE x; --'
    }),
  ],
  [
    'a type that is not on the list',
    /ERR_ARCHIVE_TYPE/,
    inSchema((schema) => {
      column(schema).type = 'regclass'
    }),
  ],
  [
    'a type of an own schema',
    /ERR_ARCHIVE_TYPE/,
    inSchema((schema) => {
      column(schema).type = 'app.evil'
    }),
  ],
  [
    'a default that reads a file',
    /ERR_ARCHIVE_EXPRESSION/,
    inSchema((schema) => {
      column(schema).default = "pg_read_file('/etc/passwd')"
    }),
  ],
  [
    'a default with a subquery',
    /ERR_ARCHIVE_EXPRESSION/,
    inSchema((schema) => {
      column(schema).default = '(SELECT passwd FROM pg_shadow)'
    }),
  ],
  [
    'a default that ends the statement',
    /ERR_ARCHIVE_EXPRESSION/,
    inSchema((schema) => {
      column(schema).default = "'x'; DROP TABLE x; --"
    }),
  ],
  [
    'a default from a sequence that is not there',
    /ERR_ARCHIVE_EXPRESSION/,
    inSchema((schema) => {
      column(schema).default = "nextval('app.other'::regclass)"
    }),
  ],
  [
    'a default that names a column',
    /ERR_ARCHIVE_EXPRESSION/,
    inSchema((schema) => {
      column(schema).default = 'email'
    }),
  ],
  [
    'a check that calls a function of the tenant',
    /ERR_ARCHIVE_EXPRESSION/,
    inSchema((schema) => {
      ;(partner(schema).checks[0] ?? assert.fail()).expression = 'app.evil(name)'
    }),
  ],
  [
    'an index with a function that is not allowed',
    /ERR_ARCHIVE_EXPRESSION/,
    inSchema((schema) => {
      ;(partner(schema).indexes[0]?.parts[0] ?? assert.fail()).expression = 'pg_sleep(9)'
    }),
  ],
  [
    'an operator class that is not allowed',
    /ERR_ARCHIVE_SHAPE/,
    inSchema((schema) => {
      ;(partner(schema).indexes[0]?.parts[0] ?? assert.fail()).operatorClass = 'x); --'
    }),
  ],
  [
    'a condition of an index in a foreign comment',
    /ERR_ARCHIVE_EXPRESSION/,
    inSchema((schema) => {
      ;(partner(schema).indexes[0] ?? assert.fail()).where = 'active /* ) */'
    }),
  ],
  [
    'a foreign key to a table that is not there',
    /ERR_ARCHIVE_SHAPE/,
    inSchema((schema) => {
      ;(partner(schema).foreignKeys[0] ?? assert.fail()).target = 'pg_authid'
    }),
  ],
  [
    'a referential action of its own',
    /ERR_ARCHIVE_SHAPE/,
    inSchema((schema) => {
      ;(partner(schema).foreignKeys[0] ?? assert.fail()).onDelete = 'x' as never
    }),
  ],
  [
    'a sequence name with a quote',
    /ERR_ARCHIVE_SHAPE/,
    inSchema((schema) => {
      ;(schema.sequences[0] ?? assert.fail()).name = "x'"
    }),
  ],
  [
    'a sequence number with more behind it',
    /ERR_ARCHIVE_SHAPE/,
    inSchema((schema) => {
      ;(schema.sequences[0] ?? assert.fail()).start = '1; DROP'
    }),
  ],
  [
    'a name for a table and an index',
    /ERR_ARCHIVE_SHAPE/,
    inSchema((schema) => {
      ;(partner(schema).indexes[0] ?? assert.fail()).name = 'ticket'
    }),
  ],
  [
    'an expression nested without end',
    /ERR_ARCHIVE_EXPRESSION/,
    inSchema((schema) => {
      column(schema).default = `${'('.repeat(4_000)}1${')'.repeat(4_000)}`
    }),
  ],
]

/** Each passes the reading and fails in the database, which is then thrown away. */
const UNDONE: readonly [title: string, code: RegExp, bend: (parts: Part[]) => Part[]][] = [
  [
    'other rows than the sums say',
    /ERR_RESTORE_ROWS/,
    (parts) => change(parts, 'data/ir_cron.000001.copy', () => '7\tt\n'),
  ],
  ['an end of data before the end', /ERR_/, (parts) => change(parts, 'data/ir_cron.000001.copy', () => '\\.\n')],
  ['a row that is no row', /ERR_/, (parts) => change(parts, 'data/ir_cron.000001.copy', () => '1\tt\textra\n')],
  [
    'a reference to a row that is not there',
    /ERR_/,
    (parts) => change(parts, 'data/ticket.000001.copy', (body) => body.toString().replace('\t900001\t', '\t900999\t')),
  ],
]

describe('an archive from anywhere', () => {
  let folder: string
  let home: Home
  let parts: Part[]
  let plain: Buffer
  const importing = async (bytes: Uint8Array): Promise<string> => {
    const file = join(folder, 'bent.tar.zst')
    await writeFile(file, bytes)
    const instances = await readdir(join(home.path, 'instances'))
    const failure = await importArchive(home, file, 'bent').then(
      () => null,
      (error: { code?: string }) => error,
    )
    assert.ok(failure !== null, 'it was accepted')
    assert.equal(home.tenants.get('bent'), null)
    assert.deepEqual(await readdir(join(home.path, 'instances')), instances)
    return failure.code ?? String(failure)
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-hostile-'))
    home = await testHome()
    await fillWorkshop(await home.tenants.create({ name: 'acme' }))
    const { id } = await createBackup(home, 'acme')
    await exportBackup(home, id, join(folder, 'good.tar.zst'))
    plain = await readFile(join(folder, 'good.tar.zst'))
    parts = await unpack(plain)
  })
  after(() => rm(folder, { recursive: true, force: true }))

  test('taken apart and put together without a change it is accepted, so what follows is refused for its change alone', async () => {
    const file = join(folder, 'again.tar.zst')
    await writeFile(file, await repack(parts))
    await importArchive(home, file, 'again')
    await home.tenants.delete('again', { graceDays: 0 })
  })

  test('it is refused before anything is made when its form, names, types or expressions are hostile', async (t) => {
    for (const [title, code, bend] of REFUSED)
      await t.test(title, async () => assert.match(await importing(await repack(bend(parts))), code))
  })

  test('it leaves nothing when its rows fail in the database', async (t) => {
    for (const [title, code, bend] of UNDONE)
      await t.test(title, async () => assert.match(await importing(await repack(bend(parts))), code))
  })

  test('a member that is not what the manifest says is refused', async () => {
    const lying = change(parts, 'README.txt', (body) => body.toString().replace('backup', 'BACKUP'))
    assert.equal(await importing(zstdCompressSync(await tar(lying))), 'ERR_ARCHIVE_HASH')
  })

  test('what lies between or behind the members is refused', async () => {
    const good = await tar(withManifest(parts))
    const second = await tar([{ name: 'evil', body: Buffer.from('x') }])
    assert.match(await importing(zstdCompressSync(Buffer.concat([good, second]))), /ERR_ARCHIVE/)
    assert.match(await importing(zstdCompressSync(Buffer.concat([good, Buffer.alloc(1024, 'x')]))), /ERR_ARCHIVE/)
    assert.match(await importing(zstdCompressSync(Buffer.concat([Buffer.alloc(1024), good]))), /ERR_ARCHIVE/)
    assert.match(await importing(zstdCompressSync(good.subarray(0, -1024))), /ERR_ARCHIVE/)
    assert.match(await importing(Buffer.concat([plain, Buffer.from('more')])), /ERR_ARCHIVE/)
  })

  test('a flipped byte or a missing end of the plain file is refused', async () => {
    // Not byte 5: it tells how much memory unpacking takes, and nothing of the content.
    for (const at of [0, 4, 6, 300, 70_000, plain.length - 30, plain.length - 1]) {
      const bad = Buffer.from(plain)
      bad.writeUInt8(bad.readUInt8(at) ^ 1, at)
      assert.match(await importing(bad), /ERR_ARCHIVE/, `byte ${at}`)
    }
    for (const length of [0, 1, 100, 70_000, plain.length - 1])
      assert.match(await importing(plain.subarray(0, length)), /ERR_ARCHIVE/, `length ${length}`)
  })

  test('a small file that unpacks to very much is refused early', async () => {
    const [facts, schema] = parts
    const bomb: Part = { name: 'data/hf_epoch.000001.copy', body: Buffer.alloc(300_000_000, 'x') }
    const bytes = zstdCompressSync(await tar([facts ?? assert.fail(), schema ?? assert.fail(), bomb]))
    assert.ok(bytes.length < 200_000)
    assert.equal(await importing(bytes), 'ERR_ARCHIVE_LIMIT')
  })

  test('a member that claims more than the format allows is refused by its claim', async () => {
    for (const [name, size] of [
      ['archive.json', 9e9],
      ['archive.json', 200_000_000],
    ] as const) {
      const header = (await tar([{ name, body: Buffer.alloc(0), header: { size: 0 } }])).subarray(0, 512)
      header.write(`${size.toString(8).padStart(11, '0').slice(-11)} `, 124, 'latin1')
      header.write('        ', 148, 'latin1')
      const sum = header.reduce((total, byte) => total + byte, 0)
      header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
      assert.match(
        await importing(zstdCompressSync(Buffer.concat([header, Buffer.alloc(100_000)]))),
        /ERR_ARCHIVE_(LIMIT|FORMAT)/,
      )
    }
  })
})
