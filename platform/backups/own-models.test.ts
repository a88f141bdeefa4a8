import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTenant } from '../../framework/modules/index.ts'
import { openPool } from '../../framework/sql/index.ts'
import { actAs, atEnd, testHome, testTenant } from '../../framework/testing/index.ts'
import { createBackup, restoreBackup } from './index.ts'

test('a backup carries the models and fields that administrators made, with their values and links', async () => {
  const live = await testTenant({ apps: ['base'] })
  const admin = actAs(live, 2)
  const field = (name: string, ttype: string, rest = {}) => [0, 0, { name, field_description: name, ttype, ...rest }]
  await admin.write(async (env) => {
    const [group] = (await env.model('ir.model.data').search_read([['name', '=', 'group_system']], ['res_id'])).parse()
    const { id } = await env.model('ir.model').create({
      name: 'Thing',
      model: 'x_thing',
      field_id: [
        field('x_name', 'char', { translate: true }),
        field('x_state', 'selection', { selection_ids: [[0, 0, { value: 'a', name: 'A' }]] }),
        field('x_tag_ids', 'many2many', { relation: 'res.partner.category' }),
      ],
    } as never)
    const rights = { perm_read: true, perm_write: true, perm_create: true, perm_unlink: true }
    await env.model('ir.model.access').create({ name: 'x', model_id: id, group_id: Number(group?.res_id), ...rights })
  })
  const made = await admin.write(async (env) => {
    const tag = (await env.model('res.partner.category').create({ name: 'Tag' })).id
    return (await env.model('x_thing').create({ x_name: 'One', x_state: 'a', x_tag_ids: [[6, 0, [tag]]] })).id
  })
  const home = await testHome()
  const backup = await createBackup(home, live.name)
  const restored = await restoreBackup(home, backup.id, { as: 'own-copy' })
  const pool = openPool(restored.tenant.address)
  atEnd(() => pool.close())
  const copy = await openTenant({ name: 'own-copy', pool, files: restored.tenant.files })
  const read = (tenant: typeof live) =>
    actAs(tenant, 2).read(async (env) =>
      (await env.model('x_thing', [made]).read(['x_name', 'x_state', 'x_tag_ids'])).parse(),
    )
  assert.equal((await read(copy)).length, 1)
  assert.deepEqual(await read(copy), await read(live))
})
