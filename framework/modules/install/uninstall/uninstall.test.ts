import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type Tenant, withEnv, withSystemEnv } from '../../../access/index.ts'
import type { Env } from '../../../orm/index.ts'
import { sql } from '../../../sql/index.ts'
import { emptyDatabase } from '../../../testing/index.ts'
import { initTenant } from '../../tenant/open-tenant.ts'
import { installApps } from '../install.ts'
import { needsUpgrade } from '../upgrade/upgrade.ts'
import { planUninstall, uninstallApps } from './uninstall.ts'

const folder = await mkdtemp(join(tmpdir(), 'holdfast-uninstall-'))
after(() => rm(folder, { recursive: true, force: true }))
process.env.HOLDFAST_APPS = folder

async function writeApp(name: string, depends: readonly string[], declarations: string): Promise<void> {
  await mkdir(join(folder, name))
  const face = JSON.stringify(join(import.meta.dirname, '..', '..', '..', 'index.ts'))
  await writeFile(
    join(folder, name, 'declarations.ts'),
    `import { access, extend, f, fields, model, records, ref } from ${face}\n${declarations}`,
  )
  const manifest = JSON.stringify({ name, title: name, summary: '', version: '1.0.0', depends })
  await writeFile(
    join(folder, name, 'app.ts'),
    `export default { ...${manifest}, load: [() => import('./declarations.ts')] }`,
  )
}

const all = `ops: ['read', 'write', 'create', 'unlink']`
await writeApp(
  'zoo',
  ['base'],
  `model('zoo.animal', fields({ name: f.char({ required: true }), mood: f.sel({ calm: 'Calm', wild: 'Wild' }, { default: 'calm', required: true }),
     about: f.ref({ 'zoo.keeper': 'Keeper', 'res.users': 'User' }) }), { description: 'Animal' })
   access('zoo.animal', { group: 'base.group_system', ${all} })
   records('zoo.animal', { lion: { name: 'Lion' } })`,
)
await writeApp(
  'zoo_keepers',
  ['zoo'],
  `model('zoo.keeper', fields({ name: f.char({ required: true }), partner_id: f.m2o('res.partner', { ondelete: 'restrict' }), animal_ids: f.m2m('zoo.animal') }), { description: 'Keeper' })
   extend('zoo.animal', fields({ keeper_id: f.m2o('zoo.keeper'), mood: f.sel({ calm: 'Calm', wild: 'Wild', tame: 'Tame' }) }))
   extend('res.partner', fields({ badge: f.char({ index: true }) }), { constraints: { badge_uniq: { unique: ['badge'], message: 'One badge each.' } } })
   records('res.groups', { group_keeper: { name: 'Keeper' } })
   records('res.partner.category', { tag: { name: 'Keepers' }, used: { name: 'Used' } })
   records('res.partner', { agency: { name: 'Agency', category_id: [[6, 0, [ref('used')]]] } })
   access('zoo.keeper', { group: 'zoo_keepers.group_keeper', ops: ['read'] }, { group: 'base.group_system', ${all} })
   access('zoo.animal', { group: 'zoo_keepers.group_keeper', ops: ['read'], domain: [['keeper_id', '!=', false]] })`,
)
await writeApp(
  'zoo_shop',
  ['zoo_keepers'],
  `model('zoo.ticket', fields({ name: f.char(), keeper_id: f.m2o('zoo.keeper') }), { description: 'Ticket' })`,
)

describe('taking an application out', () => {
  let tenant: Tenant
  const system = <T>(fn: (env: Env) => Promise<T>): Promise<T> => withSystemEnv(tenant, 'test', {}, fn)
  const shape = () =>
    tenant.pool.query(sql`
      SELECT c.relname AS name, array_agg(a.attname || ' ' || y.typname || ' ' || a.attnotnull ORDER BY a.attname) AS columns,
        (SELECT array_agg(k.conname::text ORDER BY k.conname) FROM pg_constraint k WHERE k.conrelid = c.oid) AS constraints,
        (SELECT array_agg(i.indexrelid::regclass::text ORDER BY 1) FROM pg_index i WHERE i.indrelid = c.oid) AS indexes
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN pg_type y ON y.oid = a.atttypid
      WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' GROUP BY c.oid, c.relname ORDER BY 1`)
  const rows = () =>
    tenant.pool.query(sql`
      SELECT (SELECT count(*)::int4 FROM ir_model) AS models, (SELECT count(*)::int4 FROM ir_model_fields) AS fields, (SELECT count(*)::int4 FROM ir_model_fields_selection) AS choices,
        (SELECT count(*)::int4 FROM ir_model_data) AS names, (SELECT count(*)::int4 FROM ir_model_access) AS permissions, (SELECT count(*)::int4 FROM ir_rule) AS rules,
        (SELECT count(*)::int4 FROM hf_access) AS access, (SELECT count(*)::int4 FROM res_groups) AS groups, (SELECT count(*)::int4 FROM res_partner_category) AS tags`)
  let before1: { shape: unknown; rows: unknown }

  before(async () => {
    tenant = await initTenant({ name: 'zoo', ...(await emptyDatabase()) }, { apps: ['zoo'], demo: false })
    before1 = { shape: await shape(), rows: await rows() }
    await installApps(tenant, ['zoo_shop'], { demo: false })
  })

  it('names those that depend on it, and says what would be lost, without changing anything', async () => {
    const plan = await planUninstall(tenant, ['zoo_keepers'])
    assert.deepEqual(plan.apps, ['zoo_shop', 'zoo_keepers'])
    assert.deepEqual(plan.refusals, [])
    for (const words of [
      'remove 1 records of res.groups that the applications brought',
      'drop res.partner.badge',
      'drop the table zoo_keeper',
      'drop the table zoo_ticket',
    ])
      assert.ok(plan.words.includes(words), `${words} in ${plan.words.join('; ')}`)
    assert.ok(tenant.registry.models.has('zoo.keeper'))
  })

  it('refuses base and what is not installed', async () => {
    await assert.rejects(uninstallApps(tenant, ['base']), { code: 'ERR_APP_BASE' })
    await assert.rejects(uninstallApps(tenant, ['sales']), { code: 'ERR_APP_NOT_INSTALLED' })
  })

  it('stops where a rule that people wrote would lose what it speaks of', async () => {
    const rule = await withEnv(tenant, 2, { mode: 'write' }, async (env) => {
      const model = (await env.model('ir.model').search([['model', '=', 'zoo.animal']])).id
      return (
        await env.model('ir.rule').create({
          name: 'By hand',
          model_id: model,
          domain_force: "[('keeper_id.name', '!=', 'Nobody')]",
          perm_read: true,
        })
      ).id
    })
    await assert.rejects(uninstallApps(tenant, ['zoo_keepers']), { name: 'ValidationError', message: /keeper_id/ })
    assert.ok(tenant.registry.models.has('zoo.keeper'))
    await withEnv(tenant, 2, { mode: 'write' }, (env) => env.model('ir.rule', [rule]).unlink())
  })

  it('removes records, choices, fields, tables, rights and what people hung on them; the rest is as if it had never been there', async () => {
    const keeper = await system(async (env) => {
      const agency = (await env.model('res.partner').search([['name', '=', 'Agency']])).ids
      const id = (await env.model('zoo.keeper').create({ name: 'Kim', partner_id: agency[0] ?? 0 })).id
      await env.model('zoo.animal').create({ name: 'Cat', mood: 'tame', keeper_id: id, about: `zoo.keeper,${id}` })
      await env.model('ir.attachment').create({ name: 'cv.txt', res_model: 'zoo.keeper', res_id: id, datas: 'aGk=' })
      await env.model('res.partner', [1]).write({ badge: 'B1' } as never)
      return id
    })
    const admin = <T>(fn: (env: Env) => Promise<T>): Promise<T> => withEnv(tenant, 2, { mode: 'write' }, fn)
    await admin(async (env) => {
      const used = (await env.model('res.partner.category').search([['name', '=', 'Used']])).ids
      await env.model('res.partner').create({ name: 'Somebody', category_id: [[6, 0, used]] })
      const animal = (await env.model('ir.model').search([['model', '=', 'zoo.animal']])).id
      for (const values of [
        { name: 'x_boss_id', ttype: 'many2one', relation: 'zoo.keeper', on_delete: 'restrict' },
        { name: 'x_note', ttype: 'char' },
      ])
        await env.model('ir.model.fields').create({ ...values, model_id: animal, field_description: 'X' } as never)
    })
    await admin(async (env) => {
      const [cat] = (await env.model('zoo.animal').search([['name', '=', 'Cat']])).ids
      await env.model('zoo.animal', [cat ?? 0]).write({ x_boss_id: keeper, x_note: 'stays' } as never)
    })
    await uninstallApps(tenant, ['zoo_keepers'])
    assert.deepEqual(tenant.registry.apps, ['base', 'zoo'])
    const [cat] = await system(async (env) =>
      (await env.model('zoo.animal').search_read([['name', '=', 'Cat']], ['mood', 'about', 'x_note'])).parse(),
    )
    assert.deepEqual({ ...cat, id: 0 }, { id: 0, mood: 'calm', about: false, x_note: 'stays' })
    assert.deepEqual(
      await tenant.pool.query(sql`SELECT 1 FROM ir_attachment WHERE res_model = 'zoo.keeper'`),
      [],
      'files of records that are gone',
    )
    await admin(async (env) =>
      (
        await env.model('ir.model.fields').search([
          ['name', 'in', ['x_note']],
          ['state', '=', 'manual'],
        ])
      ).unlink(),
    )
    assert.deepEqual(await shape(), before1.shape)
    assert.deepEqual(await rows(), before1.rows)
    assert.equal(await needsUpgrade(tenant), false)
    const states = await tenant.pool.query(
      sql`SELECT name, state, latest_version AS version FROM ir_module_module WHERE name LIKE 'zoo%' ORDER BY name`,
    )
    assert.deepEqual(states, [
      { name: 'zoo', state: 'installed', version: '1.0.0' },
      { name: 'zoo_keepers', state: 'uninstalled', version: null },
      { name: 'zoo_shop', state: 'uninstalled', version: null },
    ])
  })

  it('can be undone by installing it again, with new records', async () => {
    await installApps(tenant, ['zoo_keepers'], { demo: false })
    assert.equal(await system((env) => env.model('zoo.keeper').search_count([])), 0)
    assert.equal(await needsUpgrade(tenant), false)
  })
})
