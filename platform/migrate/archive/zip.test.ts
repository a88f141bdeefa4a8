import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type ForgedEntry, forgeZip } from '../testing/forge-zip.ts'
import { type ArchiveLimits, defaultLimits } from './entry-rules.ts'
import { openZip } from './zip.ts'

let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hf-zip-'))
})
after(() => rm(folder, { recursive: true, force: true }))

async function readAll(bytes: Buffer, limits: ArchiveLimits = defaultLimits): Promise<Map<string, string>> {
  const path = join(folder, `${Math.random()}.zip`)
  await writeFile(path, bytes)
  const zip = await openZip(path, limits)
  try {
    const read = new Map<string, string>()
    for (const name of zip.names) {
      const chunks: Buffer[] = []
      for await (const chunk of zip.read(name)) chunks.push(chunk)
      read.set(name, Buffer.concat(chunks).toString())
    }
    return read
  } finally {
    await zip.close()
  }
}

const good: readonly ForgedEntry[] = [
  { name: 'a.txt', data: 'first' },
  { name: 'd/', data: '', mode: 0o040755 },
  { name: 'd/b.txt', data: 'second' },
]

test('an honest zip gives its files and leaves folders out', async () => {
  assert.deepEqual(
    [...(await readAll(forgeZip(good)))],
    [
      ['a.txt', 'first'],
      ['d/b.txt', 'second'],
    ],
  )
})

const one = (entry: Partial<ForgedEntry>): Buffer => forgeZip([{ name: 'x', data: 'content', ...entry }])
const honest = forgeZip(good)
const flipped = Buffer.from(honest)
flipped.writeUInt8(flipped.readUInt8(38) ^ 0xff, 38)

const renamed = Buffer.from(honest)
renamed.write('c', renamed.lastIndexOf('b.txt'))

const refused: readonly (readonly [what: string, zip: Buffer, code: string])[] = [
  ['no zip at all', Buffer.from('hello'), 'ERR_IMPORT_ZIP_DAMAGED'],
  ['an empty file', Buffer.alloc(0), 'ERR_IMPORT_ZIP_DAMAGED'],
  ['a zip without its end', honest.subarray(0, honest.length - 30), 'ERR_IMPORT_ZIP_DAMAGED'],
  ['a zip without its beginning', honest.subarray(20), 'ERR_IMPORT_ZIP_DAMAGED'],
  ['a flipped byte', flipped, 'ERR_IMPORT_ZIP_DAMAGED'],
  ['a file that has two names', renamed, 'ERR_IMPORT_ZIP_DAMAGED'],
  ['a wrong checksum', one({ crc: 1 }), 'ERR_IMPORT_ZIP_DAMAGED'],
  ['an entry longer than it says', one({ size: 3 }), 'ERR_IMPORT_ZIP_DAMAGED'],
  ['an entry shorter than it says', one({ size: 300 }), 'ERR_IMPORT_ZIP_DAMAGED'],
  ['a name with ..', one({ name: 'a/../../b' }), 'ERR_IMPORT_ZIP_ENTRY'],
  ['a name with . inside', one({ name: 'a/./b' }), 'ERR_IMPORT_ZIP_ENTRY'],
  ['a name with an empty part', one({ name: 'a//b' }), 'ERR_IMPORT_ZIP_ENTRY'],
  ['an absolute name', one({ name: '/etc/passwd' }), 'ERR_IMPORT_ZIP_ENTRY'],
  ['a drive letter', one({ name: 'C:x' }), 'ERR_IMPORT_ZIP_ENTRY'],
  ['a backslash', one({ name: 'a\\..\\b' }), 'ERR_IMPORT_ZIP_ENTRY'],
  ['a control character', one({ name: 'a\nb' }), 'ERR_IMPORT_ZIP_ENTRY'],
  ['a symbolic link', one({ mode: 0o120777 }), 'ERR_IMPORT_ZIP_ENTRY'],
  ['a device', one({ mode: 0o060600 }), 'ERR_IMPORT_ZIP_ENTRY'],
  ['an encrypted entry', one({ flags: 1 }), 'ERR_IMPORT_ZIP_ENTRY'],
  [
    'a name twice',
    forgeZip([
      { name: 'a', data: '1' },
      { name: 'a', data: '2' },
    ]),
    'ERR_IMPORT_ZIP_ENTRY',
  ],
  [
    'a name twice in other letters',
    forgeZip([
      { name: 'Dump.sql', data: '1' },
      { name: 'dump.sql', data: '2' },
    ]),
    'ERR_IMPORT_ZIP_ENTRY',
  ],
  [
    'entries that share their bytes',
    forgeZip([
      { name: 'a', data: 'ab' },
      { name: 'b', data: 'ab', shared: true },
    ]),
    'ERR_IMPORT_ZIP_DAMAGED',
  ],
  [
    'entries that overlap',
    forgeZip([...'abc'].map((name) => ({ name, data: 'x'.repeat(99), packedSize: 99 }))),
    'ERR_IMPORT_ZIP_ENTRY',
  ],
]

for (const [what, zip, code] of refused) {
  test(`a zip with ${what} is refused`, async () => {
    await assert.rejects(readAll(zip), { code })
  })
}

test('more entries, more bytes or a higher ratio than allowed are refused before anything is unpacked', async () => {
  await assert.rejects(readAll(honest, { ...defaultLimits, maxEntries: 2 }), { code: 'ERR_IMPORT_ZIP_SIZE' })
  await assert.rejects(readAll(honest, { ...defaultLimits, maxBytes: 10 }), { code: 'ERR_IMPORT_ZIP_SIZE' })
  await assert.rejects(readAll(one({ data: Buffer.alloc(80 * 2 ** 20) })), { code: 'ERR_IMPORT_ZIP_SIZE' })
})
