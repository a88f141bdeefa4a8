import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { type Tenant, withSystemEnv } from '#framework/access/index.ts'
import { callMethod } from '#framework/rpc/index.ts'
import { sql } from '#framework/sql/index.ts'
import { actAs, asUser, type TestUser, twoTenants } from '#framework/testing/index.ts'

const seller = ['base.group_user', 'sales_team.group_sale_salesman']

describe('threads', () => {
  let tenant: Tenant
  let other: Tenant
  let admin: TestUser
  let ann: TestUser
  let bob: TestUser
  let customer: number
  /** Ann's; Bob sees only orders of his own. */
  let order: number
  let message: number
  let file: number

  const call = (user: TestUser, model: string, ids: readonly number[], method: string, kwargs: object = {}) =>
    callMethod(tenant, user.uid, model, method, [ids], kwargs as Record<string, unknown>, {})
  const post = async (user: TestUser, model: string, id: number, kwargs: object) =>
    ((await call(user, model, [id], 'message_post', kwargs)) as readonly number[])[0] ?? 0
  const partnerOf = (user: TestUser) => user.read(async (env) => env.user.partnerId)

  before(async () => {
    ;[tenant, other] = await twoTenants()
    admin = actAs(tenant, 2)
    ann = await asUser(tenant, { groups: seller })
    bob = await asUser(tenant, { groups: seller })
    customer = await admin.write(async (env) => (await env.model('res.partner').create({ name: 'Talked about' })).id)
    order = await ann.write(async (env) => (await env.model('sale.order').create({ partner_id: customer })).id)
    file = await ann.write(
      async (env) =>
        (await env.model('ir.attachment').create({ name: 'plan.txt', datas: Buffer.from('plan').toString('base64') }))
          .id,
    )
    message = await post(ann, 'sale.order', order, {
      body: 'Agreed on <b>Monday</b>',
      message_type: 'comment',
      subtype_xmlid: 'mail.mt_comment',
      attachment_ids: [file],
      attachments: [['note.txt', 'read me']],
      partner_ids: [customer],
    })
  })

  it('show messages, files and followers of the record to those who may read it', async () => {
    const [row] = await ann.read((env) =>
      env
        .model('sale.order', [order])
        .load(
          'message_ids.body',
          'message_ids.author_id',
          'message_ids.attachment_ids.name',
          'message_ids.partner_ids',
          'message_is_follower',
          'message_partner_ids',
          'message_attachment_count',
          'has_message',
        ),
    )
    const me = await partnerOf(ann)
    assert.deepEqual(
      row?.message_ids.map(({ body, author_id, attachment_ids, partner_ids }) => [
        body,
        author_id,
        attachment_ids.map(({ name }) => name).sort(),
        partner_ids,
      ]),
      [['<p>Agreed on &lt;b&gt;Monday&lt;/b&gt;</p>', me, ['note.txt', 'plan.txt'], [customer]]],
    )
    assert.deepEqual(
      [row?.message_is_follower, row?.message_partner_ids, row?.message_attachment_count, row?.has_message],
      [true, [me], 2, true],
    )
  })

  it('are not there for who may not read the record, whichever way he asks', async () => {
    const counts = await bob.read(async (env) => [
      await env.model('mail.message').search_count([['id', '=', message]]),
      await env.model('mail.message').search_count([['body', 'ilike', 'Monday']]),
      await env.model('mail.message').search_count([['res_id', '=', order]]),
      await env.model('mail.followers').search_count([['res_id', '=', order]]),
      await env.model('mail.followers').search_count([['partner_id', '=', await partnerOf(ann)]]),
      await env.model('res.partner').search_count([
        ['id', '=', customer],
        ['message_ids.body', 'ilike', 'Monday'],
      ]),
      (await env.model('ir.attachment').search([['id', '=', file]])).length,
      (await env.model('mail.message', [message]).exists()).length,
      (await env.model('mail.message').read_group([['model', '=', 'sale.order']], ['__count'], ['model'])).length,
    ])
    assert.deepEqual(
      counts,
      counts.map(() => 0),
    )
    for (const id of [message, 99_999_999])
      await assert.rejects(
        bob.read(async (env) => (await env.model('mail.message', [id]).read(['body'])).parse()),
        { code: 'ERR_ACCESS_READ_RECORDS' },
      )
    for (const id of [order, 99_999_999]) {
      await assert.rejects(post(bob, 'sale.order', id, { body: 'x' }), { code: 'ERR_ACCESS_WRITE_RECORDS' })
      await assert.rejects(
        call(bob, 'sale.order', [id], 'message_subscribe', { partner_ids: [await partnerOf(bob)] }),
        {
          code: 'ERR_ACCESS_READ_RECORDS',
        },
      )
    }
  })

  it('open and close with the record, whoever wrote in them', async () => {
    const hers = await admin.write(
      async (env) => (await env.model('sale.order').create({ partner_id: customer, user_id: bob.uid })).id,
    )
    const note = await post(bob, 'sale.order', hers, { body: 'mine' })
    assert.equal(await ann.read((env) => env.model('mail.message').search_count([['id', '=', note]])), 0)
    await admin.write((env) => env.model('sale.order', [hers]).write({ user_id: ann.uid }))
    assert.equal(await ann.read((env) => env.model('mail.message').search_count([['id', '=', note]])), 1)
    assert.equal(await bob.read((env) => env.model('mail.message').search_count([['id', '=', note]])), 0)
    await assert.rejects(bob.write((env) => env.model('mail.message', [note]).write({ body: 'other' })))
    await assert.rejects(bob.write((env) => env.model('mail.message', [note]).unlink()))
  })

  it('hold what the author said: only she corrects it, in her own name', async () => {
    const note = await post(ann, 'res.partner', customer, { body: 'x' }).catch(() => 0)
    assert.equal(note, 0, 'who may not change the record may not post on it')
    const said = await post(ann, 'sale.order', order, { body: '<i>html</i><script>x</script>', body_is_html: true })
    await ann.write((env) => env.model('mail.message', [said]).write({ body: '<p>better</p><img src=x onerror=y>' }))
    const [row] = await ann.read((env) => env.model('mail.message', [said]).load('body'))
    assert.equal(row?.body, '<p>better</p><img src="x" />')
    for (const values of [{ author_id: customer }, { res_id: 1 }, { model: 'res.partner' }])
      await assert.rejects(ann.write((env) => env.model('mail.message', [said]).write(values as never)))
    await assert.rejects(
      admin.write((env) => env.model('mail.message', [said]).write({ author_id: customer })),
      { code: 'ERR_MESSAGE_AUTHOR' },
    )
    await assert.rejects(post(ann, 'sale.order', order, { body: 'x', author_id: customer }), {
      code: 'ERR_MESSAGE_AUTHOR',
    })
  })

  it('take no files that the author may not use, and none of another record', async () => {
    const [hidden, elsewhere] = await Promise.all(
      [
        { user: bob, on: {} },
        { user: admin, on: { res_model: 'res.partner', res_id: customer } },
      ].map(({ user, on }) =>
        user.write(
          async (env) => (await env.model('ir.attachment').create({ name: 'f', datas: 'aGk=', ...on } as never)).id,
        ),
      ),
    )
    for (const id of [hidden, elsewhere, 99_999_999])
      await assert.rejects(post(ann, 'sale.order', order, { body: 'x', attachment_ids: [id] }), { name: 'AccessError' })
  })

  it('are followed by oneself with the right to read, by others with the right to change', async () => {
    const [mine, hers] = [await partnerOf(bob), await partnerOf(ann)]
    const follow = (user: TestUser, partner_ids: number[]) =>
      call(user, 'res.partner', [customer], 'message_subscribe', { partner_ids })
    assert.equal(await follow(bob, [mine]), true)
    assert.equal(await follow(bob, [mine]), true)
    await assert.rejects(follow(bob, [hers]), { name: 'AccessError' })
    const found = (user: TestUser) =>
      user.read((env) =>
        env.model('res.partner').search_count([
          ['id', '=', customer],
          ['message_is_follower', '=', true],
        ]),
      )
    assert.deepEqual([await found(bob), await found(ann)], [1, 0])
    await assert.rejects(call(bob, 'res.partner', [customer], 'message_unsubscribe', { partner_ids: [hers] }), {
      name: 'AccessError',
    })
    assert.equal(await call(bob, 'res.partner', [customer], 'message_unsubscribe', { partner_ids: [mine] }), true)
    assert.equal(await found(bob), 0)
  })

  it('go with the record, and are not written as lists', async () => {
    await assert.rejects(
      admin.write((env) => env.model('sale.order', [order]).write({ message_ids: [[5]] } as never)),
      { code: 'ERR_COMMAND' },
    )
    const doomed = await ann.write(async (env) => (await env.model('sale.order').create({ partner_id: customer })).id)
    const last = await post(ann, 'sale.order', doomed, { body: 'bye', message_type: 'comment' })
    await admin.write((env) => env.model('sale.order', [doomed]).unlink())
    const left = await tenant.pool.query(
      sql`SELECT id FROM mail_message WHERE id = ${last} UNION ALL SELECT id FROM mail_followers WHERE res_model = 'sale.order' AND res_id = ${doomed}`,
    )
    assert.deepEqual(left, [])
  })

  it('of records of one number in different models stay apart, and what hangs on nothing is its maker’s', async () => {
    await withSystemEnv(tenant, 'test', { mode: 'write' }, async (env) => {
      await env.model('crm.team').create({ id: order, name: 'Same number' } as never)
      await env.model('mail.message').create({ body: 'loose' })
    })
    const [team] = await ann.read((env) =>
      env.model('crm.team', [order]).load('message_ids', 'message_follower_ids', 'message_attachment_count'),
    )
    assert.deepEqual([team?.message_ids, team?.message_follower_ids, team?.message_attachment_count], [[], [], 0])
    for (const user of [ann, admin])
      assert.equal(await user.read((env) => env.model('mail.message').search_count([['res_id', '=', false]])), 0)
  })

  it('of one tenant do not show in another', async () => {
    assert.equal(await actAs(other, 2).read((env) => env.model('mail.message').search_count([])), 0)
  })

  it('show a customer in the portal what is no note among colleagues', async () => {
    const portal = await asUser(tenant, { groups: ['base.group_portal'] })
    const told = await admin.write(async (env) => {
      const partner = (await env.model('res.users', [portal.uid]).load('partner_id'))[0]?.partner_id ?? 0
      return (await env.model('sale.order').create({ partner_id: partner, state: 'sent' })).id
    })
    const open = await post(admin, 'sale.order', told, { body: 'for you', subtype_xmlid: 'mail.mt_comment' })
    await post(admin, 'sale.order', told, { body: 'not for you' })
    assert.deepEqual(
      await portal.read(async (env) => (await env.model('mail.message').search([['res_id', '=', told]])).ids),
      [open],
    )
    assert.equal(await portal.read((env) => env.model('mail.message').search_count([])), 1)
  })
})
