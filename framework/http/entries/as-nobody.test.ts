import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Tenant, withSystemEnv } from '../../access/index.ts'
import { createKey, readSession } from '../../auth/index.ts'
import { liveGate } from '../../rpc/index.ts'
import { sql } from '../../sql/index.ts'
import { testTenant } from '../../testing/index.ts'
import { pageRoutes } from '../pages/routes.ts'
import { buildRouter, type Route } from '../routes.ts'
import { fileRoutes } from './files.ts'
import { openApiRoutes } from './openapi.ts'
import { rpcRoutes } from './rpc.ts'
import { type Received, type StandIn, standIn } from './stand-in.ts'
import { systemRoutes } from './system.ts'

const canary = 'CANARY-OF-A-CUSTOMER'
const gate = liveGate(() => {})
const routes: readonly Route[] = buildRouter([
  ...rpcRoutes(gate),
  ...fileRoutes(gate),
  ...openApiRoutes(gate),
  ...systemRoutes(undefined),
  ...pageRoutes(),
]).routes

/** What nobody in particular may have, by path; everything else has to turn a stranger away. */
const open: Readonly<Record<string, RegExp>> = {
  'GET /web/login': /<form/,
  'POST /web/login': /<form/,
  'GET /web/health': /pass/,
  'GET /web/version': /version_info/,
  'GET /.well-known/security.txt': /Contact:/,
  'POST /web/webclient/version_info': /server_version/,
  'POST /web/database/list': /\[/,
  'POST /web/session/destroy': /result|jsonrpc/,
  // The product's own picture, whatever the company's is.
  'GET /web/binary/company_logo': /^<svg[^>]* viewBox="0 0 32 32"/,
  'GET /logo': /^<svg[^>]* viewBox="0 0 32 32"/,
  'GET /logo.png': /^<svg[^>]* viewBox="0 0 32 32"/,
}

let tenant: Tenant
let stand: StandIn
let partner: number
let file: number
let key: string

before(async () => {
  tenant = await testTenant({ apps: ['sales'], demo: true })
  ;[partner, file] = await withSystemEnv(tenant, 'test.canary', { mode: 'write' }, async (env) => {
    const { id } = await env.model('res.partner').create({ name: canary, email: `${canary}@example.com` })
    const datas = Buffer.from(canary).toString('base64')
    const attachment = { name: `${canary}.txt`, datas, res_model: 'res.partner', res_id: id }
    return [id, (await env.model('ir.attachment').create(attachment)).id] as const
  })
  key = (await createKey(tenant.pool, 2, { name: 'test', scope: 'rpc' })).key
  stand = await standAt(pageRoutes())
})
after(() => stand?.close())

function standAt(pages: readonly Route[]): Promise<StandIn> {
  const host = `${tenant.name}.localhost`
  return standIn({
    gate,
    readSession,
    routes: pages,
    directory: {
      byName: async (name) => (name === tenant.name ? tenant : null),
      byHost: async (asked) => (asked === host ? tenant : null),
      namesFor: async () => [tenant.name],
    },
  })
}

/** Every address that a route stands for, with ids that exist. */
function addressesOf({ path }: Route): string[] {
  const values: Readonly<Record<string, readonly string[]>> = {
    ':model': ['res.partner', 'ir.attachment', 'sale.order'],
    ':method': ['search_read', 'read', 'name_search'],
    ':service': ['object', 'common', 'db'],
    ':id': [String(partner), String(file), '1'],
    ':field': ['image_128', 'datas', 'name'],
    ':filename': ['x.txt'],
    ':token': ['A'.repeat(43)],
    ':file': ['models.ts', 'client.ts'],
  }
  return path
    .split('/')
    .reduce<string[]>(
      (paths, part) =>
        paths.flatMap((before) =>
          (values[part] ?? [part]).map((one) => (before === '' && one === '' ? '' : `${before}/${one}`)),
        ),
      [''],
    )
}

const domain = [['name', 'like', canary]]

// What would give the content away if the door were open: each protocol's own way of asking for it.
function bodyOf(route: Route, path: string): readonly [type: string, text: string] {
  const type = route.body ?? (route.kind === 'RPC' ? 'json' : 'form')
  if (type === 'xml')
    return ['text/xml', '<methodCall><methodName>execute_kw</methodName><params></params></methodCall>']
  if (type === 'form') return ['application/x-www-form-urlencoded', 'login=admin&password=x&redirect=/odoo']
  const [, model, method] = /^\/json\/2\/([^/]+)\/([^/]+)$/.exec(path) ?? []
  const named = {
    search_read: { domain, fields: ['name'] },
    read: { ids: [partner], fields: ['name'] },
    name_search: { name: canary },
  }
  if (model !== undefined) return ['application/json', JSON.stringify(named[method as keyof typeof named])]
  const params = {
    service: 'object',
    method: route.path === '/jsonrpc' ? 'execute_kw' : 'search_read',
    model: 'res.partner',
    db: tenant.name,
    login: 'admin',
    password: 'x',
    args: route.path === '/jsonrpc' ? [tenant.name, 2, '', 'res.partner', 'search_read', [domain]] : [domain, ['name']],
    kwargs: {},
  }
  return ['application/json', JSON.stringify({ jsonrpc: '2.0', id: 1, params })]
}

async function asNobody(route: Route, path: string, at: StandIn): Promise<Received> {
  const host = `${tenant.name}.localhost`
  if (route.method === 'GET') return at.send({ path, host })
  const [type, body] = bodyOf(route, path)
  return at.send({ method: 'POST', path, host, headers: { 'content-type': type }, body })
}

function isTurnedAway({ status, headers, text }: Received): boolean {
  if (status >= 400) return true
  if (status === 302 || status === 303) return /^\/(web\/login|odoo)/.test(String(headers['location']))
  return /"error":|<fault>/.test(text)
}

/** What a stranger gets of these routes that is not open to all, and where the server fails. */
async function crawl(list: readonly Route[], at: StandIn): Promise<string[]> {
  const surprises: string[] = []
  for (const route of list) {
    const name = `${route.method} ${route.path}`
    for (const path of addressesOf(route)) {
      const reply = await asNobody(route, path, at)
      const isPublic = open[name]?.test(reply.text) === true || route.path.startsWith('/web/assets/')
      // A picture that is not there for somebody is the same grey shape for everybody.
      const isPlaceholder = route.path.startsWith('/web/image/') && reply.text.includes('#d9dde3')
      if (reply.text.includes(canary)) surprises.push(`${name} as ${path} gives content away`)
      else if (!isPublic && !isPlaceholder && !isTurnedAway(reply))
        surprises.push(`${name} as ${path}: ${reply.status} ${reply.text.slice(0, 100)}`)
      if (reply.status >= 500) surprises.push(`${name} as ${path} fails with ${reply.status}`)
    }
  }
  return surprises
}

test('whoever is not signed in gets nothing from any route but what is open to all, however well the address is guessed', async () => {
  assert.ok(routes.length > 40, 'the crawl knows the routes')
  assert.deepEqual(await crawl(routes, stand), [])
})

test('the crawl finds a route that forgets to ask who is there, and one that serves by an address alone', async () => {
  const read = async (id: number) =>
    JSON.stringify(await tenant.pool.query(sql`SELECT name FROM res_partner WHERE id = ${id}`))
  const careless: Route[] = [
    {
      method: 'GET',
      path: '/web/share/:id',
      kind: 'FILE',
      tenant: 'required',
      handler: async ({ params }) => ({
        status: 200,
        type: 'application/json',
        body: await read(Number(params['id'])),
      }),
    },
    {
      method: 'POST',
      path: '/web/statistics',
      kind: 'RPC',
      tenant: 'required',
      handler: () => ({ status: 200, type: 'application/json', body: '{"orders":31}' }),
    },
  ]
  const twin = await standAt([...pageRoutes(), ...careless])
  try {
    const surprises = await crawl(careless, twin)
    assert.match(surprises.join('\n'), /GET \/web\/share\/:id as \/web\/share\/\d+ gives content away/)
    assert.match(surprises.join('\n'), /POST \/web\/statistics as \/web\/statistics: 200/)
  } finally {
    await twin.close()
  }
})

test('the same addresses give the same content to who may have it, so the crawl can find', async () => {
  const headers = { 'content-type': 'application/json', authorization: `bearer ${key}` }
  const reply = await stand.send({
    path: '/json/2/res.partner/search_read',
    host: `${tenant.name}.localhost`,
    headers,
    body: JSON.stringify({ domain, fields: ['name'] }),
  })
  assert.equal(reply.status, 200)
  assert.ok(reply.text.includes(canary))
})
