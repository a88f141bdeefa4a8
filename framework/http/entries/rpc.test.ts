import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { key, password, type StandIn, standIn } from './stand-in.ts'

let stand: StandIn
before(async () => {
  stand = await standIn({}, (_model, method) => {
    if (method === 'write')
      throw new TypeError('cannot read x of undefined at /srv/holdfast/orm.ts:12:3 SELECT password FROM res_users')
    return [1, 2]
  })
})
after(() => stand.close())

const json = { 'content-type': 'application/json' }
const rpc = async (service: string, method: string, args: unknown[], host?: string) =>
  JSON.parse(
    (
      await stand.send({
        path: '/jsonrpc',
        body: JSON.stringify({ jsonrpc: '2.0', method: 'call', id: 9, params: { service, method, args } }),
        headers: json,
        ...(host === undefined ? {} : { host }),
      })
    ).text,
  )
const execute = (model: unknown, method: unknown, args: unknown[] = []) =>
  rpc('object', 'execute_kw', ['demo', 2, password, model, method, args])

const xv = (value: unknown): string =>
  Array.isArray(value)
    ? `<value><array><data>${value.map(xv).join('')}</data></array></value>`
    : typeof value === 'number'
      ? `<value><int>${value}</int></value>`
      : typeof value === 'object' && value !== null
        ? `<value><struct>${Object.entries(value)
            .map(([name, one]) => `<member><name>${name}</name>${xv(one)}</member>`)
            .join('')}</struct></value>`
        : `<value><string>${String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</string></value>`
const xml = async (path: string, method: string, params: unknown[]) =>
  (
    await stand.send({
      path,
      body: `<?xml version='1.0'?><methodCall><methodName>${method}</methodName><params>${params.map((one) => `<param>${xv(one)}</param>`).join('')}</params></methodCall>`,
      headers: { 'content-type': 'text/xml' },
    })
  ).text

const web = async (model: unknown, method: unknown) =>
  JSON.parse(
    (
      await stand.send({
        path: '/web/dataset/call_kw',
        body: JSON.stringify({ id: 1, params: { model, method, args: [], kwargs: {} } }),
        headers: { ...json, cookie: 'session_id=demo-session-token-0123456789abcdef.demo' },
      })
    ).text,
  )
const json2 = (path: string, body = '{}', headers: Record<string, string> = {}) =>
  stand.send({ path: `/json/2/${path}`, body, headers: { ...json, authorization: `bearer ${key}`, ...headers } })

const hidden = [
  '_private',
  '__init__',
  'constructor',
  '__proto__',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '__defineGetter__',
  '__lookupGetter__',
  'then',
  'sudo',
  'env',
  'browse',
  'load',
  'elevate',
  'withContext',
  'ids',
  'info',
  'no_such',
  '',
  'ｓｅａｒｃｈ',
  'search ',
  ' search',
  'SEARCH',
  'search\u0000',
  'search.call',
]
const shapes: readonly unknown[] = [
  ['search'],
  { name: 'search' },
  { toString: 'search' },
  1,
  true,
  null,
  [],
  {},
  ['search', 'write'],
]

test('every method that is not exposed is refused in one and the same way by JSON-RPC and the web route', async () => {
  const answers = new Set<string>()
  for (const method of [...hidden, ...shapes]) {
    answers.add(JSON.stringify((await execute('x.thing', method)).error))
    answers.add(JSON.stringify((await web('x.thing', method)).error))
  }
  assert.equal(answers.size, 1, [...answers].join('\n'))
  const error = JSON.parse([...answers][0] as string)
  assert.deepEqual(
    [error.code, error.data.name, error.data.debug],
    [0, 'odoo.exceptions.AccessError', 'ERR_RPC_METHOD'],
  )
  assert.deepEqual((await execute('x.thing', 'search', [[]])).result, [1, 2])
})

test('every method that is not exposed is refused in one and the same way by XML-RPC and JSON-2', async () => {
  const faults = new Set<string>()
  const texts = new Set<string>()
  for (const method of hidden) {
    if (!method.includes('\u0000'))
      faults.add(await xml('/xmlrpc/2/object', 'execute_kw', ['demo', 2, password, 'x.thing', method, []]))
    if (method === '' || method.includes('\u0000')) continue
    const reply = await json2(`x.thing/${encodeURIComponent(method)}`)
    texts.add(`${reply.status} ${reply.text}`)
  }
  for (const method of shapes.slice(0, 4))
    faults.add(await xml('/xmlrpc/2/object', 'execute_kw', ['demo', 2, password, 'x.thing', method, []]))
  assert.equal(faults.size, 1, [...faults].join('\n'))
  assert.match([...faults][0] as string, /<int>4<\/int>/)
  assert.equal(texts.size, 1, [...texts].join('\n'))
  assert.match([...texts][0] as string, /^403 .*AccessError/)
})

test('a model that is not there is refused in one way, whatever stands in its place', async () => {
  const answers = new Set<string>()
  for (const model of ['no.such', 'constructor', '__proto__', '', ['x.thing'], { a: 1 }, null, 5])
    answers.add(JSON.stringify((await execute(model, 'search', [[]])).error))
  assert.equal(answers.size, 1)
  assert.equal((await json2('no.such/search')).status, 404)
})

test('services and their methods are looked up by own name only', async () => {
  for (const [service, method] of [
    ['constructor', 'name'],
    ['__proto__', 'toString'],
    ['common', 'constructor'],
    ['common', '__proto__'],
    ['db', 'toString'],
    ['nope', 'version'],
  ]) {
    assert.equal((await rpc(service as string, method as string, [])).error.code, 0)
  }
})

test('sign-in gives the user id, false, or an error for a tenant that this host does not serve', async () => {
  assert.equal((await rpc('common', 'login', ['demo', 'admin', password])).result, 2)
  assert.equal((await rpc('common', 'authenticate', ['demo', 'admin', password, ''])).result, 2)
  for (const wrong of ['nope', '', null, ['right'], { $ne: '' }])
    assert.equal((await rpc('common', 'authenticate', ['demo', 'admin', wrong, {}])).result, false)
  assert.equal((await rpc('common', 'authenticate', ['demo', 'admin', password])).error.data.name, 'builtins.TypeError')
  assert.equal(
    (await rpc('common', 'login', ['nobody', 'admin', password])).error.data.name,
    'psycopg2.OperationalError',
  )
})

test("a tenant's host reaches that tenant only, whatever database is named; a shared host reaches the one named", async () => {
  assert.equal(
    (await rpc('common', 'login', ['demo', 'admin', password], 'other.localhost')).error.data.debug,
    'ERR_RPC_DATABASE',
  )
  assert.equal(
    (await rpc('common', 'login', ['demo', 'admin', password], 'nobody.localhost')).error.data.debug,
    'ERR_RPC_DATABASE',
  )
  assert.equal((await rpc('common', 'login', ['demo', 'admin', password], 'localhost')).result, 2)
  assert.deepEqual((await rpc('db', 'list', [], 'demo.localhost')).result, ['demo'])
  assert.equal((await rpc('db', 'db_exist', ['other'], 'demo.localhost')).result, false)
  assert.equal((await json2('x.thing/search', '{"domain":[]}', { 'x-odoo-database': 'other' })).status, 404)
  assert.equal((await json2('x.thing/search', '{"domain":[]}', { 'x-odoo-database': 'demo' })).status, 200)
})

test('wrong credentials of a call are refused alike, whoever the user is said to be', async () => {
  const answers = new Set<string>()
  for (const [uid, given] of [
    [2, 'wrong'],
    [99999997, password],
    [false, password],
    ['2x', password],
    [2, ''],
    [2, null],
    [[2], password],
  ]) {
    answers.add(
      JSON.stringify((await rpc('object', 'execute_kw', ['demo', uid, given, 'x.thing', 'search', [[]]])).error),
    )
  }
  assert.equal(answers.size, 1)
  assert.match([...answers][0] as string, /AccessDenied/)
  assert.deepEqual(
    (await rpc('object', 'execute_kw', ['demo', '2', password, 'x.thing', 'search', [[]]])).result,
    [1, 2],
  )
})

test('databases are never made, dropped or dumped over the wire', async () => {
  for (const method of [
    'create_database',
    'drop',
    'dump',
    'restore',
    'duplicate_database',
    'rename',
    'change_admin_password',
  ]) {
    assert.equal((await rpc('db', method, ['master', 'demo'])).error.data.name, 'odoo.exceptions.AccessDenied')
  }
})

test('what goes wrong inside leaves no stack, path or SQL in any protocol, but a number that the log has too', async () => {
  const replies = [
    JSON.stringify(await execute('x.thing', 'write', [[1], {}])),
    JSON.stringify(await web('x.thing', 'write')),
    await xml('/xmlrpc/2/object', 'execute_kw', ['demo', 2, password, 'x.thing', 'write', [[1], {}]]),
    await xml('/xmlrpc/object', 'execute_kw', ['demo', 2, password, 'x.thing', 'write', [[1], {}]]),
    (await json2('x.thing/write', '{"ids":[1],"vals":{}}')).text,
  ]
  for (const reply of replies) {
    assert.doesNotMatch(reply, /SELECT|orm\.ts|srv|undefined|at \/|TypeError|Traceback|demo/)
    const reference = /reference:? ([0-9a-f]{12})/.exec(reply)?.[1]
    assert.ok(
      stand.log.some((entry) => entry.reference === reference && entry.cause instanceof TypeError),
      reply,
    )
  }
})

test('JSON-2 answers with the bare result and the statuses that its clients read', async () => {
  assert.deepEqual(JSON.parse((await json2('x.thing/search', '{"domain":[]}')).text), [1, 2])
  assert.equal((await json2('x.thing/search', '{"domain": [')).status, 400)
  const keyless = await stand.send({ path: '/json/2/x.thing/search', body: '{}', headers: json })
  assert.deepEqual(
    [keyless.status, keyless.headers['www-authenticate'], JSON.parse(keyless.text).name],
    [401, 'Bearer', 'werkzeug.exceptions.Unauthorized'],
  )
  for (const authorization of ['bearer wrong', 'Basic YWRtaW46YWRtaW4=', 'bearer', `bearer ${'x'.repeat(2_000)}`])
    assert.equal((await json2('x.thing/search', '{}', { authorization })).status, 401)
  assert.equal((await json2('x.thing/search', '{"domain":[]}', { authorization: `BEARER ${key}` })).status, 200)
  assert.equal((await stand.send({ path: '/json/2/x.thing/search' })).status, 404)
})

test('the JSON-RPC envelope gives the id back as it came and refuses what is no call', async () => {
  const post = (body: string, headers: Record<string, string> = json) => stand.send({ path: '/jsonrpc', body, headers })
  assert.match(
    (await post('{"id":"abc","params":{"service":"common","method":"version","args":[]}}')).text,
    /^\{"jsonrpc":"2\.0","id":"abc","result":\{"server_version":"19\.0"/,
  )
  assert.match((await post('{"params":{"service":"common","method":"version","args":[]}}')).text, /"id":null/)
  assert.deepEqual([(await post('{"jsonrpc": ')).status, (await post('{"jsonrpc": ')).text], [400, 'Invalid JSON data'])
  for (const body of ['[{}]', '5', 'null', '"x"'])
    assert.deepEqual([(await post(body)).status, (await post(body)).text], [400, 'Invalid JSON-RPC data'])
  assert.equal(JSON.parse((await post('{"id":9}')).text).error.data.name, 'builtins.TypeError')
  assert.equal(
    (
      await post(
        `{"id":1,"params":{"service":"common","method":"version","args":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`,
      )
    ).status,
    200,
  )
})

test('signing in over the web sets an HttpOnly, Secure, SameSite cookie, and destroying the session takes it away', async () => {
  const authenticate = (given: string, plain = false) =>
    stand.send({
      path: '/web/session/authenticate',
      plain,
      body: JSON.stringify({ id: 1, params: { db: 'demo', login: 'admin', password: given } }),
      headers: json,
    })
  const good = await authenticate(password)
  assert.match(
    String(good.headers['set-cookie']),
    /^session_id=[\w-]+\.demo; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/,
  )
  assert.equal(JSON.parse(good.text).result.uid, 2)
  assert.equal((await authenticate('wrong')).headers['set-cookie'], undefined)
  assert.doesNotMatch(String((await authenticate(password, true)).headers['set-cookie']), /Secure/)
  const ended = await stand.send({
    path: '/web/session/destroy',
    body: '{"id":3,"params":{}}',
    headers: { ...json, cookie: 'session_id=demo-session-token-0123456789abcdef.demo' },
  })
  assert.deepEqual(
    [ended.text, /Max-Age=0/.test(String(ended.headers['set-cookie']))],
    ['{"jsonrpc":"2.0","id":3}', true],
  )
})
