import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { makeTenant, type Tenant, withEnv } from './index.ts'
import { actAs, asUser, testTenant } from '../testing/index.ts'
import { bumpEpoch, withSystemEnv } from './index.ts'
import { sql } from '../sql/index.ts'

let tenant: Tenant
/** The same database as another process sees it: with a memory of its own. */
let other: Tenant

before(async () => {
  tenant = await testTenant({ apps: ['sales'] })
  const { name, pool, files, registry } = tenant
  other = makeTenant({ name, pool, files, registry })
})

test('a right that one process takes away is gone in the next request of another, also where the answer comes from memory', async () => {
  const sam = await asUser(tenant, { groups: ['base.group_user', 'sales_team.group_sale_salesman'] })
  const seen = () =>
    withEnv(other, sam.uid, { mode: 'read' }, async (env) => ({
      inGroup: env.user.groups.has('sales_team.group_sale_salesman'),
      fields: Object.keys(env.model('sale.order').fields_get(['amount_total'])),
      mayRead: await env.model('sale.order').has_access('read'),
    }))
  assert.deepEqual(await seen(), { inGroup: true, fields: ['amount_total'], mayRead: true })
  await actAs(tenant, 2).write((env) => env.model('res.users', [sam.uid]).write({ group_ids: [[6, 0, [1]]] }))
  assert.deepEqual(await seen(), { inGroup: false, fields: [], mayRead: false })
})

test('an archived user is refused at the next request, in every process', async () => {
  const ben = await asUser(tenant, {})
  const act = (where: Tenant) =>
    withEnv(where, ben.uid, { mode: 'read' }, (env) => env.model('res.partner').search_count([]))
  await act(other)
  await act(tenant)
  await actAs(tenant, 2).write((env) => env.model('res.users', [ben.uid]).write({ active: false }))
  await assert.rejects(act(other), { code: 'ERR_ACCESS_DENIED' })
  await assert.rejects(act(tenant), { code: 'ERR_ACCESS_DENIED' })
})

test('a rule that a transaction adds counts from its commit, not before and not later', async () => {
  const sam = await asUser(tenant, { groups: ['base.group_user', 'sales_team.group_sale_manager'] })
  const count = () => withEnv(other, sam.uid, { mode: 'read' }, (env) => env.model('crm.tag').search_count([]))
  await withSystemEnv(tenant, 'a tag for the test', {}, (env) => env.model('crm.tag').create({ name: 'Visible' }))
  const before = await count()
  assert.ok(before > 0)
  await withSystemEnv(tenant, 'a rule for the test', {}, async (env) => {
    await env.db.query(
      sql`INSERT INTO hf_access (kind, model, ops, domain, source_model, source_id) VALUES ('global-rule', 'crm.tag', '{read}', '[["id", "=", -1]]', 'test', 1)`,
    )
    await bumpEpoch(env.db)
    assert.equal(await count(), before)
  })
  assert.equal(await count(), 0)
})
