import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { type Tenant, withSystemEnv } from '#framework/access/index.ts'
import { callMethod } from '#framework/rpc/index.ts'
import { actAs, asUser, type TestUser, twoTenants } from '#framework/testing/index.ts'

const seller = ['base.group_user', 'sales_team.group_sale_salesman']
const editor = 'mail.group_mail_template_editor'

describe('templates of mails', () => {
  let tenant: Tenant
  let other: Tenant
  let admin: TestUser
  let boss: TestUser
  let ann: TestUser
  let eve: TestUser
  let clerk: TestUser
  let orderModel = 0
  let customer = 0
  let orders: { readonly ann: number; readonly boss: number; readonly eve: number }

  before(async () => {
    ;[tenant, other] = await twoTenants()
    admin = actAs(tenant, 2)
    boss = await asUser(tenant, { groups: ['sales_team.group_sale_manager'] })
    ann = await asUser(tenant, { groups: seller })
    eve = await asUser(tenant, { groups: [...seller, editor] })
    clerk = await asUser(tenant, { groups: ['base.group_user', editor] })
    await withSystemEnv(tenant, 'test', { mode: 'write' }, async (env) => {
      orderModel = (await env.model('ir.model').search([['model', '=', 'sale.order']])).id
      customer = (
        await env.model('res.partner').create({ name: 'Rope" <evil@canary.test>, "Co', email: 'rope@example.com' })
      ).id
      const make = async (user: number, ref: string) =>
        (await env.model('sale.order').create({ partner_id: customer, user_id: user, client_order_ref: ref } as never))
          .id
      orders = {
        ann: await make(ann.uid, 'ANN-1'),
        boss: await make(boss.uid, 'HUSH-BOSS'),
        eve: await make(eve.uid, 'EVE-1'),
      }
      await env.model('res.users', [ann.uid]).write({ email: 'ann@example.com' } as never)
    })
  })

  const texts = {
    subject: 'Your order {{ object.client_order_ref }}',
    body_html: '<p>Dear {{ object.partner_id.name }}, {{ object.amount_total | money: object.currency_id.name }}</p>',
    email_to: '"{{ object.partner_id.name }}" <{{ object.partner_id.email }}>',
  }
  const make = (who: TestUser, values: Record<string, unknown>) =>
    who.write(
      async (env) =>
        (await env.model('mail.template').create({ name: 'T', model_id: orderModel, ...values } as never)).id,
    )
  const send = (who: TestUser, template: number, id: number) =>
    callMethod(tenant, who.uid, 'mail.template', 'send_mail', [[template], id], {}, {}) as Promise<number | false>
  const generate = async (who: TestUser, template: number, id: number) =>
    (
      (await callMethod(tenant, who.uid, 'mail.template', 'generate_email', [[template], [id]], {}, {})) as Record<
        string,
        Record<string, string>
      >
    )[id] ?? {}
  const queued = (id: number) =>
    admin.read(async (env) => (await env.model('mail.mail', [id]).read()).parse()[0] as Record<string, unknown>)

  it('make one mail of a record, queued as outgoing, with heads that no value adds a line or mailbox to', async () => {
    const id = await send(ann, await make(admin, texts), orders.ann)
    assert.ok(id)
    const mail = await queued(id)
    assert.deepEqual(
      [mail['state'], mail['subject'], mail['body_html']],
      ['outgoing', 'Your order ANN-1', '<p>Dear Rope" &lt;evil@canary.test&gt;, "Co, $0.00</p>'],
    )
    assert.equal(mail['email_to'], '"Rope   evil@canary.test    Co" <rope@example.com>')
    assert.match(String(mail['email_from']), /<ann@example\.com>$/)
    assert.doesNotMatch(String(mail['headers']), /^Bcc|<evil/im)
    await assert.rejects(
      ann.read((env) => env.model('mail.mail').search([])),
      { code: 'ERR_ACCESS_READ' },
    )
  })

  it('say nothing about a record that the sender may not read, and send nothing for one that she may only read', async () => {
    const template = await make(admin, texts)
    for (const id of [orders.boss, 999_999]) {
      await assert.rejects(send(ann, template, id), { code: 'ERR_TEMPLATE_RECORD' })
      await assert.rejects(generate(ann, template, id), { code: 'ERR_TEMPLATE_RECORD' })
    }
    const about = await make(admin, {
      model_id: await modelId('res.company'),
      subject: '{{ object.name }}',
      email_to: 'x@example.com',
    })
    assert.ok((await generate(ann, about, 1))['subject'])
    await assert.rejects(send(ann, about, 1), { code: 'ERR_ACCESS_WRITE' })
  })

  it('give their writer nothing when somebody with more rights sends them', async () => {
    const list = '{% for l in object.order_line %}{{ l.name }}{% endfor %}{{ object.client_order_ref }}'
    const theft = await make(eve, { ...texts, email_to: 'eve@canary.test', body_html: `<p>${list}</p>` })
    await assert.rejects(send(boss, theft, orders.boss), { code: 'ERR_TEMPLATE_RECORD' })
    assert.equal((await generate(boss, theft, orders.eve))['body_html'], '<p>EVE-1</p>')
    // A text that somebody else wrote is eve's as soon as she changes a word of it; another name cannot be put under it.
    const shared = await make(admin, texts)
    assert.ok((await generate(boss, shared, orders.boss))['subject'])
    await eve.write((env) =>
      env.model('mail.template', [shared]).write({ email_to: 'eve@canary.test', editor_id: 2 } as never),
    )
    await assert.rejects(generate(boss, shared, orders.boss), { code: 'ERR_TEMPLATE_RECORD' })
    await eve
      .write((env) => env.model('mail.template', [shared]).write({ editor_id: 2, name: 'Mine' } as never))
      .catch(() => null)
    await assert.rejects(generate(boss, shared, orders.boss), { code: 'ERR_TEMPLATE_RECORD' })
    const copy = await eve.write(
      async (env) => (await env.model('mail.template', [await make(admin, texts)]).copy()).id,
    )
    await assert.rejects(generate(boss, copy, orders.boss), { code: 'ERR_TEMPLATE_RECORD' })
  })

  it('are refused when their writer may not read what they name, and when it is for a group only, or a secret', async () => {
    await assert.rejects(make(clerk, texts), { code: 'ERR_TEMPLATE_FIELD' })
    for (const path of [
      'object.partner_id.sale_order_ids',
      'user.password',
      'object.user_id.password',
      'object.nothing',
    ])
      await assert.rejects(make(admin, { ...texts, body_html: `<p>{{ ${path} }}</p>` }), { code: 'ERR_TEMPLATE' }, path)
    await assert.rejects(make(admin, { ...texts, body_html: '<p onclick="{{ object.name }}">x</p>' }), {
      code: 'ERR_TEMPLATE',
    })
    await assert.rejects(make(ann, texts), { code: 'ERR_ACCESS_CREATE' })
    const mine = await make(admin, texts)
    await assert.rejects(
      ann.write((env) => env.model('mail.template', [mine]).write({ subject: 'x' })),
      { code: 'ERR_ACCESS_WRITE' },
    )
  })

  it('are silent once their writer is archived', async () => {
    const gone = await asUser(tenant, { groups: [...seller, editor] })
    const template = await make(gone, texts)
    await admin.write((env) => env.model('res.users', [gone.uid]).write({ active: false }))
    await assert.rejects(send(boss, template, orders.boss), { code: 'ERR_MAIL_TEMPLATE' })
  })

  it('carry files only where sender and writer may read them, and touch no other record when they are saved', async () => {
    const file = await boss.write(
      async (env) =>
        (
          await env.model('ir.attachment').create({
            name: 'hush.txt',
            raw: Buffer.from('HUSH').toString('base64'),
            res_model: 'sale.order',
            res_id: orders.boss,
          } as never)
        ).id,
    )
    await assert.rejects(make(eve, { ...texts, attachment_ids: [[6, 0, [file]]] }))
    await assert.rejects(make(eve, { ...texts, attachment_ids: [[2, file, 0]] }))
    await assert.rejects(make(eve, { ...texts, attachment_ids: [[1, file, { name: 'x' }]] }))
    // Of a file that the sender may not read she sees nothing, in the template as elsewhere; so it does not go along.
    const template = await make(admin, { ...texts, attachment_ids: [[6, 0, [file]]] })
    assert.deepEqual((await generate(ann, template, orders.ann))['attachment_ids'], [])
    assert.deepEqual((await generate(boss, template, orders.boss))['attachment_ids'], [file])
    const left = await boss.read(
      async (env) => (await env.model('ir.attachment', [file]).read(['name'])).parse()[0]?.['name'],
    )
    assert.equal(left, 'hush.txt')
  })

  it('are sent only where their condition holds', async () => {
    const template = await make(admin, { ...texts, condition: 'client_order_ref == "ANN-1"' })
    assert.ok(await send(ann, template, orders.ann))
    assert.equal(await send(boss, template, orders.eve), false)
    await assert.rejects(make(admin, { ...texts, condition: 'nothing == 1' }), { code: 'ERR_EXPRESSION_NAME' })
  })

  it('go to contacts by number, in the words of a language, and to no other tenant', async () => {
    const template = await make(admin, {
      ...texts,
      email_to: '',
      partner_to: '{{ object.partner_id.id }}',
      lang: '{{ object.partner_id.lang }}',
    })
    const mail = await generate(boss, template, orders.boss)
    assert.deepEqual(mail['partner_ids'], [customer])
    assert.match(mail['headers'] ?? '', /rope@example\.com/)
    await assert.rejects(callMethod(other, 2, 'mail.template', 'send_mail', [[template], orders.ann], {}, {}))
    const nobody = await make(admin, { ...texts, email_to: '{{ object.origin }}' })
    await assert.rejects(send(boss, nobody, orders.boss), { code: 'ERR_MAIL_RECIPIENT' })
    const wrong = await make(admin, { ...texts, email_to: '{{ object.partner_id.name }}' })
    await assert.rejects(send(boss, wrong, orders.boss), { code: 'ERR_MAIL_ADDRESS' })
  })

  const modelId = (name: string) =>
    admin.read(async (env) => (await env.model('ir.model').search([['model', '=', name]])).id)
})
