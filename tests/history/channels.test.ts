import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { sql } from '#framework/sql/index.ts'
import { makeWorld, canary, canaryPrice, probes, type World } from '../access/index.ts'
import { assertRefused, Scene } from './scene.ts'

/** The second channels: ways to a record other than reading it. Sam attacks rita's order; pia is a customer in the portal. */
describe('second channels', () => {
  const scene = new Scene()
  let world: World
  before(async () => {
    world = await makeWorld(scene.server)
  })

  const secret = new RegExp(`${canary}|${canaryPrice}`)
  const order = () => world.target.order
  const countOf = async (
    table: 'mail_followers' | 'mail_message' | 'ir_attachment' | 'mail_activity' | 'res_partner',
  ) => {
    const rows = await scene.acme.tenant.pool.query<{ t: string; n: number }>(sql`
      SELECT 'mail_followers' AS t, count(*)::int4 AS n FROM mail_followers UNION ALL SELECT 'mail_message', count(*)::int4 FROM mail_message
      UNION ALL SELECT 'ir_attachment', count(*)::int4 FROM ir_attachment UNION ALL SELECT 'mail_activity', count(*)::int4 FROM mail_activity
      UNION ALL SELECT 'res_partner', count(*)::int4 FROM res_partner`)
    return rows.find(({ t }) => t === table)?.n
  }

  it('CVE-2018-14863: methods that are not declared public are called by nobody, by no protocol', async () => {
    for (const method of [
      '_search',
      'sudo',
      'env',
      'browse',
      'elevate',
      '_write',
      'invalidate',
      'constructor',
      '__proto__',
      'load_rows',
      'message_post_with_source',
      '_compute_amount_total',
    ])
      for (const outcome of await scene.byAll('admin', 'sale.order', method, [[order()]]))
        assertRefused(outcome, method)
  })

  it('CVE-2018-14866: temporary records of dialogues belong to who made them', async () => {
    const transient = [...scene.acme.tenant.registry.models.values()].filter((one) => one.options.transient)
    for (const { name } of transient) {
      const made = await scene.as('admin', name, 'create', [{}])
      if (!made.ok) continue
      for (const who of ['sam', 'ben', 'pia'] as const) {
        assertRefused(await scene.as(who, name, 'read', [[made.value]]), name)
        const found = await scene.as(who, name, 'search', [[]])
        assert.ok(!found.ok || JSON.stringify(found.value) === '[]', `${name}: ${found.text}`)
      }
    }
    assert.ok(transient.length > 0)
  })

  it('CVE-2018-15631: a file that one may not read is sent to nobody, hung on a message or a record', async () => {
    const own = world.own.order
    const { attachment } = world.target
    for (const outcome of [
      await scene.as('sam', 'sale.order', 'message_post', [[own]], { body: 'x', attachment_ids: [attachment] }),
      await scene.as('sam', 'ir.attachment', 'write', [[attachment], { res_id: own }]),
      await scene.as('sam', 'ir.attachment', 'copy', [[attachment], { res_id: own }]),
      await scene.as('sam', 'mail.message', 'create', [{ body: 'x', attachment_ids: [[4, attachment]] }]),
    ])
      assertRefused(outcome)
    const [row] = await scene.acme.tenant.pool.query<{ res_id: number }>(
      sql`SELECT res_id FROM ir_attachment WHERE id = ${attachment}`,
    )
    assert.equal(row?.res_id, order())
    const file = await scene.page('sam', { path: `/web/content/${attachment}` })
    assert.deepEqual([file.status, secret.test(file.text)], [404, false])
  })

  it('CVE-2024-36490: who edits a template of mails that somebody else sends reads nothing through it', async () => {
    const [group, model] = await scene.set(async (env) => [
      (await env.model('res.groups').search([['name', '=', 'Mail Template Editor']])).id,
      (await env.model('ir.model').search([['model', '=', 'sale.order']])).id,
    ])
    await scene.set((env) => env.model('res.users', [scene.people.sam.uid]).write({ group_ids: [[4, group]] } as never))
    const values = {
      name: 'x',
      model_id: model,
      email_to: 'sam@canary.test',
      body_html: '<p>{{ object.client_order_ref }} {{ object.amount_total }} {{ object.note }}</p>',
    }
    const template = await scene.made('sam', 'mail.template', 'create', [values])
    for (const who of ['rita', 'sam'] as const)
      for (const method of ['send_mail', 'generate_email'])
        assertRefused(
          await scene.as(who, 'mail.template', method, [[template], method === 'send_mail' ? order() : [order()]]),
          `${who} ${method}`,
        )
    const queued = await scene.acme.tenant.pool.query<{ n: number }>(sql`SELECT count(*)::int4 AS n FROM mail_mail`)
    assert.equal(queued[0]?.n, 0)
    // Her own template tells rita of her order: it is the writer that makes the difference.
    await scene.set((env) =>
      env.model('res.users', [scene.people.rita.uid]).write({ group_ids: [[4, group]] } as never),
    )
    const own = await scene.made('rita', 'mail.template', 'create', [values])
    assert.match((await scene.as('rita', 'mail.template', 'generate_email', [[own], [order()]])).text, secret)
  })

  it('CVE-2019-11780: a computed value shows a caller nothing of records that she may not read', async () => {
    for (const [model, id, fields] of [
      [
        'res.partner',
        world.buyer,
        ['sale_order_count', 'sale_order_ids', 'display_name', 'message_ids', 'activity_ids'],
      ],
      ['x_memo', world.memo, ['display_name', 'x_order_id']],
      ['crm.team', 1, ['sale_order_count', 'member_ids']],
    ] as const)
      for (const outcome of await scene.byAll('sam', model, 'read', [[id], fields]))
        assert.doesNotMatch(outcome.text, secret)
    const [row] = await scene.made<{ sale_order_count: number }[]>('sam', 'res.partner', 'read', [
      [world.buyer],
      ['sale_order_count'],
    ])
    assert.equal(row?.sale_order_count, 0)
  })

  it('CVE-2019-11783, CVE-2019-11784, CVE-2019-11785, CVE-2021-44465: nobody follows, joins or hears of what she may not read', async () => {
    const { sam } = scene.people
    const before = await countOf('mail_followers')
    const [partner] = await scene.made<{ partner_id: [number] }[]>('sam', 'res.users', 'read', [
      [sam.uid],
      ['partner_id'],
    ])
    const me = partner?.partner_id[0]
    for (const outcome of [
      await scene.as('sam', 'sale.order', 'message_subscribe', [[order()]], { partner_ids: [me] }),
      await scene.as('sam', 'mail.followers', 'create', [{ res_model: 'sale.order', res_id: order(), partner_id: me }]),
      await scene.as('sam', 'sale.order', 'write', [[order()], { message_follower_ids: [[0, 0, { partner_id: me }]] }]),
      await scene.as('sam', 'sale.order', 'message_unsubscribe', [[order()]], { partner_ids: [3] }),
    ])
      assertRefused(outcome)
    assert.equal(await countOf('mail_followers'), before)
    for (const model of ['mail.message', 'mail.followers', 'mail.activity'])
      assert.deepEqual((await scene.as('sam', model, 'search', [[['res_id', '=', order()]]])).value, [])
  })

  it('CVE-2019-11786: a translation is written by those only who may write the field', async () => {
    const [country] = await scene.made<{ id: number; name: string }[]>('sam', 'res.country', 'search_read', [
      [],
      ['name'],
      0,
      1,
    ])
    for (const who of ['sam', 'ben', 'pia'] as const)
      for (const outcome of await scene.byAll(who, 'res.country', 'update_field_translations', [
        [country?.id],
        'name',
        { en_US: 'Owned' },
      ]))
        assertRefused(outcome)
    assertRefused(
      await scene.as('sam', 'sale.order', 'update_field_translations', [[order()], 'note', { en_US: 'Owned' }]),
    )
    const [after] = await scene.made<{ name: string }[]>('sam', 'res.country', 'read', [[country?.id], ['name']])
    assert.equal(after?.name, country?.name)
  })

  it('CVE-2021-23176, CVE-2021-23203: no export, grouping or report shows a document that its reader may not read', async () => {
    for (const [method, args] of [
      ['export_data', [[order()], ['name', 'amount_total', 'order_line/name']]],
      ['formatted_read_group', [[], ['client_order_ref'], ['amount_total:sum', 'amount_total:max']]],
      ['read_group', [[], ['amount_total:sum'], ['user_id']]],
      ['web_read_group', [[], ['client_order_ref'], ['amount_total:sum']]],
      ['read_progress_bar', [[], 'client_order_ref', { field: 'state', colors: { draft: 'x' } }]],
    ] as const)
      for (const outcome of await scene.byAll('sam', 'sale.order', method, args))
        assert.doesNotMatch(outcome.text, secret)
    const reports = await scene.made<{ report_name: string }[]>('admin', 'ir.actions.report', 'search_read', [
      [['model', '=', 'sale.order']],
      ['report_name'],
    ])
    for (const { report_name: name } of [...reports, { report_name: 'sale.report_saleorder' }])
      for (const converter of ['html', 'pdf', 'text'])
        assert.doesNotMatch(
          (await scene.as('sam', 'ir.actions.report', 'render_report', [name, [order()], converter])).text,
          secret,
        )
    for (const path of [
      `/report/pdf/sale.report_saleorder/${order()}`,
      `/report/html/sale.report_saleorder/${order()}`,
      `/web/export/csv?model=sale.order&ids=${order()}`,
      `/my/orders/${order()}`,
    ]) {
      const answer = await scene.page('sam', { path })
      assert.ok(answer.status >= 400 && !secret.test(answer.text), `${path}: ${answer.status}`)
    }
  })

  it('CVE-2024-36259: a condition, sort or group asks nothing of a field or record that its sender may not read', async () => {
    for (const ask of [
      (p: string) => ['mail.message', 'search_count', [[['body', 'ilike', p]]]],
      (p: string) => ['mail.message', 'search_count', [[['record_name', '=like', p]]]],
      (p: string) => ['mail.activity', 'search_count', [[['summary', '=like', p]]]],
      (p: string) => ['res.partner', 'search_count', [[['sale_order_ids.note', 'ilike', p]]]],
      (p: string) => ['res.partner', 'search_count', [[['message_ids.body', 'ilike', p]]]],
      (p: string) => ['sale.order.line', 'search_count', [[['order_id.origin', '=like', p]]]],
      (p: string) => ['ir.attachment', 'search_count', [[['index_content', 'ilike', p]]]],
      (p: string) => ['ir.attachment', 'search_count', [[['name', '=like', p]]]],
      (p: string) => ['res.users', 'search_count', [[['password', '=like', p]]]],
    ] as const) {
      const [model, method, args] = ask(probes.hit) as [string, string, unknown[]]
      const other = ask(probes.miss) as [string, string, unknown[]]
      const [hits, misses] = [await scene.byAll('sam', model, method, args), await scene.byAll('sam', ...other)]
      for (const [at, hit] of hits.entries())
        assert.deepEqual(
          [hit.ok, hit.value, hit.kind],
          [misses[at]?.ok, misses[at]?.value, misses[at]?.kind],
          `${model} ${JSON.stringify(args)}`,
        )
    }
  })

  it('CVE-2024-45681: records made through lists of other records need the right on their own model', async () => {
    const before = await world.fingerprint()
    const partners = await countOf('res_partner')
    const line = { order_id: order(), product_id: world.product, name: 'x' }
    for (const outcome of [
      await scene.as('ben', 'res.partner', 'create', [{ name: 'x', child_ids: [[0, 0, { name: 'y' }]] }]),
      await scene.as('sam', 'res.partner', 'write', [[world.buyer], { sale_order_ids: [[1, order(), { note: 'x' }]] }]),
      await scene.as('sam', 'sale.order', 'write', [
        [world.own.order],
        { order_line: [[1, world.target.line, { name: 'x' }]] },
      ]),
      await scene.as('sam', 'sale.order', 'write', [
        [world.own.order],
        {
          order_line: [
            [0, 0, line],
            [4, world.target.line],
          ],
        },
      ]),
      await scene.as('rita', 'sale.order', 'write', [[order()], { partner_id: [0, 0, { name: 'made on the way' }] }]),
      await scene.as('rita', 'sale.order', 'web_save', [
        [order()],
        { order_line: [[0, 0, { product_id: world.product, order_partner_id: [0, 0, { name: 'z' }] }]] },
        {},
      ]),
      await scene.as('pia', 'mail.message', 'create', [{ body: 'x', model: 'sale.order', res_id: order() }]),
      await scene.as('sam', 'res.partner', 'load', [['name', 'user_ids/login', 'user_ids/name'], [['x', 'y', 'z']]]),
    ])
      assert.ok(!outcome.ok || (outcome.value as { ids?: unknown }).ids === false, outcome.text)
    assert.equal(await countOf('res_partner'), partners)
    assert.equal(await world.fingerprint(), before)
  })

  it('CVE-2024-12865: a customer in the portal changes nobody’s address, her own company’s neither', async () => {
    const { pia } = scene.people
    const state = async () =>
      JSON.stringify(await scene.acme.tenant.pool.query(sql`SELECT id, email, name FROM res_partner ORDER BY id`))
    const before = await state()
    const [me] = await scene.made<{ partner_id: [number] }[]>('pia', 'res.users', 'read', [[pia.uid], ['partner_id']])
    for (const id of [me?.partner_id[0], 1, 3, world.buyer])
      for (const [method, args] of [
        ['write', [[id], { email: 'thief@example.com' }]],
        ['web_save', [[id], { email: 'thief@example.com' }, {}]],
        ['load', [['.id', 'email'], [[id, 'thief@example.com']]]],
      ] as const) {
        const outcome = await scene.as('pia', 'res.partner', method, args)
        assert.ok(!outcome.ok || (outcome.value as { ids?: unknown }).ids === false, outcome.text)
      }
    assert.equal(await state(), before)
  })

  it('CVE-2018-14867: in the portal nobody speaks in another’s name or guesses what another was sent', async () => {
    const before = await countOf('mail_message')
    for (const outcome of [
      await scene.as('pia', 'sale.order', 'message_post', [[order()]], { body: 'x', author_id: 3 }),
      await scene.as('pia', 'res.partner', 'message_post', [[world.buyer]], { body: 'x', author_id: 3 }),
    ])
      assertRefused(outcome)
    assert.equal(await countOf('mail_message'), before)
    for (const field of ['note', 'client_order_ref', 'amount_total'] as const)
      for (const domain of [[[field, '!=', false]], [[field, '>', '0']]])
        assert.equal((await scene.as('pia', 'sale.order', 'search_count', [domain])).value || 0, 0)
    const own = await scene.made<number[]>('sam', 'sale.order', 'message_post', [[world.own.order]], {
      body: 'x',
      email_from: 'boss@example.com',
    })
    const [row] = await scene.made<{ author_id: [number] }[]>('sam', 'mail.message', 'read', [own, ['author_id']])
    assert.notEqual(row?.author_id[0], 3)
  })

  it('CVE-2018-14862: what a write does on the side needs the right on the other model as well', async () => {
    const before = JSON.stringify(
      await scene.acme.tenant.pool.query(sql`SELECT (SELECT json_agg(m ORDER BY id) FROM ir_ui_menu m) AS menus,
      (SELECT json_agg(d ORDER BY id) FROM ir_model_data d WHERE id < 900000) AS data, (SELECT json_agg(p ORDER BY id) FROM ir_config_parameter p) AS parameters, (SELECT json_agg(u.login ORDER BY id) FROM res_users u) AS logins, (SELECT json_agg(c.name) FROM res_company c) AS companies`),
    )
    for (const outcome of [
      await scene.as('mia', 'ir.ui.menu', 'unlink', [[1]]),
      await scene.as('mia', 'ir.model.data', 'write', [[1], { res_id: 1 }]),
      await scene.as('mia', 'product.template', 'create', [{ name: 'x', uom_id: [0, 0, { name: 'x' }] }]),
    ])
      assertRefused(outcome)
    // A list that is worked out and a link take no writes along to their records.
    await scene.as('mia', 'crm.team', 'write', [[1], { company_id: [1, 1, { name: 'Owned' }] }])
    await scene.as('mia', 'crm.team', 'write', [[1], { member_ids: [[1, 2, { login: 'x' }]] }])
    const after = JSON.stringify(
      await scene.acme.tenant.pool.query(sql`SELECT (SELECT json_agg(m ORDER BY id) FROM ir_ui_menu m) AS menus,
      (SELECT json_agg(d ORDER BY id) FROM ir_model_data d WHERE id < 900000) AS data, (SELECT json_agg(p ORDER BY id) FROM ir_config_parameter p) AS parameters, (SELECT json_agg(u.login ORDER BY id) FROM res_users u) AS logins, (SELECT json_agg(c.name) FROM res_company c) AS companies`),
    )
    assert.equal(after, before)
  })
})
