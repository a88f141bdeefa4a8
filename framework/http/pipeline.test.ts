import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { maskCsrf } from '../auth/index.ts'
import { html } from './answer/reply.ts'
import { openApiRoutes } from './entries/openapi.ts'
import { rpcRoutes } from './entries/rpc.ts'
import { fileRoutes } from './entries/files.ts'
import { systemRoutes } from './entries/system.ts'
import { type Received, type Sent, session, type StandIn, standIn, standInGate } from './entries/stand-in.ts'
import { bodyLimitOf } from './checks/body.ts'
import { bodyTypeOf } from './checks/content-type.ts'
import { pageRoutes } from './pages/routes.ts'
import { pipeline } from './pipeline.ts'
import { kinds, type Route } from './routes.ts'

const ownPages: readonly Route[] = [
  { method: 'GET', path: '/try/page', kind: 'PAGE', session: 'required', handler: () => html('<p>page</p>') },
  { method: 'POST', path: '/try/page', kind: 'PAGE', session: 'required', handler: () => html('<p>changed</p>') },
  { method: 'POST', path: '/try/form', kind: 'PAGE', handler: (x) => html(x.form().get('a') ?? '') },
  { method: 'POST', path: '/try/link/:token', kind: 'LINK', handler: (x) => html(x.params['token'] ?? '') },
]

let stand: StandIn
before(async () => {
  stand = await standIn({ routes: ownPages })
})
after(() => stand.close())

const cookie = `session_id=${session.token}.demo`
const contentTypes = { json: 'application/json', xml: 'text/xml', form: 'application/x-www-form-urlencoded' } as const
const bodies = { json: '{"id":1,"params":{}}', xml: '<methodCall/>', form: 'a=1' } as const
const own = () => `https://demo.localhost:${stand.server.httpsPort}`

/** A request that passes every check of the route. */
function honest(route: Route): Sent {
  const type = bodyTypeOf(route)
  const post = route.method === 'POST'
  return {
    method: route.method,
    path: route.path
      .replace('/:model/:id/:field', '/res.partner/1/image_128')
      .replace(':id', '1')
      .replace(/:[a-z]+/g, 'x'),
    headers: {
      cookie,
      ...(post && type !== 'none' ? { 'content-type': contentTypes[type] } : {}),
      ...(post ? { origin: own(), 'x-csrf-token': maskCsrf(session.csrf) } : {}),
    },
    ...(post && type !== 'none' ? { body: bodies[type] } : {}),
  }
}

const attacks: Readonly<
  Record<string, (route: Route) => { readonly sent: Sent; readonly refusal: (reply: Received) => boolean } | null>
> = {
  host: (route) => ({ sent: { ...honest(route), host: 'evil.example' }, refusal: (r) => r.status === 421 }),
  load: () => null,
  transport: (route) => ({
    sent: { ...honest(route), plain: true },
    refusal: (r) =>
      route.method === 'GET' ? r.status === 307 && String(r.headers['location']).startsWith(own()) : r.status === 403,
  }),
  origin: (route) => {
    if (route.ownCredentials === true) return null
    const sent = honest(route)
    return {
      sent: {
        ...sent,
        headers: {
          ...sent.headers,
          'sec-fetch-site': 'same-site',
          'sec-fetch-mode': 'no-cors',
          'sec-fetch-dest': 'image',
        },
      },
      refusal: (r) => r.status === 403,
    }
  },
  'content-type': (route) => {
    if (bodyTypeOf(route) === 'none') return null
    const sent = honest(route)
    return {
      sent: { ...sent, headers: { ...sent.headers, 'content-type': 'text/plain' } },
      refusal: (r) => r.status === 415,
    }
  },
  tenant: (route) => {
    if (route.tenant === 'none' || route.tenant === 'optional') return null
    return {
      sent: {
        ...honest(route),
        host: 'nobody.localhost',
        headers: { ...honest(route).headers, origin: `https://nobody.localhost:${stand.server.httpsPort}` },
      },
      refusal: (r) => r.status === 404 && !r.text.includes('nobody'),
    }
  },
  session: (route) => {
    if (route.session !== 'required') return null
    const { cookie: _dropped, ...headers } = honest(route).headers ?? {}
    return {
      sent: { ...honest(route), headers },
      refusal: (r) => (route.kind === 'RPC' ? r.text.includes('SessionExpired') : r.status === 303 || r.status === 404),
    }
  },
  body: (route) => {
    const limit = bodyLimitOf(route)
    const sent = honest(route)
    return {
      sent: { ...sent, headers: { ...sent.headers, 'content-length': String(limit + 1) }, body: 'x' },
      refusal: (r) => r.status === 413,
    }
  },
  'csrf-token': (route) => {
    if (route.method !== 'POST' || route.safe === true || (route.session ?? 'none') === 'none') return null
    const sent = honest(route)
    return {
      sent: { ...sent, headers: { ...sent.headers, 'x-csrf-token': maskCsrf('00'.repeat(32)) } },
      refusal: (r) => r.status === 403,
    }
  },
}

test('every kind of entry has a cell in every row, and every gap says why', () => {
  for (const row of pipeline)
    for (const kind of kinds)
      assert.ok(
        row[kind] === 'on' || (typeof row[kind] === 'object' && row[kind].off.length > 10),
        `${row.name} × ${kind}`,
      )
  assert.deepEqual(Object.keys(attacks).sort(), pipeline.map((row) => row.name).sort())
})

test('each check refuses its attack on each route where the table says on, and the honest request passes', async () => {
  const gate = standInGate(
    () => {},
    () => true,
  )
  const served = [
    ...rpcRoutes(gate),
    ...fileRoutes(gate),
    ...openApiRoutes(gate),
    ...systemRoutes(undefined),
    ...ownPages,
  ]
  let tried = 0
  for (const route of served) {
    const passed = await stand.send(honest(route))
    assert.ok(
      ![403, 413, 415, 421, 503].includes(passed.status),
      `${route.method} ${route.path}: ${passed.status} ${passed.text}`,
    )
    for (const row of pipeline) {
      const attack = row[route.kind] === 'on' ? attacks[row.name]?.(route) : null
      if (attack === null || attack === undefined) continue
      const reply = await stand
        .send(attack.sent)
        .catch((error: Error) => ({ status: 0, headers: {}, text: error.message }))
      assert.ok(
        attack.refusal(reply),
        `${row.name} × ${route.method} ${route.path}: ${reply.status} ${reply.text.slice(0, 200)}`,
      )
      tried++
    }
  }
  assert.ok(tried > 100, `${tried} attacks`)
})

test('no page of the project skips a check by leaving its declaration open', () => {
  for (const route of pageRoutes()) {
    if (route.method === 'POST' && route.kind === 'PAGE' && route.session === undefined)
      assert.fail(`${route.path} changes something without reading the session`)
    assert.ok(bodyLimitOf(route) <= 1024 * 1024, route.path)
  }
})

test('a form from a sibling tenant, from elsewhere, or with a cookie and no origin at all is refused', async () => {
  const form = (headers: Record<string, string>) =>
    stand.send({ path: '/try/form', body: 'a=1', headers: { 'content-type': contentTypes.form, ...headers } })
  for (const headers of [
    { origin: `https://other.localhost:${stand.server.httpsPort}` },
    { origin: 'null' },
    { origin: 'https://evil.example' },
    { 'sec-fetch-site': 'cross-site', origin: own() },
    { 'sec-fetch-site': 'same-site', origin: own() },
    { cookie },
  ])
    assert.equal((await form(headers)).status, 403, JSON.stringify(headers))
  assert.equal((await form({ origin: own() })).text, '1')
  assert.equal((await form({ 'sec-fetch-site': 'same-origin' })).text, '1')
})

test('a program with a session cookie and no browser headers reaches the JSON routes; a browser needs the token besides', async () => {
  const call = (headers: Record<string, string>) =>
    stand.send({
      path: '/web/dataset/call_kw',
      body: JSON.stringify({ id: 1, params: { model: 'x.thing', method: 'search', args: [[]], kwargs: {} } }),
      headers: { cookie, 'content-type': 'application/json', ...headers },
    })
  assert.equal((await call({})).text, '{"jsonrpc":"2.0","id":1,"result":true}')
  assert.equal((await call({ 'sec-fetch-site': 'same-origin' })).status, 403)
  assert.equal((await call({ 'sec-fetch-site': 'same-origin', 'x-csrf-token': maskCsrf(session.csrf) })).status, 200)
  assert.equal((await call({ 'content-type': 'text/plain' })).status, 415)
})

test("a cookie of one tenant opens nothing at another tenant's host, and a planted second cookie changes nothing", async () => {
  const info = (host: string, value: string) =>
    stand.send({
      path: '/web/session/get_session_info',
      host,
      body: '{"params":{}}',
      headers: { cookie: value, 'content-type': 'application/json' },
    })
  assert.match((await info('demo.localhost', cookie)).text, /"db":"demo"/)
  assert.match((await info('localhost', cookie)).text, /"db":"demo"/)
  for (const value of [cookie, `session_id=${session.token}`, `session_id=${session.token}.other`])
    assert.match((await info('other.localhost', value)).text, /SessionExpired/)
  assert.match((await info('demo.localhost', `session_id=${'x'.repeat(40)}.other; ${cookie}`)).text, /"db":"demo"/)
})

test('more requests than the server carries are told to come back', async () => {
  const busy = await standIn({ maxRequests: 0 })
  try {
    const reply = await busy.send({ path: '/web/health' })
    assert.equal(reply.status, 503)
    assert.equal(reply.headers['retry-after'], '2')
  } finally {
    await busy.close()
  }
})
