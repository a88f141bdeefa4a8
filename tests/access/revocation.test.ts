import assert from 'node:assert/strict'
import { before, beforeEach, describe, it } from 'node:test'
import { withSystemEnv } from '#framework/access/index.ts'
import { createKey, revokeKey, setPassword } from '#framework/auth/index.ts'
import { asUser } from '#framework/testing/index.ts'
import {
  callBy,
  type Call,
  callKw,
  json2,
  jsonRpc,
  type Outcome,
  type Person,
  protocols,
  signIn,
  startServer,
  type TestServer,
} from '../support/index.ts'
import { canary, makeWorld, type World } from './world.ts'

describe('a right that is taken away counts at the next request of somebody who is signed in', () => {
  let server: TestServer
  let world: World
  let tess: Person
  let made = 0
  const orders: Call = { model: 'sale.order', method: 'search', args: [[]] }
  const asAdmin = (model: string, method: string, ...args: unknown[]) =>
    callBy('JSON-RPC', server, server.acme, server.acme.people.admin, { model, method, args })

  before(async () => {
    server = await startServer()
    world = await makeWorld(server)
  })

  // Each test has a colleague of its own, with password, key and session in use.
  beforeEach(async () => {
    const { tenant, name } = server.acme
    const login = `tess${++made}`
    const password = `${login} counts nine copper kettles`
    const { uid } = await asUser(tenant, {
      login,
      groups: ['base.group_user', 'sales_team.group_sale_salesman_all_leads'],
    })
    await setPassword(tenant, uid, password)
    const { key } = await createKey(tenant.pool, uid, { name: 'test', scope: 'rpc' })
    tess = { uid, login, password, key }
    for (const outcome of await everyWay(orders))
      assert.ok(outcome.ok && holdsSecret(outcome), `${name}: ${outcome.text}`)
  })

  const everyWay = async (call: Call): Promise<Outcome[]> => {
    const outcomes: Outcome[] = []
    for (const protocol of protocols) outcomes.push(await callBy(protocol, server, server.acme, tess, call))
    return outcomes
  }
  const holdsSecret = ({ text }: Outcome) => new RegExp(`\\b${world.target.order}\\b`).test(text)

  it('when a group is taken from her', async () => {
    const allLeads = await groupId('sales_team', 'group_sale_salesman_all_leads')
    const salesman = await groupId('sales_team', 'group_sale_salesman')
    assert.ok(
      (
        await asAdmin('res.users', 'write', [tess.uid], {
          group_ids: [
            [3, allLeads, 0],
            [4, salesman, 0],
          ],
        })
      ).ok,
    )
    for (const outcome of await everyWay(orders)) assert.ok(outcome.ok && !holdsSecret(outcome), outcome.text)
    assert.ok((await asAdmin('res.users', 'write', [tess.uid], { group_ids: [[3, salesman, 0]] })).ok)
    for (const outcome of await everyWay(orders)) assert.match(outcome.kind, /AccessError|^4$/, outcome.text)
  })

  it('when the group loses its right or its rule changes', async () => {
    const rule = await asAdmin('ir.rule', 'create', {
      name: 'No secrets',
      model_id: ((await asAdmin('ir.model', 'search', [['model', '=', 'sale.order']])).value as number[])[0],
      domain_force: `[('client_order_ref', '!=', '${canary}-ref')]`,
    })
    assert.ok(rule.ok, rule.text)
    for (const outcome of await everyWay(orders)) assert.ok(outcome.ok && !holdsSecret(outcome), outcome.text)
    assert.ok((await asAdmin('ir.rule', 'unlink', [rule.value])).ok)
    for (const outcome of await everyWay(orders)) assert.ok(holdsSecret(outcome), outcome.text)
  })

  it('when she is archived, every credential is dead: password, key and session', async () => {
    assert.ok((await asAdmin('res.users', 'write', [tess.uid], { active: false })).ok)
    for (const outcome of await everyWay(orders)) {
      assert.equal(outcome.ok, false, outcome.text)
      assert.match(outcome.text, /AccessDenied|Unauthorized|SessionExpired|<int>3<\/int>/)
    }
    for (const credential of [tess.password, tess.key]) {
      assert.equal((await jsonRpc(server, 'common', 'login', [server.acme.name, tess.login, credential])).value, false)
      const wrong = await signIn(server, server.acme.name, tess.login, credential)
      assert.deepEqual([wrong.ok, wrong.cookie], [false, ''])
    }
  })

  it('and she stays out by old sessions when she comes back', async () => {
    const { cookie } = await signIn(server, server.acme.name, tess.login, tess.password)
    const look = () => callKw(server, cookie, { ...orders, kwargs: {} })
    assert.ok((await look()).ok)
    await asAdmin('res.users', 'write', [tess.uid], { active: false })
    assert.equal((await look()).ok, false)
    await asAdmin('res.users', 'write', [tess.uid], { active: true })
    assert.equal((await look()).ok, false, 'a session outlived the archiving of its user')
  })

  it('when her password changes: sessions and the remembered password end, keys stay', async () => {
    const { cookie } = await signIn(server, server.acme.name, tess.login, tess.password)
    await setPassword(server.acme.tenant, tess.uid, `${tess.password} and a spoon`)
    const old = await callBy('JSON-RPC', server, server.acme, tess, orders)
    assert.equal(old.kind, 'odoo.exceptions.AccessDenied')
    assert.match((await callKw(server, cookie, { ...orders, kwargs: {} })).text, /SessionExpired/)
    assert.ok((await callBy('JSON-2', server, server.acme, tess, orders)).ok)
  })

  it('when a key is revoked, it is worth nothing in any protocol', async () => {
    const { tenant, name } = server.acme
    const { id, key } = await createKey(tenant.pool, tess.uid, { name: 'short', scope: 'rpc' })
    const withKey = () => jsonRpc(server, 'object', 'execute_kw', [name, tess.uid, key, 'sale.order', 'search', [[]]])
    assert.ok((await withKey()).ok)
    assert.ok((await json2(server, name, key, 'sale.order', 'search', { domain: [] })).ok)
    assert.equal(await revokeKey(tenant.pool, tess.uid, id), true)
    assert.equal((await withKey()).kind, 'odoo.exceptions.AccessDenied')
    assert.equal((await json2(server, name, key, 'sale.order', 'search', { domain: [] })).status, 401)
  })

  async function groupId(module: string, name: string): Promise<number> {
    return withSystemEnv(server.acme.tenant, 'test.group', { mode: 'read' }, async (env) => {
      const found = await env.model('ir.model.data').search([
        ['module', '=', module],
        ['name', '=', name],
      ])
      const [row] = await found.load('res_id')
      return row?.res_id ?? 0
    })
  }
})
