/** Pages of the broken twin: what a careless programmer might add, one hole each. No part of the product. */

import type { Tenant } from '#framework/access/index.ts'
import { type Exchange, html, type Reply, type Route } from '#framework/http/index.ts'
import { sql } from '#framework/sql/index.ts'

export const twinPath = '/web/twin/search'

/** Without the policy that would stop a script: the twin lacks it as well. */
const noPolicy = { csp: "default-src * 'unsafe-inline'" }

/** The routes, over plain HTTP. Values reach the statement through the twin's pool, which splices them. */
export function twinRoutes(tenantOf: () => Tenant): readonly Route[] {
  const search = (x: Exchange) => searchIn(tenantOf(), x)
  return [
    page('GET', twinPath, search),
    page('POST', twinPath, search),
    page('GET', '/web/twin', index),
    page('GET', '/web/twin/echo', (x) => page200(`<p>You looked for ${x.query.get('word') ?? ''}</p>`)),
    page('GET', '/web/twin/go', (x) => ({ status: 302, headers: { Location: encodeURI(x.query.get('to') ?? '/') } })),
    page('POST', '/web/twin/note', (x) => {
      note = x.form().get('note') ?? ''
      return page200('<p>Kept.</p>')
    }),
    page('GET', '/web/twin/note', () =>
      page200(
        `<form method="post" action="/web/twin/note"><input name="note"><button>Keep</button></form><div>${note}</div>`,
      ),
    ),
  ]
}

let note = ''

function page(method: 'GET' | 'POST', path: string, handler: Route['handler']): Route {
  return { method, path, kind: 'RPC', tenant: 'none', body: 'form', ownCredentials: true, handler }
}

function index(): Reply {
  const links = [`${twinPath}?q=EUR`, '/web/twin/echo?word=x', '/web/twin/go?to=/web/login', '/web/twin/note'].map(
    (one) => `<li><a href="${one}">x</a></li>`,
  )
  return page200(`<ul>${links.join('')}</ul>`)
}

async function searchIn(tenant: Tenant, x: Exchange): Promise<Reply> {
  const cookie = cookieValue(x.headers.cookie ?? '')
  const header = x.headers['x-filter']
  const value =
    x.query.get('q') ??
    (x.method === 'POST' ? x.form().get('q') : null) ??
    (typeof header === 'string' ? header : null) ??
    cookie ??
    ''
  const statement = sql`SELECT name, symbol, full_name FROM res_currency WHERE name = ${value}`
  const rows = await tenant.pool
    .query(statement)
    .catch((error: unknown) => [{ name: `PostgreSQL query failed: ERROR: ${String((error as Error).cause)}` }])
  return page200(`<ul>${rows.map((row) => `<li>${Object.values(row).join(' ')}</li>`).join('')}</ul>`)
}

function page200(body: string): Reply {
  return html(`<!doctype html><title>Twin</title>${body}`, 200, noPolicy)
}

function cookieValue(header: string): string {
  const value = /filter=([^;]*)/.exec(header)?.[1] ?? ''
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
