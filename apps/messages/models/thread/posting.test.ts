import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { type Tenant, withSystemEnv } from '#framework/access/index.ts'
import { callMethod } from '#framework/rpc/index.ts'
import { asUser, testTenant, type TestUser } from '#framework/testing/index.ts'

describe('messages', () => {
  let tenant: Tenant
  let ann: TestUser
  let member: TestUser
  let customer: number
  before(async () => {
    tenant = await testTenant({ apps: ['sales'] })
    ann = await asUser(tenant, { groups: ['base.group_user', 'base.group_partner_manager'] })
    member = await asUser(tenant)
    customer = await ann.write(async (env) => (await env.model('res.partner').create({ name: 'Talked about' })).id)
  })
  const post = (uid: number, kwargs: Record<string, unknown>) =>
    callMethod(tenant, uid, 'res.partner', 'message_post', [[customer]], kwargs, {})

  it('are posted in the name of the caller, whatever the caller claims, and without scripts', async () => {
    const ids = (await post(ann.uid, {
      body: '<p>Hi</p><script>alert(1)</script>',
      body_is_html: true,
      subtype_xmlid: 'mail.mt_note',
    })) as readonly number[]
    const [row] = await ann.read((env) =>
      env.model('mail.message', [...ids]).load('body', 'author_id', 'model', 'res_id', 'is_internal'),
    )
    assert.deepEqual(
      { ...row, id: 0 },
      {
        id: 0,
        body: '<p>Hi</p>',
        author_id: await ann.read(async (env) => env.user.partnerId),
        model: 'res.partner',
        res_id: customer,
        is_internal: true,
      },
    )
    await assert.rejects(post(ann.uid, { body: 'x', author_id: 1 }))
  })

  it('are posted by those only who may change the record', async () => {
    await assert.rejects(post(member.uid, { body: 'x' }), { name: 'AccessError' })
    await assert.rejects(
      member.write((env) => env.model('mail.message').create({ body: 'x' })),
      { name: 'AccessError' },
    )
  })

  it('answer a message of the same record only, and no answer tells whether a foreign message exists', async () => {
    const ids = (await post(ann.uid, { body: 'first' })) as readonly number[]
    const other = await withSystemEnv(
      tenant,
      'test',
      { mode: 'write' },
      async (env) => (await env.model('mail.message').create({ model: 'res.partner', res_id: 1 })).id,
    )
    for (const [parent, kept] of [
      [ids[0] ?? 0, ids[0] ?? 0],
      [other, null],
      [99_999_999, null],
    ] as const) {
      const made = (await post(ann.uid, { body: 'answer', parent_id: parent })) as readonly number[]
      assert.equal(
        (await ann.read((env) => env.model('mail.message', [...made]).load('parent_id')))[0]?.parent_id,
        kept,
      )
    }
  })
})
