/** Every door that takes values, as requests with marked places for sqlmap: each `*` is attacked in turn. */

import { cookieOf, type TestServer } from '../support/index.ts'
import type { MarkedRequest } from './sqlmap.ts'
import { twinPath } from './twin-routes.ts'

const json = { 'content-type': 'application/json' }
const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** A search whose condition is true for one record: an injected condition makes it false. */
const truth = { model: 'res.currency', value: 'EUR*' }

/** The value of a condition, by each protocol: the same place that the broken twin splices into its statement. */
export async function valueRequests(server: TestServer): Promise<MarkedRequest[]> {
  const { acme } = server
  const { admin } = acme.people
  const cookie = await cookieOf(server, acme, admin)
  const secure = secureOrigin(server)
  const domain = [['name', '=', truth.value]]
  const { model } = truth
  const page = await server.sendSecurely({ path: '/web/keys', host: 'acme.localhost', headers: { cookie } })
  const [, token = ''] = /name="csrf_token" value="([^"]+)"/.exec(page.text) ?? []
  return [
    {
      what: 'a value over JSON-RPC',
      origin: server.httpUrl,
      path: '/jsonrpc',
      headers: json,
      body: call({
        service: 'object',
        method: 'execute_kw',
        args: ['acme', 2, admin.password, model, 'search_read', [domain]],
      }),
    },
    {
      what: 'a value over XML-RPC',
      origin: server.httpUrl,
      path: '/xmlrpc/2/object',
      headers: { 'content-type': 'text/xml' },
      body: xml([
        text('acme'),
        '<int>2</int>',
        text(admin.password),
        text(model),
        text('search_read'),
        list(list(list(text('name'), text('='), text(truth.value)))),
      ]),
    },
    {
      what: 'a value over JSON-2',
      origin: server.httpUrl,
      path: `/json/2/${model}/search_read`,
      headers: { ...json, authorization: `bearer ${admin.key}`, 'x-odoo-database': 'acme' },
      body: JSON.stringify({ domain }),
    },
    {
      what: 'a value over call_kw, as a browser sends it with its session and token',
      origin: secure,
      path: '/web/dataset/call_kw',
      headers: { ...json, cookie, origin: secure, 'x-csrf-token': token },
      body: call({ model, method: 'search_read', args: [domain], kwargs: {} }),
    },
  ]
}

/** All other places: names, orders, groups, contexts, headers, cookies, query strings, paths and forms. */
export async function otherRequests(server: TestServer): Promise<MarkedRequest[]> {
  const { acme } = server
  const { admin, ben } = acme.people
  const cookie = await cookieOf(server, acme, admin)
  const secure = secureOrigin(server)
  const key = { ...json, authorization: `bearer ${admin.key}`, 'x-odoo-database': 'acme' }
  const rpc = (args: readonly unknown[], kwargs: object = {}) => ({
    origin: server.httpUrl,
    path: '/jsonrpc',
    headers: json,
    body: call({ service: 'object', method: 'execute_kw', args: ['acme', 2, admin.password, ...args, kwargs] }),
  })
  return [
    {
      what: 'names in a search over JSON-RPC: field, operator, order, language, company',
      ...rpc(['res.partner', 'search_read', [[['name*', 'ilike*', '']], ['name']]], {
        order: 'name*',
        limit: 2,
        context: { lang: 'en_US*', tz: 'UTC*' },
      }),
    },
    {
      what: 'groups, aggregates and conditions over JSON-RPC',
      ...rpc([
        'res.partner',
        'formatted_read_group',
        [[], ['create_date:month*'], ['id:max*'], [['__count*', '>', 0]]],
      ]),
    },
    { what: 'model, method and database over JSON-RPC', ...nameMarks(server, admin.password) },
    {
      what: 'new values over JSON-2',
      origin: server.httpUrl,
      path: '/json/2/res.partner/onchange',
      headers: key,
      body: JSON.stringify({
        ids: [],
        values: { name: 'x*', email: 'x*' },
        field_names: ['name*'],
        fields_spec: { name: {} },
      }),
    },
    {
      what: 'address and headers of JSON-2',
      origin: server.httpUrl,
      path: '/json/2/res.currency*/search_read*',
      headers: { ...json, authorization: `bearer ${admin.key}`, 'x-odoo-database': 'acme*', 'user-agent': 'x*' },
      body: '{"domain":[],"limit":1}',
    },
    {
      what: 'a list and a search by name over XML-RPC',
      origin: server.httpUrl,
      path: '/xmlrpc/2/object',
      headers: { 'content-type': 'text/xml' },
      body: xml([
        text('acme'),
        '<int>2</int>',
        text(admin.password),
        text('res.currency'),
        text('name_search'),
        list(text('EUR*'), list(list(text('name'), text('in'), list(text('EUR*'))))),
      ]),
    },
    {
      what: 'import and export over call_kw',
      origin: secure,
      path: '/web/dataset/call_kw',
      headers: { ...json, cookie },
      body: call({
        model: 'res.currency',
        method: 'export_data',
        args: [[1], ['name*', 'create_uid/login*']],
        kwargs: {},
      }),
    },
    {
      what: 'query string, cookie and headers of a page',
      origin: secure,
      path: '/doc/res.currency?q=x*',
      headers: {
        cookie: `${cookie}; filter=x*`,
        'user-agent': 'x*',
        referer: `${secure}/x*`,
        'accept-language': 'en*',
      },
    },
    {
      what: 'the path of a page and of a file',
      origin: secure,
      path: '/web/image/res.partner*/1*/image_128*',
      headers: { cookie },
    },
    { what: 'the token of a link', origin: secure, path: '/web/reset-password/abc*' },
    { what: 'the session in a cookie', origin: secure, path: '/odoo', headers: { cookie: `${cookie}*` } },
    {
      what: 'the form that makes a key',
      origin: secure,
      path: '/web/keys',
      headers: { ...form, cookie, origin: secure },
      body: 'name=x*&password=x*&csrf_token=x*',
    },
    {
      what: 'the sign-in form',
      origin: secure,
      path: '/web/login',
      headers: { ...form, origin: secure },
      body: `redirect=/odoo*&login=${ben.login}&password=`,
    },
  ]
}

/** The doors of pages on the twin: a query string, a form, a cookie and a header that end in a statement. */
export function twinRequests(server: TestServer): MarkedRequest[] {
  const origin = server.httpUrl
  return [
    { what: 'a query string', origin, path: `${twinPath}?q=EUR*` },
    { what: 'a cookie', origin, path: twinPath, headers: { cookie: 'filter=EUR*' } },
    { what: 'a header', origin, path: twinPath, headers: { 'x-filter': 'EUR*' } },
    { what: 'a form', origin, path: twinPath, headers: { ...form, origin }, body: 'q=EUR*' },
  ]
}

export function secureOrigin(server: TestServer): string {
  return `https://acme.localhost:${server.httpsPort}`
}

function nameMarks(server: TestServer, password: string) {
  const args = ['acme*', 2, password, 'res.currency*', 'search_read*', [[], ['name']], { limit: 1 }]
  return {
    origin: server.httpUrl,
    path: '/jsonrpc',
    headers: json,
    body: call({ service: 'object*', method: 'execute_kw', args }),
  }
}

function call(params: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, params })
}

function text(value: string): string {
  return `<string>${value}</string>`
}

function list(...values: readonly string[]): string {
  return `<array><data>${values.map((value) => `<value>${value}</value>`).join('')}</data></array>`
}

function xml(params: readonly string[]): string {
  const all = params.map((value) => `<param><value>${value}</value></param>`).join('')
  return `<?xml version="1.0"?><methodCall><methodName>execute_kw</methodName><params>${all}</params></methodCall>`
}
