import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type Tenant, withEnv, withSystemEnv } from '../../access/index.ts'
import type { Env } from '../../orm/index.ts'
import { sql } from '../../sql/index.ts'
import { emptyDatabase } from '../../testing/index.ts'
import { initTenant, openTenant } from '../tenant/open-tenant.ts'
import { installApps } from './install.ts'
import { upgradeTenant } from './upgrade/upgrade.ts'

const folder = await mkdtemp(join(tmpdir(), 'holdfast-toys-'))
after(() => rm(folder, { recursive: true, force: true }))
process.env.HOLDFAST_APPS = folder

async function writeApp(name: string, depends: readonly string[], declarations: string): Promise<void> {
  await mkdir(join(folder, name))
  const face = JSON.stringify(join(import.meta.dirname, '..', '..', 'index.ts'))
  await writeFile(
    join(folder, name, 'declarations.ts'),
    `import { access, computed, extend, f, fields, model, records, ref, user } from ${face}\n${declarations}`,
  )
  const manifest = JSON.stringify({ name, title: name, summary: '', version: '1.0.0', depends })
  await writeFile(
    join(folder, name, 'app.ts'),
    `export default { ...${manifest}, load: [() => import('./declarations.ts')] }`,
  )
}

await writeApp(
  'toy',
  ['base'],
  `
  model('toy.box', fields({
    name: f.char({ required: true }), size: f.int(), lid_id: f.m2o('toy.lid', { ondelete: 'restrict' }), tag_ids: f.m2m('res.partner.category'),
    owner_id: f.m2o('res.users'), line_ids: f.o2m('toy.line', 'box_id'),
  }), { description: 'Box', constraints: { name_uniq: { unique: ['name'], message: 'A box of that name exists.' } } })
  model('toy.lid', fields({ name: f.char({ required: true }), box_id: f.m2o('toy.box') }), { description: 'Lid' })
  model('toy.line', fields({ name: f.char(), box_id: f.m2o('toy.box', { required: true, ondelete: 'cascade' }) }), { description: 'Line' })
  records('toy.box', { red: { name: 'Red', size: 1, lid_id: ref('red_lid') }, fixed: { id: 77, name: 'Fixed', line_ids: [[0, 0, { name: 'inner' }]] } })
  records('toy.box', { theirs: { name: 'Theirs', owner_id: ref('base.user_admin') } }, { update: false })
  records('toy.lid', { red_lid: { name: 'Red lid', box_id: ref('toy.red') } })
  records('res.partner.category', { tag: { name: 'Toy tag' } })
  records('toy.box', { tagged: { name: 'Tagged', tag_ids: [[6, 0, [ref('tag')]]] } })
  records('toy.box', { shown: { name: 'Demo box' } }, { demo: true })
  access('toy.box', { group: 'base.group_user', ops: ['read'], domain: [['owner_id', '=', user('id')]] }, { group: 'base.group_system', ops: ['read', 'write', 'create', 'unlink'] })
`,
)
await writeApp(
  'toy_more',
  ['toy'],
  `
  extend('toy.box', fields({ weight: f.int({ default: 5, required: true }), label: f.char({ compute: true, store: true }), note: f.text() }))
  computed('toy.box', 'label', ['name', 'size'], (box) => box.name + ' ' + box.size)
  records('toy.box', { 'toy.red': { size: 2 } })
`,
)

describe('an application of one’s own', () => {
  let tenant: Tenant
  const system = <T>(fn: (env: Env) => Promise<T>): Promise<T> => withSystemEnv(tenant, 'test', {}, fn)
  const boxes = async (...names: string[]) =>
    (
      await system(async (env) => (await env.model('toy.box').search([], 0, null, 'id')).read(['name', ...names]))
    ).parse()

  before(async () => {
    tenant = await initTenant(
      { name: 'toys', ...(await emptyDatabase()) },
      { apps: ['toy'], demo: false, adminLogin: 'boss' },
    )
  })

  it('ships records that refer to each other in any order, in lists too, with the numbers it wants', async () => {
    const rows = await boxes('lid_id', 'tag_ids', 'line_ids', 'owner_id')
    const byName = Object.fromEntries(rows.map((row) => [row.name, row]))
    assert.deepEqual(Object.keys(byName).sort(), ['Fixed', 'Red', 'Tagged', 'Theirs'])
    const red = byName.Red ?? assert.fail('there is no red box')
    assert.deepEqual(red.lid_id, [1, 'Red lid'])
    assert.equal(byName.Fixed?.id, 77)
    assert.deepEqual(
      [byName.Fixed?.line_ids, byName.Tagged?.tag_ids].map((ids) => Array.isArray(ids) && ids.length),
      [1, 1],
    )
    assert.ok(Array.isArray(byName.Theirs?.owner_id) && byName.Theirs.owner_id[0] === 2)
  })

  it('brings no demo data where none was asked for', async () => {
    assert.equal(
      (await boxes()).some(({ name }) => name === 'Demo box'),
      false,
    )
  })

  it('decides who may do what: a group’s domain binds it, another group’s permission without one does not', async () => {
    assert.equal(await withEnv(tenant, 2, { mode: 'read' }, (env) => env.model('toy.box').search_count([])), 4)
    const uid = await system(async (env) => {
      const [group] = await env
        .model(
          'ir.model.data',
          (
            await env.model('ir.model.data').search([
              ['module', '=', 'base'],
              ['name', '=', 'group_user'],
            ])
          ).ids,
        )
        .load('res_id')
      return (
        await env
          .model('res.users')
          .create({ login: 'toyuser', name: 'Toy user', group_ids: [[6, 0, [group?.res_id ?? 0]]] })
      ).id
    })
    assert.equal(await withEnv(tenant, uid, { mode: 'read' }, (env) => env.model('toy.box').search_count([])), 0)
    await system((env) => env.model('toy.box', [77]).write({ owner_id: uid }))
    assert.deepEqual(
      [...(await withEnv(tenant, uid, { mode: 'read' }, (env) => env.model('toy.box').search([]))).ids],
      [77],
    )
    await assert.rejects(
      withEnv(tenant, uid, { mode: 'write' }, (env) => env.model('toy.box', [77]).write({ size: 9 })),
      { name: 'AccessError' },
    )
    await assert.rejects(
      withEnv(tenant, 2, { mode: 'read' }, (env) => env.model('toy.lid').search([])),
      { name: 'AccessError' },
      'a model without any access() is unreachable',
    )
  })

  it('answers with its own sentence where a constraint fails', async () => {
    await assert.rejects(
      system((env) => env.model('toy.box').create({ name: 'Red' })),
      /A box of that name exists\./,
    )
  })

  it('names the administrator as asked', async () => {
    assert.deepEqual(await tenant.pool.query(sql`SELECT login FROM res_users WHERE id = 2`), [{ login: 'boss' }])
  })

  it('is extended by another one: existing records get defaults and computed values, and what it says of them', async () => {
    const report = await installApps(tenant, ['toy_more'], { demo: false })
    assert.deepEqual(report.lacking, [])
    const red = (await boxes('weight', 'label', 'size')).find(({ name }) => name === 'Red')
    assert.deepEqual([red?.weight, red?.label, red?.size], [5, 'Red 2', 2])
    const [column] = await tenant.pool.query<{ required: boolean }>(
      sql`SELECT attnotnull AS required FROM pg_catalog.pg_attribute WHERE attrelid = 'toy_box'::regclass AND attname = 'weight'`,
    )
    assert.equal(column?.required, true)
  })

  it('is brought up to date without touching records that it made once for people to change', async () => {
    await system(async (env) => {
      const [theirs, red] = [
        await env.model('toy.box').search([['name', '=', 'Theirs']]),
        await env.model('toy.box').search([['name', '=', 'Red']]),
      ]
      await theirs.write({ name: 'Mine now' })
      await red.write({ name: 'Renamed' })
    })
    await upgradeTenant(tenant)
    const names = (await boxes()).map(({ name }) => name)
    assert.ok(names.includes('Mine now') && names.includes('Red') && !names.includes('Renamed'))
  })

  it('is there with the same registry when the tenant is opened again', async () => {
    const again = await openTenant({ name: 'again', pool: tenant.pool, files: tenant.files })
    assert.equal(again.registry, tenant.registry)
  })

  it('cannot be installed into a database that is in use', async () => {
    await assert.rejects(
      initTenant({ name: 'again', pool: tenant.pool, files: tenant.files }, { apps: ['base'], demo: false }),
      { code: 'ERR_TENANT_EXISTS' },
    )
  })
})
