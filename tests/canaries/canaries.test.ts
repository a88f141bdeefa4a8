import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn, spawnSync } from 'node:child_process'
import { before, describe, it } from 'node:test'
import { sql } from '#framework/sql/index.ts'
import { tellProof, testHome } from '#framework/testing/index.ts'
import { type CanaryWatch, callBy, spellingsOf, startServer, type TestServer, watchCanaries } from '../support/index.ts'

const sent = { path: '/x', headers: {}, body: 'acme' }
const answer = (text: string) => ({ status: 200, headers: {}, text })

describe('secrets', () => {
  let server: TestServer
  let hash: string
  let password: string
  before(async () => {
    server = await startServer({ canaries: true })
    const rows = await server.acme.tenant.pool.query<{ password: string }>(
      sql`SELECT password FROM res_users WHERE id = 2`,
    )
    hash = rows[0]?.password ?? ''
    const { address } = await (await testHome()).tenants.wake('acme')
    password = typeof address.password === 'function' ? await address.password() : address.password
  })

  /** Another watch of the same server, so that what a twin leaks does not count for this file. */
  const fresh = async (): Promise<CanaryWatch> => watchCanaries(await testHome(), server.acme, server.globex)

  it('stand nowhere after a day of work over every protocol', async () => {
    const { acme } = server
    for (const person of Object.values(acme.people))
      for (const protocol of ['JSON-RPC', 'XML-RPC', 'JSON-2', 'call_kw'] as const)
        for (const model of ['res.users', 'res.partner', 'ir.attachment', 'sale.order'])
          await callBy(protocol, server, acme, person, { model, method: 'search_read', args: [[]] })
    assert.deepEqual(await server.watch?.leaks(), [])
  })

  it('that leak are found in each place, in each spelling', async (t) => {
    const { acme, globex } = server
    let seeded = 0
    const seen = async (place: RegExp, leak: (watch: CanaryWatch) => Promise<(() => void) | undefined>) => {
      const watch = await fresh()
      const undo = await leak(watch)
      const leaks = await watch.leaks()
      undo?.()
      seeded++
      assert.ok(
        leaks.some((one) => place.test(one)),
        `${place}: ${leaks.join('; ')}`,
      )
    }
    const keep = async (statement: ReturnType<typeof sql>) => void (await acme.tenant.pool.query(statement))
    await seen(
      /res\.users\.password of 2, as it is, in an answer/,
      async (w) => void w.answered(sent, answer(`x${hash}y`)),
    )
    for (const [spelling, how] of spellingsOf(hash)) {
      const place = new RegExp(`password of 2, ${how}, in an answer`)
      await seen(place, async (w) => void w.answered(sent, answer(`x ${spelling} y`)))
    }
    await seen(/password of 2, as it is, in the log/, async (w) => void w.logged({ cause: new Error(hash) }))
    await seen(/hash of a key.*in hex, in an answer/, async (w) => {
      const [row] = await acme.tenant.pool.query<{ hash: string }>(
        sql`SELECT encode(key_hash, 'hex') AS hash FROM hf_api_key LIMIT 1`,
      )
      w.answered(sent, answer(row?.hash ?? ''))
      return undefined
    })
    await seen(/key of sam, .*in the rows of the first company/, async () => {
      await keep(sql`UPDATE res_partner SET comment = ${acme.people.sam.key} WHERE id = 1`)
      await keep(sql`ANALYZE res_partner`)
      return () => void keep(sql`UPDATE res_partner SET comment = NULL WHERE id = 1`)
    })
    await seen(/value of the second company, as it is, in an answer to the first/, async (w) => {
      const [row] = await globex.tenant.pool.query<{ ref: string }>(sql`SELECT ref FROM res_partner WHERE id = 1`)
      w.answered(sent, answer(row?.ref ?? ''))
      return undefined
    })
    await seen(/token of a session, .*in an answer/, async (w) => {
      const token = 'Q'.repeat(30) + 'x1'
      w.answered(sent, { ...answer(''), headers: { 'set-cookie': [`session_id=${token}; Path=/`] } })
      w.answered(sent, answer(token))
      return undefined
    })
    await seen(/password of its database, .*in a temporary file/, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'holdfast-leak-'))
      writeFileSync(join(folder, 'x.txt'), password)
      return () => rmSync(folder, { recursive: true })
    })
    await seen(/password of its database, .*in arguments or environment/, async () => {
      const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)', password], { stdio: 'ignore' })
      await new Promise((resolve) => child.once('spawn', resolve))
      return () => void child.kill()
    })
    tellProof(t, { suite: 'canaries', cases: seeded, holesSeeded: seeded, holesFound: seeded })
  })

  it('that leak make the file fail that started the server', () => {
    const file = join(import.meta.dirname, 'leaking.ts')
    // Else the runner would take it for a file of this run.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const run = spawnSync(process.execPath, ['--test', file], { encoding: 'utf8', env, timeout: 120_000 })
    assert.notEqual(run.status, 0)
    assert.match(run.stdout + run.stderr, /Secrets stand where they must not/)
    assert.match(run.stdout, /✔ passes/)
  })
})
