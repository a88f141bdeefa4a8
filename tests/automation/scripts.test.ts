import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Tenant } from '#framework/access/index.ts'
import { openTenant } from '#framework/modules/index.ts'
import type { Env } from '#framework/orm/index.ts'
import { callMethod } from '#framework/rpc/index.ts'
import { actAs, asUser, atEnd, type TestUser, twoTenants } from '#framework/testing/index.ts'
import { openSandbox } from '#platform/sandbox/index.ts'

const canary = 'CANARY-4f1d-other-tenant'
let tenant: Tenant
let admin: TestUser
let keeper: TestUser

before(async () => {
  const [own, other] = await twoTenants({ apps: ['automation', 'contacts'] })
  const sandbox = openSandbox()
  atEnd(() => sandbox.close())
  const { name, pool, files } = own
  tenant = await openTenant({ name, pool, files: { ...files }, scripts: sandbox })
  admin = actAs(tenant, 2)
  keeper = await asUser(tenant, { groups: ['base.group_user', 'base.group_partner_manager'] })
  await actAs(other, 2).write((env) => env.model('res.partner').create({ name: canary }))
  await admin.write((env) => env.model('ir.config_parameter').create({ key: 'k', value: canary }))
})

/** An automation on partners that runs a script when one is created whose name begins so. */
async function scripted(prefix: string, code: string): Promise<void> {
  await admin.write(async (env: Env) => {
    const model_id = (await env.model('ir.model').search([['model', '=', 'res.partner']])).id
    const { id } = await env.model('ir.actions.server').create({ name: prefix, model_id, state: 'code', code } as never)
    await env.model('base.automation').create({
      name: prefix,
      model_id,
      trigger: 'on_create',
      condition: `name.startsWith("${prefix}")`,
      action_server_ids: [[6, 0, [id]]],
    } as never)
  })
}

const create = (name: string) => callMethod(tenant, keeper.uid, 'res.partner', 'create', [{ name }], {})
const named = async (name: string) =>
  (await admin.read((env) => env.model('res.partner').loadFound([['name', '=', name]], 'comment', 'city'))) as {
    comment: string
    city: string
  }[]

describe('a script that an automation sets off', () => {
  it('changes the record through the public methods, in the same transaction, as the person whose change it was', async () => {
    await scripted(
      'Near',
      `for (const id of input.ids) {
        const [partner] = call(input.model, 'read', [[id], ['name']])
        call(input.model, 'write', [[id], { city: partner.name.toUpperCase(), comment: 'by ' + input.user.id }])
      }`,
    )
    await create('Near the river')
    const [row] = await named('Near the river')
    assert.equal(row?.city, 'NEAR THE RIVER')
    assert.match(row?.comment ?? '', new RegExp(`by ${keeper.uid}`))
  })

  it('that fails undoes the change which set it off, and tells the line', async () => {
    await scripted('Fail', `const ids = input.ids\nthrow new Error('no ' + ids.length)`)
    await assert.rejects(create('Fail please'), (error: { code: string; message: string }) => {
      assert.equal(error.code, 'ERR_SCRIPT_FAILED')
      assert.match(error.message, /line 2/)
      assert.doesNotMatch(error.message, /node:|\.ts|quickjs/i)
      return true
    })
    assert.deepEqual(await named('Fail please'), [])
  })

  it('reaches nothing that its person may not, however it asks', async () => {
    const attempts = [
      `return call('ir.config_parameter', 'search_read', [[]])`,
      `return call('res.users', 'write', [[input.user.id], { group_ids: [[4, 1]] }])`,
      `return call('ir.model.access', 'create', [{ name: 'x', model_id: 1, perm_read: true }])`,
      `return call('res.partner', 'sudo', [])`,
      `return call('base.automation', 'search_read', [[]])`,
      `return call('ir.actions.server', 'read', [[1], ['code']])`,
      `return call('res.partner', 'search', [[]], { context: { uid: 1 } }).length > 0 && call('res.groups', 'create', [{ name: 'x' }])`,
    ]
    for (const [i, code] of attempts.entries()) {
      await scripted(`Reach${i}-`, code)
      await assert.rejects(
        create(`Reach${i}- x`),
        (error: { name: string; message: string }) => {
          assert.doesNotMatch(error.message, /CANARY/)
          return /AccessError|InvalidRequestError/.test(error.name)
        },
        code,
      )
    }
  })

  it('sees the records of its own tenant only', async () => {
    await scripted(
      'All',
      `call('res.partner', 'write', [input.ids, { comment: String(call('res.partner', 'search_count', [[['name', 'like', 'CANARY']]])) }])`,
    )
    await create('All of them')
    assert.match((await named('All of them'))[0]?.comment ?? '', /0/)
  })

  it('is ended when it takes too long, and the next one works', async () => {
    await scripted('Bomb', `for (;;) {}`)
    await assert.rejects(create('Bomb one'), { code: 'ERR_SCRIPT_LIMIT' })
    await create('Near again')
    assert.equal((await named('Near again'))[0]?.city, 'NEAR AGAIN')
    await scripted('Many', `for (let i = 0; i < 101; i++) call('res.partner', 'search_count', [[]])`)
    await assert.rejects(create('Many calls'), /100 calls/)
  })
})
