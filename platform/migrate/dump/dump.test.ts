import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { dumpOf } from '../testing/forge-zip.ts'
import { type Dump, readDump } from './dump.ts'

// What the attacks below would leave behind if anything of them were executed.
const owned = join(tmpdir(), `hf-owned-${process.pid}`)
let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hf-dump-'))
})
after(() => rm(folder, { recursive: true, force: true }))

// Chunks of odd sizes, so that lines and characters are cut anywhere.
async function* chunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size)
}

async function read(text: string | Buffer, size = 7): Promise<Dump> {
  return readDump(chunks(Buffer.from(text), size), await mkdtemp(join(folder, 'x')))
}

async function rowsOf(dump: Dump, table: string): Promise<(readonly (string | null)[])[]> {
  const rows = []
  for await (const row of dump.tables.get(table)?.rows() ?? []) rows.push(row)
  return rows
}

const table =
  'CREATE TABLE public.t (\n    id integer NOT NULL,\n    "order" numeric(12,2) DEFAULT 0.0,\n    name jsonb NOT NULL,\n    CONSTRAINT c CHECK ((id > 0))\n);\n'
const copy = (...lines: string[]): string => `COPY public.t (id, "order", name) FROM stdin;\n${lines.join('\n')}\n\\.\n`

test('tables, types and rows of a dump are read as data', async () => {
  const dump = await read(
    dumpOf(
      `${table}${copy('1\t2.50\t{"en_US": "A"}', '2\t\\N\t')}SELECT pg_catalog.setval('public.t_id_seq', 2, true);\n`,
    ),
  )
  assert.deepEqual(dump.tables.get('t')?.columns, [
    { name: 'id', type: 'integer' },
    { name: 'order', type: 'numeric' },
    { name: 'name', type: 'jsonb' },
  ])
  assert.deepEqual(await rowsOf(dump, 't'), [
    ['1', '2.50', '{"en_US": "A"}'],
    ['2', null, ''],
  ])
  assert.equal(dump.tables.get('t')?.count, 2)
  assert.deepEqual(dump.sequences.get('t_id_seq'), { sequence: 't_id_seq', value: 2, called: true })
})

test('the escapes of the COPY format are undone as PostgreSQL undoes them', async () => {
  const dump = await read(
    dumpOf(copy('\\t\\n\\\\\\b\t\\f\\r\\v\\z\t\\\\N\\.', '\\101\\x41\\x4a\t\\303\\244ö\t\\xc3\\xa4')),
  )
  assert.deepEqual(await rowsOf(dump, 't'), [
    ['\t\n\\\b', '\f\r\vz', '\\N.'],
    ['AAJ', 'äö', 'ä'],
  ])
})

test('text that looks like a statement or a command inside strings, comments and rows stays text', async () => {
  const body = [
    "COMMENT ON TABLE public.t IS 'one\nCOPY public.t (id) FROM stdin;\n\\! touch x\nit''s';",
    'CREATE FUNCTION public.f() RETURNS void AS $body$\n\\! touch x\nCOPY public.t (id) FROM stdin;\n$$ ; $body$;',
    '/* a /* nested */ \\! touch x\n*/',
    "SELECT E'it\\'s \\\\';",
    copy('1\t2\t\\\\! touch x'),
  ].join('\n')
  const dump = await read(dumpOf(body))
  assert.deepEqual([...dump.tables.keys()], ['t'])
  assert.deepEqual(await rowsOf(dump, 't'), [['1', '2', '\\! touch x']])
})

test('a table of another schema keeps its name apart, and names such as __proto__ are plain data', async () => {
  const dump = await read(
    dumpOf('COPY evil.res_users (id) FROM stdin;\n1\n\\.\nCOPY public.__proto__ (constructor) FROM stdin;\n1\n\\.\n'),
  )
  assert.deepEqual([...dump.tables.keys()], ['evil.res_users', '__proto__'])
  assert.equal(dump.tables.get('res_users'), undefined)
})

test('statements that change or delete are counted and never executed', async () => {
  const dump = await read(
    dumpOf(
      'DROP TABLE public.res_users;\nDELETE FROM res_partner;\nCREATE OR REPLACE FUNCTION f() RETURNS void AS $$ x $$;\n',
    ),
  )
  assert.equal(dump.passedOver.get('DROP TABLE'), 1)
  assert.equal(dump.passedOver.get('DELETE FROM'), 1)
})

const bad: readonly (readonly [what: string, text: string | Buffer, code: string])[] = [
  ['a shell command of psql', dumpOf(`\\! touch ${owned}\n`), 'ERR_IMPORT_DUMP_REFUSED'],
  ['a psql command after a statement', dumpOf(`SELECT 1; \\! touch ${owned}\n`), 'ERR_IMPORT_DUMP_REFUSED'],
  ['\\copy', dumpOf(`\\copy t from program 'touch ${owned}'\n`), 'ERR_IMPORT_DUMP_REFUSED'],
  ['\\connect', dumpOf('\\connect other\n'), 'ERR_IMPORT_DUMP_REFUSED'],
  ['\\restrict with more behind it', dumpOf(`\\restrict abc \\! touch ${owned}\n`), 'ERR_IMPORT_DUMP_REFUSED'],
  ['COPY FROM PROGRAM', dumpOf(`COPY public.t FROM PROGRAM 'touch ${owned}';\n`), 'ERR_IMPORT_DUMP_REFUSED'],
  ['COPY from a file', dumpOf("COPY public.t (id) FROM '/etc/passwd';\n"), 'ERR_IMPORT_DUMP_REFUSED'],
  ['COPY TO PROGRAM', dumpOf(`COPY public.t (id) TO PROGRAM 'touch ${owned}';\n`), 'ERR_IMPORT_DUMP_REFUSED'],
  ['rows as INSERT', dumpOf('INSERT INTO public.t VALUES (1);\n'), 'ERR_IMPORT_DUMP_REFUSED'],
  ['another encoding', dumpOf("SET client_encoding = 'LATIN1';\n"), 'ERR_IMPORT_DUMP_REFUSED'],
  ['no end', `--\n${copy('1\t2\t3')}`, 'ERR_IMPORT_DUMP_DAMAGED'],
  ['an open table', 'COPY public.t (id) FROM stdin;\n1\n', 'ERR_IMPORT_DUMP_DAMAGED'],
  [
    'an end that is only text of a string',
    "SELECT '\n-- PostgreSQL database dump complete\n';\n",
    'ERR_IMPORT_DUMP_DAMAGED',
  ],
  ['a table twice', dumpOf(copy('1\t2\t3') + copy('1\t2\t3')), 'ERR_IMPORT_DUMP_DAMAGED'],
  ['a column twice', dumpOf('COPY public.t (id, id) FROM stdin;\n\\.\n'), 'ERR_IMPORT_DUMP_DAMAGED'],
  [
    'bytes that are no UTF-8 in a statement',
    Buffer.concat([Buffer.from([0xff, 0x0a]), Buffer.from(dumpOf(''))]),
    'ERR_IMPORT_DUMP_DAMAGED',
  ],
]

for (const [what, text, code] of bad) {
  test(`a dump with ${what} is refused`, async () => {
    await assert.rejects(read(text), { code })
    assert.equal(existsSync(owned), false)
  })
}

test('a row with too few fields, or with bytes that are no UTF-8, is found when it is read', async () => {
  await assert.rejects(rowsOf(await read(dumpOf(copy('1\t2'))), 't'), { code: 'ERR_IMPORT_DUMP_DAMAGED' })
  const text = Buffer.from(dumpOf(copy('1\t2\t#')))
  text[text.indexOf('#')] = 0xff
  await assert.rejects(rowsOf(await read(text), 't'), { code: 'ERR_IMPORT_DUMP_DAMAGED' })
})
