import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { openLedger } from '#framework/rpc/index.ts'
import { sql } from '#framework/sql/index.ts'
import { actAs } from '#framework/testing/index.ts'
import { callKw, cookieOf, json2, jsonRpc, startServer, type TestServer, xmlRpc } from '../support/index.ts'

interface Row {
  readonly protocol: string
  readonly credential: string
  readonly user_id: [number, string]
  readonly user_agent: string
  readonly calls: number
  readonly methods: Readonly<Record<string, number>>
}

describe('the list of calling programs', () => {
  let server: TestServer
  const fields = ['protocol', 'credential', 'user_id', 'user_agent', 'calls', 'methods', 'first_seen', 'last_seen']

  before(async () => {
    server = await startServer()
  })

  const rows = async (): Promise<Row[]> => {
    await server.flushLedger()
    const { acme } = server
    return (await json2(server, acme.name, acme.people.admin.key, 'ir.rpc.client', 'search_read', { fields }))
      .value as Row[]
  }

  it('has a row per protocol, user, credential and user agent, with its methods', async () => {
    const { name, people } = server.acme
    const { sam, mia } = people
    const headers = { 'content-type': 'application/json', 'user-agent': 'till/1.0' }
    for (let i = 0; i < 3; i++)
      await jsonRpc(server, 'object', 'execute_kw', [name, sam.uid, sam.password, 'res.partner', 'search', [[]]], {
        headers,
      })
    await jsonRpc(server, 'object', 'execute_kw', [name, sam.uid, sam.key, 'sale.order', 'search_count', [[]]], {
      headers,
    })
    await xmlRpc(server, 'object', 'execute_kw', [name, mia.uid, mia.password, 'res.partner', 'read', [[1]]])
    await callKw(server, await cookieOf(server, server.acme, mia), {
      model: 'res.partner',
      method: 'search',
      args: [[]],
      kwargs: {},
    })
    const seen = await rows()
    const tills = seen.filter(({ user_agent }) => user_agent === 'till/1.0')
    assert.deepEqual(
      tills
        .map(({ protocol, credential, user_id, calls, methods }) => [protocol, credential, user_id[0], calls, methods])
        .sort(),
      [
        ['json-rpc', 'key', sam.uid, 1, { 'sale.order.search_count': 1 }],
        ['json-rpc', 'password', sam.uid, 3, { 'res.partner.search': 3 }],
      ],
    )
    assert.ok(
      seen.some(
        ({ protocol, credential, user_id }) =>
          protocol === 'xml-rpc' && credential === 'password' && user_id[0] === mia.uid,
      ),
    )
    assert.ok(seen.some(({ protocol, credential }) => protocol === 'web' && credential === 'session'))
    await jsonRpc(server, 'object', 'execute_kw', [name, sam.uid, sam.password, 'res.partner', 'read', [[1]]], {
      headers,
    })
    const [till] = (await rows()).filter((row) => row.user_agent === 'till/1.0' && row.credential === 'password')
    assert.deepEqual(
      [till?.calls, till?.methods],
      [4, { 'res.partner.search': 3, 'res.partner.read': 1 }],
      'counts add up',
    )
  })

  it('counts nobody whose credential is wrong, and no method that is not exposed', async () => {
    const { name, people } = server.acme
    const headers = { 'content-type': 'application/json', 'user-agent': 'prober/9' }
    await jsonRpc(server, 'object', 'execute_kw', [name, people.sam.uid, 'wrong', 'res.partner', 'search', [[]]], {
      headers,
    })
    await jsonRpc(
      server,
      'object',
      'execute_kw',
      [name, people.sam.uid, people.sam.password, 'res.partner', 'sudo', [[]]],
      { headers },
    )
    await jsonRpc(
      server,
      'object',
      'execute_kw',
      [name, people.sam.uid, people.sam.password, 'no.such', 'search', [[]]],
      { headers },
    )
    assert.ok(!(await rows()).some(({ user_agent }) => user_agent === 'prober/9'))
  })

  it('is for administrators, who may remove rows and change none', async () => {
    const { name, people } = server.acme
    for (const method of ['search_read', 'search_count'])
      assert.match(
        (await json2(server, name, people.mia.key, 'ir.rpc.client', method, { domain: [] })).kind,
        /AccessError/,
      )
    const [row] = (await json2(server, name, people.admin.key, 'ir.rpc.client', 'search', { domain: [], limit: 1 }))
      .value as number[]
    const changed = await json2(server, name, people.admin.key, 'ir.rpc.client', 'write', {
      ids: [row],
      vals: { user_agent: 'x' },
    })
    assert.match(changed.kind, /AccessError/)
    assert.equal((await json2(server, name, people.admin.key, 'ir.rpc.client', 'unlink', { ids: [row] })).value, true)
  })

  it('keeps a hostile user agent as one bounded line of text, and a flood of them as one row', async () => {
    const { tenant, people } = server.acme
    const faults: unknown[] = []
    const ledger = openLedger((entry) => faults.push(entry))
    const call = {
      protocol: 'json-2',
      credential: 'key',
      uid: people.sam.uid,
      model: 'res.partner',
      method: 'search',
    } as const
    const hostile = [
      '<script>alert(1)</script>',
      'a\nb\r\nc\0d',
      `${'x'.repeat(10_000)}`,
      '\ud800half',
      `y${'🦀'.repeat(300)}`,
      '\u202eevil',
      "'; DROP TABLE res_users; --",
    ]
    for (const userAgent of hostile) ledger.note(tenant, { ...call, userAgent })
    await ledger.flush()
    const kept = (await rows()).map(({ user_agent }) => user_agent)
    for (const userAgent of [
      '<script>alert(1)</script>',
      'a b c d',
      'x'.repeat(200),
      '\ufffdhalf',
      "'; DROP TABLE res_users; --",
      'evil',
    ])
      assert.ok(kept.includes(userAgent), userAgent.slice(0, 40))
    assert.ok(kept.every((agent) => agent.length <= 200))
    for (let i = 0; i < 5_000; i++) ledger.note(tenant, { ...call, userAgent: `flood ${i}` })
    await ledger.flush()
    const flood = (await rows()).filter(({ user_agent }) => user_agent.startsWith('flood'))
    assert.ok(flood.length <= 200, String(flood.length))
    const [others] = (await rows()).filter(({ user_agent }) => user_agent === '(others)')
    assert.equal((others?.calls ?? 0) + flood.length, 5_000)
    for (let i = 0; i < 8; i++) {
      for (let j = 0; j < 200; j++) ledger.note(tenant, { ...call, userAgent: `wave ${i} ${j}` })
      await ledger.flush()
    }
    const [{ n } = { n: 0 }] = await tenant.pool.query<{ n: number }>(
      sql`SELECT count(*)::int4 AS n FROM ir_rpc_client`,
    )
    assert.ok(n <= 701, `${n} rows`)
    assert.deepEqual(faults, [])
    assert.equal((await actAs(tenant, 2).read((env) => env.model('res.users').search_count([]))) > 1, true)
  })

  it('two processes that write the same programs at once lose no count', async () => {
    const { tenant, people } = server.acme
    const ledgers = [openLedger(() => {}), openLedger(() => {})]
    for (let round = 0; round < 5; round++) {
      for (const ledger of ledgers)
        for (let i = 0; i < 40; i++)
          ledger.note(tenant, {
            protocol: 'json-2',
            credential: 'key',
            uid: people.mia.uid,
            userAgent: `twin ${round % 2 ? i : 40 - i}`,
            model: 'res.partner',
            method: 'search',
          })
      await Promise.all(ledgers.map((ledger) => ledger.flush()))
    }
    const [{ n } = { n: 0 }] = await tenant.pool.query<{ n: number }>(
      sql`SELECT sum(calls)::int4 AS n FROM ir_rpc_client WHERE user_agent LIKE 'twin %'`,
    )
    assert.equal(n, 400)
  })
})
