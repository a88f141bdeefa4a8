import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Tenant } from '../../access/index.ts'
import { createKey, readSession, setPassword } from '../../auth/index.ts'
import { liveGate, type LogEntry } from '../../rpc/index.ts'
import { asUser, twoTenants } from '../../testing/index.ts'
import { type StandIn, standIn } from './stand-in.ts'

const password = 'correct horse battery staple'
let first: Tenant
let second: Tenant
let stand: StandIn
let employee: number
let key: string
const log: LogEntry[] = []

before(async () => {
  ;[first, second] = await twoTenants({ apps: ['base'] })
  await setPassword(first, 2, password)
  employee = (await asUser(first, { login: 'employee' })).uid
  await setPassword(first, employee, password)
  key = (await createKey(first.pool, employee, { name: 'test', scope: 'rpc' })).key
  const all = [first, second]
  stand = await standIn({
    gate: liveGate((entry) => log.push(entry)),
    readSession,
    directory: {
      byName: async (name) => all.find((one) => one.name === name) ?? null,
      byHost: async (host) => all.find((one) => `${one.name}.localhost` === host) ?? null,
      namesFor: async () => all.map((one) => one.name),
    },
  })
})
after(() => stand?.close())

const json = { 'content-type': 'application/json' }
const post = (path: string, body: unknown, headers: Record<string, string> = {}, host = 'localhost') =>
  stand.send({ path, host, body: JSON.stringify(body), headers: { ...json, ...headers } })
const rpc = async (service: string, method: string, args: unknown[], host?: string) =>
  JSON.parse((await post('/jsonrpc', { id: 1, params: { service, method, args } }, {}, host)).text)
const kw = (uid: number, model: string, method: string, args: unknown[], kwargs: object = {}, tenant = first) =>
  rpc('object', 'execute_kw', [tenant.name, uid, password, model, method, args, kwargs])
const json2 = async (path: string, body: unknown, bearer = key, database = first.name) => {
  const reply = await post(`/json/2/${path}`, body, { authorization: `bearer ${bearer}`, 'x-odoo-database': database })
  return { status: reply.status, body: JSON.parse(reply.text || 'null') }
}
const xml = async (uid: number, model: string, method: string, id: number) =>
  (
    await stand.send({
      path: '/xmlrpc/2/object',
      host: 'localhost',
      headers: { 'content-type': 'text/xml' },
      body: `<?xml version='1.0'?><methodCall><methodName>execute_kw</methodName><params>${[`<string>${first.name}</string>`, `<int>${uid}</int>`, `<string>${password}</string>`, `<string>${model}</string>`, `<string>${method}</string>`, `<array><data><value><array><data><value><int>${id}</int></value></data></array></value><value><array><data><value>name</value></data></array></value></data></array>`].map((one) => `<param><value>${one}</value></param>`).join('')}</params></methodCall>`,
    })
  ).text

test('one record lives its life over JSON-RPC: create, read, write, search, unlink', async () => {
  assert.equal((await rpc('common', 'login', [first.name, 'admin', password])).result, 2)
  const { result: id } = await kw(2, 'res.partner', 'create', [{ name: 'Ada & Söhne <GmbH>' }])
  assert.ok(Number.isInteger(id) && id > 900_000)
  assert.deepEqual((await kw(2, 'res.partner', 'create', [[{ name: 'One' }]])).result.length, 1)
  assert.deepEqual((await kw(2, 'res.partner', 'read', [id, ['name', 'parent_id']])).result, [
    { id, name: 'Ada & Söhne <GmbH>', parent_id: false },
  ])
  assert.match(await xml(2, 'res.partner', 'read', id), /<string>Ada &amp; Söhne &lt;GmbH&gt;<\/string>/)
  assert.equal((await kw(2, 'res.partner', 'write', [[id], { name: 'Ada' }])).result, true)
  assert.deepEqual((await kw(2, 'res.partner', 'search', [[['name', '=', 'Ada']]])).result, [id])
  assert.deepEqual(
    (await kw(2, 'res.partner', 'search_read', [], { domain: [['id', '=', id]], fields: ['name'], limit: 1 })).result,
    [{ id, name: 'Ada' }],
  )
  assert.equal('result' in (await kw(2, 'res.partner', 'action_archive', [[id]])), false)
  assert.equal((await kw(2, 'res.partner', 'unlink', [[id]])).result, true)
  assert.equal(
    (await kw(2, 'res.partner', 'write', [[id], { name: 'x' }])).error.data.name,
    'odoo.exceptions.MissingError',
  )
})

test('an employee reads contacts and changes none, by all four protocols, with the same error class', async () => {
  const { token } = await signIn()
  const call = (method: string, args: unknown[]) =>
    post(
      '/web/dataset/call_kw',
      { id: 1, params: { model: 'res.partner', method, args, kwargs: {} } },
      { cookie: token },
    )
  assert.equal(JSON.parse((await call('read', [[3], ['name']])).text).result.length, 1)
  assert.equal((await kw(employee, 'res.partner', 'read', [[3], ['name']])).result.length, 1)
  assert.equal((await json2('res.partner/read', { ids: [3], fields: ['name'] })).body.length, 1)
  assert.match(await xml(employee, 'res.partner', 'read', 3), /<methodResponse>\s*<params>/)
  assert.equal(JSON.parse((await call('unlink', [[3]])).text).error.data.name, 'odoo.exceptions.AccessError')
  assert.equal((await kw(employee, 'res.partner', 'unlink', [[3]])).error.data.name, 'odoo.exceptions.AccessError')
  const refused = await json2('res.partner/unlink', { ids: [3] })
  assert.deepEqual([refused.status, refused.body.name], [403, 'odoo.exceptions.AccessError'])
  assert.match(await xml(employee, 'ir.rule', 'read', 1), /<int>4<\/int>/)
})

async function signIn(): Promise<{ token: string }> {
  const reply = await post('/web/session/authenticate', {
    id: 1,
    params: { db: first.name, login: 'employee', password },
  })
  return { token: String(reply.headers['set-cookie']).split(';', 1)[0] as string }
}

test("one tenant's password, key, cookie and host reach nothing of the other", async () => {
  const { token } = await signIn()
  assert.equal((await kw(2, 'res.partner', 'search', [[]], {}, second)).error.data.name, 'odoo.exceptions.AccessDenied')
  assert.equal((await json2('res.partner/search', { domain: [] }, key, second.name)).status, 401)
  assert.match(
    (await post('/web/session/get_session_info', {}, { cookie: token }, `${second.name}.localhost`)).text,
    /SessionExpired/,
  )
  assert.match(
    (await post('/web/session/get_session_info', {}, { cookie: token.replace(first.name, second.name) })).text,
    /SessionExpired/,
  )
  assert.equal(
    (await rpc('common', 'login', [first.name, 'admin', password], `${second.name}.localhost`)).error.data.debug,
    'ERR_RPC_DATABASE',
  )
})

test('private names end alike with a real tenant behind, and change nothing', async () => {
  const answers = new Set<string>()
  for (const method of [
    '_compute_display_name',
    '__init__',
    'constructor',
    'sudo',
    'env',
    'browse',
    'exists',
    'check_access',
    'elevate',
    'then',
    'no_such',
    ['read'],
  ])
    answers.add(JSON.stringify((await kw(2, 'res.partner', method as string, [[3]])).error))
  assert.equal(answers.size, 1, [...answers].join('\n'))
})

test('no error of a real call shows SQL, a stack, a table or the database name', async () => {
  const replies = [
    await kw(2, 'res.partner', 'read', [[3], ["name'; DROP TABLE res_partner; --"]]),
    await kw(2, 'res.partner', 'search', [[['name', '~*', 'x']]]),
    await kw(2, 'res.partner', 'search', [[]], { limit: -1 }),
    await kw(2, 'res.partner', 'search', [[['id', 'in', ['x']]]]),
    await kw(2, 'res.partner', 'search', [[]], { order: 'id; SELECT 1' }),
    await kw(2, 'res.partner', 'create', [{ name: 'a\u0000b' }]),
    await kw(2, 'res.partner', 'create', [{ name: 'x', country_id: 99_999_998 }]),
  ]
  for (const { error } of replies) {
    assert.ok(error, JSON.stringify(replies))
    assert.doesNotMatch(
      JSON.stringify(error),
      /LINE 1|SELECT [^1]|FROM |\.ts:|node:|at async|pg_|res_partner"|test[0-9]+\b/,
    )
  }
})

test('a deeply nested or very wide call is answered with an error, and the server goes on', async () => {
  const depth = 20_000
  const domain = `${'[["child_ids","any",'.repeat(depth)}[["name","=","x"]]${']]'.repeat(depth)}`
  const deep = await stand.send({
    path: '/jsonrpc',
    host: 'localhost',
    headers: json,
    body: `{"id":1,"params":{"service":"object","method":"execute_kw","args":["${first.name}",2,"${password}","res.partner","search",[${domain}]]}}`,
  })
  assert.ok(JSON.parse(deep.text).error)
  assert.ok((await kw(2, 'res.partner', 'search', [Array.from({ length: 60_000 }, () => '!')])).error)
  assert.equal((await stand.send({ path: '/web/health' })).status, 200)
})

test('a file goes out as a download of harmless type to whoever may read it, and is absent for everybody else', async () => {
  const make = async (name: string, bytes: string) =>
    (
      await kw(2, 'ir.attachment', 'create', [
        { name, datas: Buffer.from(bytes).toString('base64'), res_model: 'res.partner', res_id: 3 },
      ])
    ).result as number
  const page = await make('a"b\r\nSet-Cookie: x=1;.html', '<script>alert(1)</script>')
  const note = await make('note é.txt', 'attachment body')
  const { token } = await signIn()
  const get = (path: string, cookie?: string) =>
    stand.send({ path, host: 'localhost', ...(cookie === undefined ? {} : { headers: { cookie } }) })
  const html = await get(`/web/content/${page}`, token)
  assert.equal(html.status, 200)
  assert.match(String(html.headers['content-disposition']), /^attachment; filename="[^"\r\n]*"/)
  assert.doesNotMatch(String(html.headers['content-type']), /html/)
  assert.equal(html.headers['set-cookie'], undefined)
  assert.match(String(html.headers['content-security-policy']), /sandbox/)
  const text = await get(`/web/content/${note}?download=true`, token)
  assert.deepEqual([text.text, text.headers['content-type']], ['attachment body', 'text/plain; charset=utf-8'])
  assert.match(
    String(text.headers['content-disposition']),
    /^attachment; filename="note _\.txt"; filename\*=UTF-8''note%20%C3%A9\.txt$/,
  )
  for (const path of [
    `/web/content/${note}`,
    '/web/content/99999999',
    '/web/content/ir.rule/1/name',
    '/web/content/x.no/1/y',
  ])
    assert.equal((await get(path)).status, 404, path)
  assert.equal((await get('/web/content/res.users/2/password', token)).status, 404)
  assert.match(String((await get('/web/image/res.partner/3/image_128', token)).headers['content-type']), /^image\//)
})
