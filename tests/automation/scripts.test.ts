import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Tenant } from '#framework/access/index.ts'
import { AppError } from '#framework/errors.ts'
import { openTenant } from '#framework/modules/index.ts'
import { callMethod } from '#framework/rpc/index.ts'
import { actAs, asUser, type TestUser, twoTenants } from '#framework/testing/index.ts'
import { openSandbox } from '#platform/sandbox/index.ts'

const corpus = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../platform/sandbox/testing/escapes.json'), 'utf8'),
) as Record<string, string[]>

describe('scripts of automations, in the sandbox', () => {
  const sandbox = openSandbox()
  let tenant: Tenant
  let other: Tenant
  let admin: TestUser
  let keeper: TestUser
  let action: number

  const withScripts = ({ name, pool, files }: Tenant) =>
    openTenant({ name, pool, files: { ...files }, scripts: sandbox })
  before(async () => {
    const made = await twoTenants({ apps: ['automation', 'messages'] })
    tenant = await withScripts(made[0])
    other = await withScripts(made[1])
    admin = actAs(tenant, 2)
    keeper = await asUser(tenant, { groups: ['base.group_user', 'base.group_partner_manager'] })
    action = await admin.write(async (env) => {
      const { id: model_id } = await env.model('ir.model').search([['model', '=', 'res.partner']])
      const found = { name: 'script', model_id, state: 'code', code: 'return 1' } as never
      const { id } = await env.model('ir.actions.server').create(found)
      const rule = { name: 'rule', model_id, trigger: 'on_create', action_server_ids: [[6, 0, [id]]] } as never
      await env.model('base.automation').create(rule)
      return id
    })
  })
  after(() => sandbox.close())

  const script = (code: string) =>
    admin.write((env) => env.model('ir.actions.server', [action]).write({ code } as never))
  const create = (who: TestUser, name: string, within = tenant) =>
    callMethod(within, who.uid, 'res.partner', 'create', [{ name }], {}) as Promise<number>
  const named = (name: string) => admin.read((env) => env.model('res.partner').search_count([['name', '=', name]]))
  const run = (who: TestUser, within = tenant) =>
    callMethod(within, who.uid, 'ir.actions.server', 'run', [[action]], {
      context: { active_model: 'res.partner', active_ids: [1] },
    })

  it('read and write as the user whose change set them off, in its transaction', async () => {
    await script(`const [one] = call('res.partner', 'read', [input.ids, ['name', 'create_uid']])
      call('res.partner', 'write', [input.ids, { function: one.name + ' by ' + one.create_uid[0] }])`)
    const id = await create(keeper, 'scripted')
    const [row] = await admin.read((env) => env.model('res.partner', [id]).loadExisting(['function']))
    assert.equal(row?.['function'], `scripted by ${keeper.uid}`)
  })

  it('refuse the change as a whole where they do what its user may not, though they catch the error', async () => {
    await script(`call('res.partner', 'write', [input.ids, { function: 'half' }])
      try { call('res.users', 'write', [[2], { login: 'mine' }]) } catch (error) { log(error.code) }`)
    await assert.rejects(create(keeper, 'half done'), (error: AppError) => error.status === 403)
    assert.equal(await named('half done'), 0)
    await assert.rejects(callMethod(tenant, keeper.uid, 'ir.actions.server', 'write', [[action], { code: '1' }], {}), {
      name: 'AccessError',
    })
  })

  it('that never end are ended, nothing of the change stays, and the next one goes through', async () => {
    await script('return Array(2 ** 28).join("x").length')
    await assert.rejects(create(keeper, 'endless'), { code: 'ERR_SCRIPT_LIMIT' })
    await script('\nthrow new Error("not today")')
    await assert.rejects(create(keeper, 'endless'), { message: 'The script failed, line 2: Error: not today' })
    assert.equal(await named('endless'), 0)
    await script('return 1')
    await create(keeper, 'after all')
    assert.equal(await named('after all'), 1)
  })

  it('of one database reach nothing of another', async () => {
    const secret = await actAs(other, 2).write(async (env) => {
      return (await env.model('res.partner').create({ name: 'secret of the other' })).id
    })
    await script(`const kwargs = { context: { db: '${other.name}', tenant: '${other.name}' } }
      return [call('res.partner', 'search_read', [[['name', 'like', 'secret of']]], kwargs), call('res.partner', 'exists', [[${secret + 1000}]], {})]`)
    const answer = await run(admin).catch((error: AppError) => error.message)
    assert.doesNotMatch(JSON.stringify(answer), /secret of the other/)
  })

  it('get nowhere with private methods, other users or forged arguments: the corpus on a real database', async () => {
    const payloads = [
      ...(corpus["python's corners, as Odoo's history has them"] ?? []),
      ...(corpus['arguments of calls'] ?? []),
    ]
    const wanted =
      /sudo|with_user|with_env|_search|__class__|__init__|constructor|__proto__|_compute|env'|grant'|browse/
    for (const payload of payloads) {
      await script(payload.replaceAll('seen(', '('))
      const ended = await run(keeper).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      )
      const text = 'error' in ended ? String((ended.error as Error).message) : JSON.stringify(ended.value)
      assert.doesNotMatch(text, /pbkdf2|node_modules|SELECT|__system__/, payload)
      if ('error' in ended) assert.ok(ended.error instanceof AppError, `${payload}: ${ended.error}`)
      if (/^return call\(/.test(payload) && wanted.test(payload)) assert.ok('error' in ended, `${payload}: ${text}`)
    }
  })
})
