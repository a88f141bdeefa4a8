import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Tenant } from '#framework/access/index.ts'
import { callMethod } from '#framework/rpc/index.ts'
import { actAs, asUser, type TestUser, twoTenants } from '#framework/testing/index.ts'

const seller = ['base.group_user', 'sales_team.group_sale_salesman']

describe('activities', () => {
  let tenant: Tenant
  let other: Tenant
  let admin: TestUser
  let ann: TestUser
  let bob: TestUser
  /** Ann's; Bob sees only orders of his own. */
  let order: number
  before(async () => {
    ;[tenant, other] = await twoTenants()
    admin = actAs(tenant, 2)
    ann = await asUser(tenant, { groups: seller })
    bob = await asUser(tenant, { groups: seller })
    const customer = await admin.write(async (env) => (await env.model('res.partner').create({ name: 'Busy' })).id)
    order = await ann.write(async (env) => (await env.model('sale.order').create({ partner_id: customer })).id)
  })
  const plan = async (user: TestUser, kwargs: Record<string, unknown>) =>
    (
      (await callMethod(
        tenant,
        user.uid,
        'sale.order',
        'activity_schedule',
        [[order]],
        kwargs,
        {},
      )) as readonly number[]
    )[0] ?? 0
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

  it('are planned on a record, told by it in the order of their days, and end in a message on it', async () => {
    const later = await plan(ann, { act_type_xmlid: 'mail.mail_activity_data_todo', date_deadline: day(5) })
    const first = await plan(ann, {
      act_type_xmlid: 'mail.mail_activity_data_call',
      date_deadline: day(-2),
      summary: 'Ask about the date',
      note: '<p>Hi</p><script>alert(1)</script>',
    })
    const shown = async () => {
      const [row] = await ann.read((env) =>
        env
          .model('sale.order', [order])
          .load('activity_ids', 'activity_state', 'activity_summary', 'activity_date_deadline', 'activity_type_id'),
      )
      return { ...row, id: 0 }
    }
    assert.deepEqual(await shown(), {
      id: 0,
      activity_ids: [first, later],
      activity_state: 'overdue',
      activity_summary: 'Ask about the date',
      activity_date_deadline: day(-2),
      activity_type_id: 2,
    })
    const [note] = await ann.read((env) =>
      env.model('mail.activity', [first]).load('note', 'user_id', 'res_model_id.model'),
    )
    assert.deepEqual([note?.note, note?.user_id, note?.res_model_id?.model], ['<p>Hi</p>', ann.uid, 'sale.order'])
    const message = await callMethod(
      tenant,
      ann.uid,
      'mail.activity',
      'action_feedback',
      [[first]],
      { feedback: 'Monday' },
      {},
    )
    const [told] = await ann.read((env) => env.model('mail.message', [Number(message)]).load('body', 'model', 'res_id'))
    assert.match(String(told?.body), /Call done: Ask about the date[\s\S]*Monday/)
    assert.deepEqual([told?.model, told?.res_id], ['sale.order', order])
    assert.deepEqual([(await shown()).activity_state, (await shown()).activity_ids], ['planned', [later]])
    assert.deepEqual(
      await ann.read(
        async (env) => (await env.model('sale.order').search([['activity_summary', 'ilike', 'date']])).ids,
      ),
      [],
    )
  })

  it('of a record are absent for whoever may not read it, and nobody plans on what they may not change', async () => {
    const hers = await plan(ann, { summary: 'Between us' })
    const found = (user: TestUser) =>
      user.read(async (env) => (await env.model('mail.activity').search([['summary', '=', 'Between us']])).ids)
    assert.deepEqual([await found(ann), await found(bob), await found(admin)], [[hers], [], [hers]])
    await assert.rejects(
      bob.read(async (env) => env.model('mail.activity', [hers]).load('summary')),
      { name: 'AccessError' },
    )
    await assert.rejects(plan(bob, { summary: 'Mine' }), { name: 'AccessError' })
    await assert.rejects(
      bob.write((env) => env.model('mail.activity').create({ res_model: 'sale.order', res_id: order, summary: 'x' })),
      { name: 'AccessError' },
    )
    const stranger = actAs(other, 2)
    assert.equal(await stranger.read((env) => env.model('mail.activity').search_count([])), 0)
  })

  it('go with their record', async () => {
    const activity = await plan(ann, { summary: 'Short-lived' })
    await admin.write(async (env) => {
      await env.model('sale.order', [order]).unlink()
      return null
    })
    const left = await admin.read((env) =>
      env
        .withContext({ active_test: false })
        .model('mail.activity')
        .search_count([['id', '=', activity]]),
    )
    assert.equal(left, 0)
  })
})
