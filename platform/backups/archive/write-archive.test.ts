import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { copyIn, copyOut, sql, withTransaction } from '../../../framework/sql/index.ts'
import { emptyDatabase } from '../../../framework/testing/index.ts'
import { unpack } from '../testing/repack.ts'
import { PART_BYTES } from './members.ts'
import { writeArchive } from './write-archive.ts'

const ID = '00000000-0000-4000-8000-000000000000'

async function* lines(count: number, bytes: number): AsyncGenerator<Uint8Array> {
  const row = Buffer.from(`${'x'.repeat(bytes - 1)}\n`)
  for (let n = 0; n < count; n++) yield row
}

describe('an archive in the making', () => {
  test('cuts rows into parts that end at a row, whatever the chunks are', async () => {
    let size = 0
    const packed: Uint8Array[] = []
    const totals = await writeArchive(
      ID,
      new Date(0),
      async (writer) => {
        assert.deepEqual(await writer.addRows('none', lines(0, 1)), { parts: 0, rows: 0 })
        assert.deepEqual(await writer.addRows('some', lines(25, 1_000_000)), { parts: 3, rows: 25 })
        const halves = async function* () {
          yield Buffer.from('a')
          yield Buffer.from('b\nc\nd')
          yield Buffer.from('\n')
        }
        assert.deepEqual(await writer.addRows('halves', halves()), { parts: 1, rows: 3 })
      },
      async (archive) => {
        for await (const chunk of archive) packed.push(chunk)
      },
    )
    const parts = await unpack(Buffer.concat(packed))
    for (const { name, body } of parts) {
      size += body.length
      if (name.startsWith('data/')) assert.equal(body.at(-1), 10)
      assert.ok(body.length <= PART_BYTES + 1_000_000)
    }
    assert.equal(parts.find(({ name }) => name === 'data/halves.000001.copy')?.body.toString(), 'ab\nc\nd\n')
    assert.deepEqual({ members: totals.members, bytes: totals.bytes }, { members: parts.length, bytes: size })
  })

  test('ends with the fault of the store, and the database connection with it, in the middle of a table', async () => {
    const { pool } = await emptyDatabase()
    await pool.query(
      sql`CREATE TABLE wide AS SELECT n, repeat(md5(n::text), 40) AS t FROM generate_series(1, 60000) AS n`,
    )
    const work = withTransaction(pool, (tx) =>
      writeArchive(
        ID,
        new Date(0),
        async (writer) =>
          void (await writer.addRows('wide', copyOut(tx, { schema: 'app', table: 'wide', columns: ['n', 't'] }))),
        async (archive) => {
          for await (const _ of archive) throw new Error('no space left')
        },
      ),
    )
    await assert.rejects(work, /no space left/)
    assert.deepEqual(await pool.query(sql`SELECT count(*) AS n FROM wide`), [{ n: 60_000 }])
  })

  test('ends with the fault of the source, and COPY into a table undoes its rows', async () => {
    const { pool } = await emptyDatabase()
    await pool.query(sql`CREATE TABLE target (n integer)`)
    const target = { schema: 'app', table: 'target', columns: ['n'] }
    const source = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('1\n2\n')
      throw new Error('the file ends here')
    }
    await assert.rejects(
      withTransaction(pool, (tx) => copyIn(tx, target, source())),
      /the file ends here/,
    )
    const bad = async function* (): AsyncGenerator<Uint8Array> {
      for (let n = 0; n < 5_000; n++) yield Buffer.from('1\nno number\n')
    }
    await assert.rejects(
      withTransaction(pool, (tx) => copyIn(tx, target, bad())),
      { code: 'ERR_SQL_VALUE' },
    )
    assert.deepEqual(await pool.query(sql`SELECT count(*) AS n FROM target`), [{ n: 0 }])
  })
})
