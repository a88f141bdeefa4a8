import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { bumpEpoch, type Tenant } from '#framework/access/index.ts'
import { openTenant } from '#framework/modules/index.ts'
import { sql } from '#framework/sql/index.ts'
import { actAs } from '#framework/testing/index.ts'
import {
  json2,
  jsonRpc,
  type Outcome,
  type Person,
  signIn,
  startServer,
  type TestServer,
  xmlRpc,
} from '../support/index.ts'

type Door = 'XML-RPC login' | 'XML-RPC call' | 'JSON-RPC login' | 'JSON-RPC call' | 'web sign-in' | 'JSON-2'
type Credential = 'password' | 'key'

const settings = ['rpc.xml_rpc', 'rpc.json_rpc', 'rpc.passwords'] as const

/** Which switch has to be on for this way in. */
function needs(door: Door, credential: Credential): (typeof settings)[number][] {
  const ofDoor = door.startsWith('XML')
    ? (['rpc.xml_rpc'] as const)
    : door.startsWith('JSON-RPC')
      ? (['rpc.json_rpc'] as const)
      : []
  return [...ofDoor, ...(credential === 'password' && door !== 'JSON-2' ? (['rpc.passwords'] as const) : [])]
}

describe('the switches for programs', () => {
  let server: TestServer
  let person: Person

  before(async () => {
    server = await startServer()
    person = server.acme.people.mia
  })

  const set = (tenant: Tenant, key: string, value: string) =>
    actAs(tenant, 2).write((env) =>
      (env.model('ir.config_parameter') as unknown as { set_param(k: string, v: string): Promise<unknown> }).set_param(
        key,
        value,
      ),
    )

  function enter(door: Door, credential: Credential): Promise<Outcome> {
    const { name } = server.acme
    const secret = credential === 'key' ? person.key : person.password
    const execute = [name, person.uid, secret, 'res.partner', 'search_count', [[]]]
    switch (door) {
      case 'XML-RPC login':
        return xmlRpc(server, 'common', 'authenticate', [name, person.login, secret, {}])
      case 'JSON-RPC login':
        return jsonRpc(server, 'common', 'login', [name, person.login, secret])
      case 'XML-RPC call':
        return xmlRpc(server, 'object', 'execute_kw', execute)
      case 'JSON-RPC call':
        return jsonRpc(server, 'object', 'execute_kw', execute)
      case 'web sign-in':
        return signIn(server, name, person.login, secret)
      case 'JSON-2':
        return json2(server, name, secret, 'res.partner', 'search_count', { domain: [] })
    }
  }

  const ways = (
    ['XML-RPC login', 'XML-RPC call', 'JSON-RPC login', 'JSON-RPC call', 'web sign-in', 'JSON-2'] as const
  ).flatMap((door) => (['password', 'key'] as const).map((credential) => [door, credential] as const))

  it('each switch closes exactly its protocol or passwords, at the next request, for each kind of credential', async () => {
    for (let mask = 0; mask < 8; mask++) {
      const off = settings.filter((_, bit) => (mask & (1 << bit)) !== 0)
      for (const key of settings) await set(server.acme.tenant, key, off.includes(key) ? 'off' : 'on')
      for (const [door, credential] of ways) {
        // A password is no bearer key at any time.
        const isOpen =
          !(door === 'JSON-2' && credential === 'password') && !needs(door, credential).some((key) => off.includes(key))
        const outcome = await enter(door, credential)
        assert.equal(
          outcome.ok && outcome.value !== false,
          isOpen,
          `${door} with a ${credential}, off: ${off.join(' ')}: ${outcome.text.slice(0, 200)}`,
        )
      }
    }
    for (const key of settings) await set(server.acme.tenant, key, 'on')
  })

  it('a refusal comes in the shape of its protocol and says what to do next, before any password is tried', async () => {
    await set(server.acme.tenant, 'rpc.xml_rpc', 'off')
    await set(server.acme.tenant, 'rpc.passwords', 'off')
    const { name } = server.acme
    const fault = await xmlRpc(server, 'object', 'execute_kw', [
      name,
      2,
      'not the password',
      'res.partner',
      'search',
      [[]],
    ])
    assert.deepEqual([fault.kind, fault.status], ['3', 200])
    assert.match(fault.message, /XML-RPC is switched off.*JSON-2/)
    const refused = await jsonRpc(server, 'common', 'login', [name, 'nobody@example.com', 'not the password'])
    assert.deepEqual([refused.kind, refused.status], ['odoo.exceptions.AccessDenied', 200])
    assert.match(refused.message, /API key/)
    assert.match((await signIn(server, name, 'nobody@example.com', 'x')).message, /API key/)
    const elsewhere = server.globex
    assert.equal(
      (await xmlRpc(server, 'common', 'authenticate', [elsewhere.name, 'sam', elsewhere.people.sam.password, {}]))
        .value,
      elsewhere.people.sam.uid,
    )
    for (const key of settings) await set(server.acme.tenant, key, 'on')
  })

  it('a switch thrown in another process holds at the next request here', async () => {
    const { tenant } = server.acme
    assert.ok((await enter('JSON-RPC call', 'key')).ok)
    const { name, pool, files } = tenant
    // The same database through another tenant object, with a memory of its own.
    const other = await openTenant({ name, pool, files: { ...files } })
    await set(other, 'rpc.json_rpc', 'off')
    assert.equal((await enter('JSON-RPC call', 'key')).ok, false)
    await set(other, 'rpc.json_rpc', 'on')
    assert.ok((await enter('JSON-RPC call', 'key')).ok)
    await set(other, 'rpc.passwords', 'off')
    assert.equal((await enter('XML-RPC call', 'password')).ok, false)
    await set(other, 'rpc.passwords', 'on')
  })

  it('a person with a second factor comes in with a key only, though her password was right a moment ago', async () => {
    const { tenant } = server.acme
    assert.ok((await enter('JSON-RPC call', 'password')).ok)
    await tenant.pool.query(sql`INSERT INTO hf_second_factor (uid) VALUES (${person.uid})`)
    await bumpEpoch(tenant.pool)
    for (const [door, credential] of ways) {
      const { ok, value } = await enter(door, credential)
      assert.equal(ok && value !== false, credential === 'key', `${door} with a ${credential}`)
    }
    await tenant.pool.query(sql`DELETE FROM hf_second_factor`)
    await bumpEpoch(tenant.pool)
  })

  it('only administrators throw a switch, and only to on or off', async () => {
    const parameters = (env: Parameters<Parameters<ReturnType<typeof actAs>['write']>[0]>[0]) =>
      env.model('ir.config_parameter')
    const mia = actAs(server.acme.tenant, person.uid)
    await assert.rejects(
      mia.write((env) => parameters(env).create({ key: 'rpc.passwords', value: 'off' })),
      { name: 'AccessError' },
    )
    const admin = actAs(server.acme.tenant, 2)
    await assert.rejects(set(server.acme.tenant, 'rpc.passwords', 'maybe'), { code: 'ERR_PROGRAM_SETTING' })
    await assert.rejects(
      admin.write(async (env) => {
        const made = await parameters(env).create({ key: 'gt.other', value: 'maybe' })
        return made.write({ key: 'rpc.xml_rpc' })
      }),
      { code: /ERR_PROGRAM_SETTING|ERR_CONSTRAINT/ },
    )
    assert.deepEqual(server.failures, [])
  })
})
