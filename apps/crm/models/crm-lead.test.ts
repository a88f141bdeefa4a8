import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Tenant } from '#framework/access/index.ts'
import { callMethod } from '#framework/rpc/index.ts'
import { asUser, type TestUser, twoTenants } from '#framework/testing/index.ts'

describe('leads', () => {
  let tenant: Tenant
  let other: Tenant
  let ann: TestUser
  let bob: TestUser
  let manager: TestUser
  let customer: number
  before(async () => {
    ;[tenant, other] = await twoTenants({ apps: ['crm'] })
    ann = await asUser(tenant, { groups: ['sales_team.group_sale_salesman', 'base.group_partner_manager'] })
    bob = await asUser(tenant, { groups: ['sales_team.group_sale_salesman'] })
    manager = await asUser(tenant, { groups: ['sales_team.group_sale_manager'] })
    customer = await ann.write(
      async (env) =>
        (await env.model('res.partner').create({ name: 'Acme', is_company: true, email: 'hi@acme.test', city: 'Gent' }))
          .id,
    )
  })
  const create = (user: TestUser, values: Record<string, unknown>) =>
    user.write(async (env) => (await env.model('crm.lead').create(values)).id)
  const call = (user: TestUser, method: string, ids: number[], kwargs: Record<string, unknown> = {}) =>
    callMethod(tenant, user.uid, 'crm.lead', method, [ids], kwargs, {})

  it('start in the first stage of their creator and take what they lack from the contact', async () => {
    const id = await create(ann, { name: 'Desks', partner_id: customer, city: 'Brugge', expected_revenue: 1000 })
    const [lead] = await ann.read((env) =>
      env
        .model('crm.lead', [id])
        .load('type', 'user_id', 'stage_id', 'email_from', 'partner_name', 'contact_name', 'city', 'prorated_revenue'),
    )
    assert.deepEqual(
      { ...lead },
      {
        id,
        type: 'opportunity',
        user_id: ann.uid,
        stage_id: 1,
        email_from: 'hi@acme.test',
        partner_name: 'Acme',
        contact_name: null,
        city: 'Brugge',
        prorated_revenue: 100,
      },
    )
  })

  it('are won in the stage that says so, lost into the archive with a reason, and come back without it', async () => {
    const id = await create(ann, { name: 'Chairs', expected_revenue: 500 })
    const state = async () => {
      const [lead] = await ann.read((env) =>
        env
          .model('crm.lead', [id])
          .load('active', 'probability', 'stage_id.is_won', 'lost_reason_id', 'date_closed', 'prorated_revenue'),
      )
      return [lead?.active, lead?.probability, lead?.stage_id?.is_won, lead?.lost_reason_id, lead?.date_closed !== null]
    }
    await call(ann, 'action_set_won', [id])
    assert.deepEqual(await state(), [true, 100, true, null, true])
    await call(ann, 'action_set_lost', [id], { lost_reason_id: 1 })
    assert.deepEqual(await state(), [false, 0, true, 1, true])
    await call(ann, 'action_unarchive', [id])
    assert.deepEqual(await state(), [true, 0, true, null, false])
    await assert.rejects(create(ann, { name: 'Sure', probability: 101 }), { code: 'ERR_LEAD_PROBABILITY' })
  })

  it('of colleagues are absent for a salesperson, and of other companies for everybody', async () => {
    const hers = await create(ann, { name: 'Secret deal' })
    const nobodys = await create(ann, { name: 'Open deal', user_id: false })
    const seen = await bob.read(async (env) => (await env.model('crm.lead').search([['name', 'like', 'deal']])).ids)
    assert.deepEqual(seen, [nobodys])
    await assert.rejects(call(bob, 'action_set_won', [hers]), { name: 'AccessError' })
    await assert.rejects(call(bob, 'message_post', [hers], { body: 'x' }), { name: 'AccessError' })
    assert.equal(await manager.read((env) => env.model('crm.lead').search_count([['name', 'like', 'deal']])), 2)
    const stranger = await asUser(other, { groups: ['sales_team.group_sale_manager'] })
    assert.equal(await stranger.read((env) => env.model('crm.lead').search_count([])), 0)
  })

  it('become opportunities of a customer', async () => {
    const id = await create(ann, { name: 'Maybe', type: 'lead' })
    await call(ann, 'convert_opportunity', [id], { partner_id: customer })
    const [lead] = await ann.read((env) => env.model('crm.lead', [id]).load('type', 'partner_id', 'email_from'))
    assert.deepEqual({ ...lead }, { id, type: 'opportunity', partner_id: customer, email_from: 'hi@acme.test' })
  })
})
