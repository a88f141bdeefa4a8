import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { actAs, asUser, type TestUser, testTenant } from '#framework/testing/index.ts'

const folder = await mkdtemp(join(tmpdir(), 'holdfast-late-'))
after(() => rm(folder, { recursive: true, force: true }))
process.env.HOLDFAST_APPS = folder

describe('applications as records', () => {
  let tenant: Awaited<ReturnType<typeof testTenant>>
  let admin: TestUser
  const idOf = (name: string): Promise<number> =>
    admin.read(async (env) => (await env.model('ir.module.module').search([['name', '=', name]])).id)
  const press = async (name: string, button: string): Promise<unknown> => {
    const id = await idOf(name)
    return admin.write((env) => {
      const records = env.model('ir.module.module', [id]) as unknown as Record<string, () => Promise<unknown>>
      return (records[button] as () => Promise<unknown>).call(records)
    })
  }

  before(async () => {
    tenant = await testTenant({ apps: ['base'] })
    admin = actAs(tenant, 2)
  })

  it('are found when they come to the folders later', async () => {
    await mkdir(join(folder, 'late'))
    const manifest = JSON.stringify({
      name: 'late',
      title: 'Late',
      summary: '',
      version: '1.0.0',
      depends: ['contacts'],
      load: [],
    })
    await writeFile(join(folder, 'late', 'app.ts'), `export default ${manifest}`)
    const update = () =>
      admin.write((env) =>
        (env.model('ir.module.module') as unknown as { update_list(): Promise<unknown> }).update_list(),
      )
    assert.deepEqual(await update(), [0, 1])
    assert.deepEqual(await update(), [0, 0])
    assert.deepEqual(await press('late', 'button_immediate_install'), { type: 'ir.actions.client', tag: 'reload' })
    assert.ok(tenant.registry.apps.includes('late') && tenant.registry.apps.includes('contacts'))
  })

  it('are upgraded and taken out, with those that depend on them, by administrators', async () => {
    await press('contacts', 'button_immediate_upgrade')
    await press('contacts', 'button_immediate_uninstall')
    assert.ok(!tenant.registry.apps.includes('late') && !tenant.registry.apps.includes('contacts'))
    const states = await admin.read(async (env) =>
      (
        await env.model('ir.module.module').search_read([['name', 'in', ['late', 'contacts', 'base']]], ['state'])
      ).parse(),
    )
    assert.deepEqual(new Set(states.map(({ state }) => state)), new Set(['installed', 'uninstalled']))
    await assert.rejects(press('contacts', 'button_immediate_uninstall'), { code: 'ERR_APP_NOT_INSTALLED' })
    await assert.rejects(press('base', 'button_immediate_uninstall'), { code: 'ERR_APP_BASE' })
  })

  it('cannot be touched by anybody else', async () => {
    const employee = await asUser(tenant)
    const id = await idOf('contacts')
    for (const button of [
      'button_immediate_install',
      'button_immediate_upgrade',
      'button_immediate_uninstall',
      'update_list',
    ])
      await assert.rejects(
        employee.write(
          (env) =>
            (env.model('ir.module.module', [id]) as unknown as Record<string, () => Promise<unknown>>)[button]?.() ??
            assert.fail(),
        ),
        { name: 'AccessError' },
      )
  })
})
