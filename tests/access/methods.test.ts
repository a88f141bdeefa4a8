import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { type ApiMethod, t } from '#framework/orm/index.ts'
import {
  callBy,
  json2,
  jsonRpc,
  type Outcome,
  type Protocol,
  protocols,
  startServer,
  type TestServer,
} from '../support/index.ts'

const notExposed: readonly unknown[] = [
  '_private',
  '_search',
  '_compute_display_name',
  '__init__',
  'constructor',
  '__proto__',
  'prototype',
  '__defineGetter__',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'then',
  'catch',
  'call',
  'apply',
  'bind',
  'sudo',
  'env',
  'ids',
  'info',
  'browse',
  'exists',
  'elevate',
  'withContext',
  'load_rows',
  'loadExisting',
  'check_access',
  'modelName',
  'name',
  'no_such_method',
  'ｓｅａｒｃｈ',
  'search ',
  ' search',
  'search\n',
  'Search',
  'SEARCH',
  'search()',
  'search.call',
  'search\u0000',
  'sеarch',
  '0',
]
/** Names that a protocol has no way to say: an address holds no control characters, XML no NUL. */
const unsayable: Readonly<Record<Protocol, RegExp>> = {
  'JSON-RPC': /^$/,
  'XML-RPC': /\0/,
  'JSON-2': /[\0\n]/,
  call_kw: /^$/,
}
/** What JSON can put in the place of a name; in JSON-2 the name is part of the address, hence always a text. */
const notNames: readonly unknown[] = [
  ['search'],
  ['search', 'sudo'],
  { method: 'search' },
  { toString: 'search' },
  0,
  1,
  true,
  false,
  null,
]

let server: TestServer
before(async () => {
  server = await startServer({ demo: true })
})

describe('a method that is not exposed', () => {
  const faceOf = ({ ok, kind, message, status, text }: Outcome): string =>
    JSON.stringify([ok, kind, message, status, text])

  /** The different answers to all that is not exposed, each with what was asked. */
  const facesOver = async (protocol: Protocol): Promise<Map<string, unknown[]>> => {
    const { acme } = server
    const faces = new Map<string, unknown[]>()
    for (const method of protocol === 'JSON-2' ? notExposed : [...notExposed, ...notNames]) {
      if (typeof method === 'string' && unsayable[protocol].test(method)) continue
      const face = faceOf(
        await callBy(protocol, server, acme, acme.people.admin, { model: 'res.partner', method, args: [[3]] }),
      )
      faces.set(face, [...(faces.get(face) ?? []), method])
    }
    return faces
  }

  for (const protocol of protocols)
    it(`is refused over ${protocol} in one and the same way, however it is named`, async () => {
      const faces = await facesOver(protocol)
      assert.equal(faces.size, 1, [...faces].map(([face, methods]) => `${JSON.stringify(methods)}: ${face}`).join('\n'))
      assert.match([...faces.keys()][0] ?? '', /AccessError|"4"/)
    })

  // A list of names that are refused proves nothing unless a name that gets through is noticed.
  it('is told from one that a careless application exposes: the same question finds it by every protocol', async () => {
    const { api } = server.acme.tenant.registry.models.get('res.partner') ?? {}
    const careless = { params: {}, returns: t.json, access: 'none', on: 'records', readonly: true, doc: '' } as const
    try {
      for (const name of ['exists', 'info']) (api as Map<string, ApiMethod>).set(name, careless)
      for (const protocol of protocols) assert.ok((await facesOver(protocol)).size > 1, protocol)
    } finally {
      for (const name of ['exists', 'info']) (api as Map<string, ApiMethod>).delete(name)
    }
  })

  it('is refused on every model, before anything is said about rights', async () => {
    const { acme } = server
    const faces = new Set<string>()
    for (const model of acme.tenant.registry.models.keys())
      for (const who of ['admin', 'pia'] as const)
        for (const method of ['_write', 'constructor', 'sudo', 'no_such_method', 'load_rows']) {
          const args = [acme.name, acme.people[who].uid, acme.people[who].key, model, method, []]
          faces.add(faceOf(await jsonRpc(server, 'object', 'execute_kw', args)))
        }
    // Models that answer to nobody are no models to the outside, whatever is asked of them.
    assert.ok(faces.size <= 2, [...faces].join('\n'))
    for (const face of faces) assert.match(face, /cannot be called from outside|no such model/)
  })

  it('is no model, service or protocol function either', async () => {
    const { acme } = server
    const { admin } = acme.people
    const faces = new Set<string>()
    for (const model of [
      'constructor',
      '__proto__',
      'toString',
      'no.such',
      'res.partner ',
      ['res.partner'],
      { a: 1 },
      0,
      null,
    ])
      faces.add(faceOf(await jsonRpc(server, 'object', 'execute_kw', [acme.name, 2, admin.key, model, 'search', [[]]])))
    assert.equal(faces.size, 1, [...faces].join('\n'))
    for (const [service, method] of [
      ['constructor', 'x'],
      ['__proto__', 'get'],
      ['object', 'constructor'],
      ['object', '__proto__'],
      ['common', 'toString'],
      ['db', 'hasOwnProperty'],
    ] as const)
      assert.match(
        (await jsonRpc(server, service, method, [])).text,
        /no such service|Method not found|Expected at least 5 arguments/,
      )
  })
})

describe('an exposed method with nothing in its hands', () => {
  const leak =
    /ERR_SERVER|"status":500|\.ts\b|node:|at async|SELECT |INSERT |UPDATE "|FROM "|pg_|LINE \d|psycopg2\.errors|relation "|column "/

  const everyMethod = (): [string, string][] =>
    [...server.acme.tenant.registry.models.values()].flatMap(({ name, api }) =>
      [...api.keys()].map((method): [string, string] => [name, method]),
    )

  it('answers nobody at all with the same "who are you", whatever it is', async () => {
    const { acme } = server
    const faces = new Set<string>()
    for (const [model, method] of everyMethod().filter((_, place) => place % 7 === 0)) {
      faces.add((await jsonRpc(server, 'object', 'execute_kw', [acme.name, 2, '', model, method, []])).text)
      faces.add((await json2(server, acme.name, null, model, method, {})).text)
    }
    assert.equal(faces.size, 2, [...faces].join('\n'))
  })

  it('never breaks the server nor shows its inside: as a portal user, as an employee, as the administrator', async () => {
    const { acme } = server
    const troubles: string[] = []
    let calls = 0
    for (const who of ['pia', 'ben', 'admin'] as const) {
      const person = acme.people[who]
      for (const [model, method] of everyMethod()) {
        // What an administrator may do with nothing in hand (install, export everything) is another matter.
        if (who === 'admin' && !server.acme.tenant.registry.models.get(model)?.api.get(method)?.readonly) continue
        // With no ids at all, or with one that nothing has; methods of the model itself take none.
        const takesIds = acme.tenant.registry.models.get(model)?.api.get(method)?.on === 'records'
        const named = takesIds && who !== 'pia' ? { ids: [1_999_999_999] } : {}
        calls++
        const { text, status } = await json2(server, acme.name, person.key, model, method, named)
        if (leak.test(status === 200 ? '' : text))
          troubles.push(`${who} ${model}.${method}: ${status} ${text.slice(0, 300)}`)
      }
    }
    assert.deepEqual(troubles, [])
    assert.deepEqual(server.failures, [])
    assert.ok(calls > 1000, String(calls))
  })

  it('nor when its arguments are of the wrong kind', async () => {
    const { acme } = server
    const wrong: readonly unknown[] = [
      {},
      [],
      'x',
      -1,
      true,
      [[]],
      [[['id', '=', {}]]],
      [{ id: [] }],
      '\u0000',
      2 ** 53,
    ]
    const troubles: string[] = []
    for (const model of ['res.partner', 'sale.order', 'res.users', 'ir.attachment', 'ir.model.data'])
      for (const method of acme.tenant.registry.models.get(model)?.api.keys() ?? [])
        for (const [place, one] of wrong.entries()) {
          const call = { model, method, args: [one, wrong[(place + 3) % wrong.length]] }
          const { text } = await callBy('call_kw', server, acme, acme.people.mia, call)
          if (leak.test(text)) troubles.push(`${model}.${method}(${JSON.stringify(call.args)}): ${text.slice(0, 300)}`)
        }
    assert.deepEqual(troubles, [])
    assert.deepEqual(server.failures, [])
  })
})
