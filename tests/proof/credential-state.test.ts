import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { type Tenant, withSystemEnv } from '#framework/access/index.ts'
import { createKey, revokeKey, setPassword } from '#framework/auth/index.ts'
import { openTenant } from '#framework/modules/index.ts'
import { openPool } from '#framework/sql/index.ts'
import { addressOf, asUser, atEnd, tellProof } from '#framework/testing/index.ts'
import { callKw, json2, jsonRpc, type Person, signIn, startServer, type TestServer, xmlRpc } from '../support/index.ts'

interface Holder extends Person {
  readonly keyId: number
  readonly cookie: string
}

const question = ['res.partner', 'search', [[['id', '=', 1]]]] as const

/** Every way to show who one is; each says whether the door opened. */
const ways: Readonly<
  Record<
    string,
    { readonly by: 'password' | 'key' | 'session'; readonly opens: (s: TestServer, p: Holder) => Promise<boolean> }
  >
> = {
  'page of sign-in': {
    by: 'password',
    opens: async (server, { login, password }) => {
      const body = new URLSearchParams({ login, password }).toString()
      const origin = `https://acme.localhost:${server.httpsPort}`
      const headers = { 'content-type': 'application/x-www-form-urlencoded', origin }
      const reply = await server.sendSecurely({ path: '/web/login', host: 'acme.localhost', body, headers })
      return reply.status === 303 && /session_id=[^;]{20}/.test(String(reply.headers['set-cookie']))
    },
  },
  '/web/session/authenticate': {
    by: 'password',
    opens: async (server, { login, password }) => (await signIn(server, 'acme', login, password)).cookie !== '',
  },
  'common.login': {
    by: 'password',
    opens: async (server, { login, password }) => {
      const { value } = await jsonRpc(server, 'common', 'login', ['acme', login, password])
      return typeof value === 'number'
    },
  },
  'common.authenticate': {
    by: 'password',
    opens: async (server, { login, password }) => {
      const { value } = await jsonRpc(server, 'common', 'authenticate', ['acme', login, password, {}])
      return typeof value === 'number'
    },
  },
  'JSON-RPC by password': {
    by: 'password',
    opens: async (server, { uid, password }) =>
      (await jsonRpc(server, 'object', 'execute_kw', ['acme', uid, password, ...question])).ok,
  },
  'JSON-RPC by key': {
    by: 'key',
    opens: async (server, { uid, key }) =>
      (await jsonRpc(server, 'object', 'execute_kw', ['acme', uid, key, ...question])).ok,
  },
  'XML-RPC by password': {
    by: 'password',
    opens: async (server, { uid, password }) =>
      (await xmlRpc(server, 'object', 'execute_kw', ['acme', uid, password, ...question])).ok,
  },
  'XML-RPC by key': {
    by: 'key',
    opens: async (server, { uid, key }) =>
      (await xmlRpc(server, 'object', 'execute_kw', ['acme', uid, key, ...question])).ok,
  },
  'JSON-2 bearer': {
    by: 'key',
    opens: async (server, { key }) =>
      (await json2(server, 'acme', key, 'res.partner', 'search', { domain: [] })).status === 200,
  },
  'session cookie': {
    by: 'session',
    opens: async (server, { cookie }) =>
      (await callKw(server, cookie, { model: 'res.partner', method: 'search', args: [[]], kwargs: {} })).ok,
  },
}

interface State {
  readonly enter: (elsewhere: Tenant, holder: Holder) => Promise<unknown>
  /** Whether a way is dead in this state. */
  readonly kills: (way: string, by: 'password' | 'key' | 'session') => boolean
  readonly leave?: (elsewhere: Tenant) => Promise<unknown>
}

const inHouse = (
  tenant: Tenant,
  model: string,
  ids: readonly number[],
  method: 'write' | 'unlink',
  ...args: unknown[]
) =>
  withSystemEnv(
    tenant,
    'test.state',
    { mode: 'write' },
    (env) =>
      (env.model(model, ids) as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>)[method]?.(
        ...args,
      ) as Promise<unknown>,
  )
const parameter = async (tenant: Tenant, key: string, value: string) =>
  withSystemEnv(tenant, 'test.switch', { mode: 'write' }, async (env) =>
    (env.model('ir.config_parameter') as unknown as { set_param(k: string, v: unknown): Promise<unknown> }).set_param(
      key,
      value,
    ),
  )
const switchedOff = (key: string, kills: State['kills']): State => ({
  enter: (elsewhere) => parameter(elsewhere, key, 'off'),
  kills,
  leave: (elsewhere) => parameter(elsewhere, key, 'on'),
})

const states: Readonly<Record<string, State>> = {
  active: { enter: async () => {}, kills: () => false },
  archived: { enter: (t, { uid }) => inHouse(t, 'res.users', [uid], 'write', { active: false }), kills: () => true },
  deleted: { enter: (t, { uid }) => inHouse(t, 'res.users', [uid], 'unlink'), kills: () => true },
  'password changed': {
    enter: (t, { uid, password }) => setPassword(t, uid, `${password} and a spoon`),
    kills: (_way, by) => by !== 'key',
  },
  'key revoked': { enter: (t, { uid, keyId }) => revokeKey(t.pool, uid, keyId), kills: (_way, by) => by === 'key' },
  'XML-RPC switched off': switchedOff('rpc.xml_rpc', (way) => way.startsWith('XML-RPC')),
  'JSON-RPC switched off': switchedOff(
    'rpc.json_rpc',
    (way) => way.startsWith('JSON-RPC') || way.startsWith('common.'),
  ),
  'passwords of programs switched off': switchedOff(
    'rpc.passwords',
    (way, by) => by === 'password' && way !== 'page of sign-in',
  ),
}

/** Every credential in every state of its account: dead or alive at the very next request, though the change came from elsewhere. */
describe('every credential in every state of its account', () => {
  let server: TestServer
  let elsewhere: Tenant
  before(async () => {
    server = await startServer()
    const { tenant } = server.acme
    // Another process in all but name: memory of its own, connections of its own.
    const pool = openPool(await addressOf(tenant.pool))
    atEnd(() => pool.close())
    elsewhere = await openTenant({ name: tenant.name, pool, files: tenant.files })
  })

  let made = 0
  async function holder(): Promise<Holder> {
    const { tenant } = server.acme
    const login = `holder${++made}`
    const password = `${login} counts nine copper kettles`
    const { uid } = await asUser(tenant, { login })
    await setPassword(tenant, uid, password)
    const { id, key } = await createKey(tenant.pool, uid, { name: 'proof', scope: 'rpc' })
    return { uid, login, password, key, keyId: id, cookie: (await signIn(server, 'acme', login, password)).cookie }
  }

  for (const [name, state] of Object.entries(states))
    it(`is dead or alive at the next request: ${name}`, async (t) => {
      const one = await holder()
      // Each way in use before, so that whatever remembers a credential remembers it.
      for (const [way, { opens }] of Object.entries(ways)) assert.ok(await opens(server, one), `${way} before`)
      await state.enter(elsewhere, one)
      const wrong: string[] = []
      for (const [way, { by, opens }] of Object.entries(ways)) {
        const isOpen = await opens(server, one)
        if (isOpen === state.kills(way, by)) wrong.push(`${way} is ${isOpen ? 'alive' : 'dead'}`)
      }
      await state.leave?.(elsewhere)
      tellProof(t, { suite: 'every credential in every state', cases: Object.keys(ways).length * 2 })
      assert.deepEqual(wrong, [])
    })
})
