import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { maskCsrf } from '../auth/index.ts'
import { tellProof } from '../testing/index.ts'
import { bodyTypeOf } from './checks/content-type.ts'
import { fileRoutes } from './entries/files.ts'
import { openApiRoutes } from './entries/openapi.ts'
import { rpcRoutes } from './entries/rpc.ts'
import { type Received, session, type StandIn, standIn, standInGate } from './entries/stand-in.ts'
import { systemRoutes } from './entries/system.ts'
import { pageRoutes } from './pages/routes.ts'
import type { Route } from './routes.ts'

/**
 * Every route that changes something from every class of origin, with and without session and token: it is let through only
 * where the table below says so. The table is written from the promise, not from the checks.
 */
let stand: StandIn
before(async () => {
  stand = await standIn({ routes: pageRoutes() })
})
after(() => stand.close())

const gate = standInGate(
  () => {},
  () => true,
)
const routes = (): readonly Route[] => [
  ...rpcRoutes(gate),
  ...fileRoutes(gate),
  ...openApiRoutes(gate),
  ...systemRoutes(undefined),
  ...pageRoutes(),
]

type OriginClass = 'none' | 'own' | 'sibling' | 'foreign' | 'null' | 'mismatched'
type Caller = 'nobody' | 'session' | 'session and token' | 'session and a wrong token'

const own = () => `https://demo.localhost:${stand.server.httpsPort}`
const origins: Readonly<Record<OriginClass, () => Readonly<Record<string, string>>>> = {
  none: () => ({}),
  own: () => ({ origin: own() }),
  sibling: () => ({ origin: `https://other.localhost:${stand.server.httpsPort}` }),
  foreign: () => ({ origin: 'https://evil.example' }),
  null: () => ({ origin: 'null' }),
  mismatched: () => ({ origin: own(), 'sec-fetch-site': 'cross-site' }),
}
const cookie = `session_id=${session.token}.demo`
const callers: Readonly<Record<Caller, () => Readonly<Record<string, string>>>> = {
  nobody: () => ({}),
  session: () => ({ cookie }),
  'session and token': () => ({ cookie, 'x-csrf-token': maskCsrf(session.csrf) }),
  'session and a wrong token': () => ({ cookie, 'x-csrf-token': maskCsrf('cd'.repeat(32)) }),
}
const contentTypes = { json: 'application/json', xml: 'text/xml', form: 'application/x-www-form-urlencoded' } as const
const bodies = { json: '{"id":1,"params":{}}', xml: '<methodCall/>', form: 'a=1' } as const

/** What may happen to a POST: `refused` as a forgery, or let on to what asks who it is. */
function wanted(route: Route, origin: OriginClass, caller: Caller): 'refused' | 'let on' {
  // Programs that bring their credential in the request itself have nothing that a browser would add.
  const isProgram = route.ownCredentials === true
  const isElsewhere = ['sibling', 'foreign', 'null', 'mismatched'].includes(origin)
  if (isElsewhere && !isProgram) return 'refused'
  const hasCookie = caller !== 'nobody'
  // A form of a page with a cookie has to say where it comes from; a program with a cookie jar calls JSON routes.
  if (hasCookie && origin === 'none' && route.kind !== 'RPC') return 'refused'
  const isBrowser = origin !== 'none'
  const needsToken = hasCookie && route.session !== undefined && route.session !== 'none' && route.safe !== true
  const isChecked = route.kind === 'PAGE' || (route.kind === 'RPC' && isBrowser)
  return needsToken && isChecked && caller !== 'session and token' && !isProgram ? 'refused' : 'let on'
}

const isForgery = ({ status, text }: Received): boolean => status === 403 && /another site|no longer valid/.test(text)

function address({ path }: Route): string {
  return path
    .replace('/:model/:id/:field', '/res.partner/1/image_128')
    .replace(':id', '1')
    .replace(/:[a-z]+/g, 'x')
}

test('a POST is let on only from where its route allows, with the session and token that it takes', async (t) => {
  const surprises: string[] = []
  let cases = 0
  for (const route of routes()) {
    if (route.method !== 'POST') continue
    const type = bodyTypeOf(route)
    const body = type === 'none' ? {} : { body: bodies[type] }
    const kind: Record<string, string> = type === 'none' ? {} : { 'content-type': contentTypes[type] }
    for (const origin of Object.keys(origins) as OriginClass[])
      for (const caller of Object.keys(callers) as Caller[]) {
        const headers = { ...kind, ...origins[origin](), ...callers[caller]() }
        const reply = await stand.send({ method: 'POST', path: address(route), headers, ...body })
        cases++
        const is = isForgery(reply) ? 'refused' : 'let on'
        if (is !== wanted(route, origin, caller))
          surprises.push(`POST ${route.path}, ${origin}, ${caller}: ${is} (${reply.status} ${reply.text.slice(0, 60)})`)
      }
  }
  tellProof(t, { suite: 'every route from every class of origin', cases })
  assert.deepEqual(surprises, [])
  assert.ok(cases > 400, String(cases))
})

/** Every method that a path might be asked with; HEAD goes where GET goes. */
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'] as const

test('a method that no route of the path declares reaches nothing, from wherever and by whomever it is asked', async (t) => {
  const surprises: string[] = []
  const declared = new Map<string, Set<string>>()
  for (const route of routes())
    declared.set(address(route), (declared.get(address(route)) ?? new Set<string>()).add(route.method))
  let cases = 0
  for (const [path, known] of declared)
    for (const method of methods) {
      if (known.has(method)) continue
      for (const origin of ['none', 'own', 'foreign'] as const)
        for (const caller of ['nobody', 'session and token'] as const) {
          const headers = { ...origins[origin](), ...callers[caller]() }
          const reply = await stand.send({ method, path, headers })
          cases++
          if (![403, 404, 405].includes(reply.status))
            surprises.push(`${method} ${path}, ${origin}, ${caller}: ${reply.status} ${reply.text.slice(0, 60)}`)
        }
    }
  tellProof(t, { suite: 'every path with every method that it does not have', cases })
  assert.deepEqual(surprises, [])
  assert.ok(cases > 1_000, String(cases))
})
