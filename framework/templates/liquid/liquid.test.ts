import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { AppError } from '../../errors.ts'
import { type Tenant, withSystemEnv } from '../../access/index.ts'
import { asUser, testTenant, type TestUser } from '../../testing/index.ts'
import { type Audience, fillTemplates, parseTemplate } from '../index.ts'

describe('templates of administrators', () => {
  let tenant: Tenant
  let ann: TestUser
  let boss: TestUser
  const ids: Record<'own' | 'hidden', number> = { own: 0, hidden: 0 }

  before(async () => {
    tenant = await testTenant({ apps: ['sales'] })
    ann = await asUser(tenant, { groups: ['sales_team.group_sale_salesman'] })
    boss = await asUser(tenant, { groups: ['sales_team.group_sale_manager'] })
    await withSystemEnv(tenant, 'test', { mode: 'write' }, async (env) => {
      const product = (await env.model('product.product').create({ name: 'Rope & <b>twine</b>', list_price: 10 })).id
      const lines = Array.from({ length: 60 }, () => [0, 0, { product_id: product, product_uom_qty: 2 }])
      let partner = 0
      const make = async (user: number, name: string) => {
        partner ||= (await env.model('res.partner').create({ name, website: 'javascript:alert(1)' })).id
        return (
          await env.model('sale.order').create({
            partner_id: partner,
            user_id: user,
            order_line: lines,
            note: '<p>Thanks <b>you</b></p>',
          } as never)
        ).id
      }
      ids.own = await make(ann.uid, 'Ms "O\'Neil" <script>')
      ids.hidden = await make(boss.uid, 'the same')
    })
  })

  const parse = (text: string, kind: 'html' | 'text' | 'line' = 'html', audience: Audience = 'outside') => {
    const model = (name: string) => tenant.registry.models.get(name) as never
    return parseTemplate(text, {
      registry: tenant.registry,
      kind,
      audience,
      roots: {
        object: { is: 'record', model: model('sale.order') },
        user: { is: 'record', model: model('res.users') },
        today: { is: 'value' },
      },
    })
  }
  const fill = (text: string, who = ann, id = ids.own, kind: 'html' | 'text' | 'line' = 'html') =>
    who.read(async (env) => {
      const given = {
        object: { model: 'sale.order', ids: [id], is: 'record' },
        user: { model: 'res.users', ids: [env.uid], is: 'record' },
        today: '2026-12-01',
      } as const
      return (await fillTemplates(env, [parse(text, kind, 'caller')], given))[0]
    })
  const refused = (text: string, kind: 'html' | 'text' | 'line' = 'html', audience: Audience = 'outside') => {
    try {
      parse(text, kind, audience)
    } catch (thrown) {
      assert.ok(thrown instanceof AppError && thrown.code === 'ERR_TEMPLATE', `${text}: ${thrown}`)
      return thrown.message
    }
    return assert.fail(`taken: ${text}`)
  }

  test('a template is filled with what the caller may read, each value escaped in its place', async () => {
    assert.equal(
      await fill('<p title="{{ object.partner_id.name }}">{{ object.partner_id }}</p>'),
      '<p title="Ms &quot;O&#39;Neil&quot; &lt;script&gt;">Ms &quot;O&#39;Neil&quot; &lt;script&gt;</p>',
    )
    assert.equal(await fill('{{ object.partner_id.name }}', ann, ids.own, 'line'), 'Ms "O\'Neil" <script>')
    assert.equal(
      await fill(
        '{% for l in object.order_line limit: 2 %}{{ forloop.index }} {{ l.product_id.name | upcase }};{% endfor %}',
      ),
      '1 ROPE &amp; &lt;B&gt;TWINE&lt;/B&gt;;2 ROPE &amp; &lt;B&gt;TWINE&lt;/B&gt;;',
    )
    assert.equal(
      await fill(
        '{{ object.amount_untaxed | money: "EUR" }} {{ object.order_line.size }} {{ "2026-03-01" | date: "long" }}',
      ),
      '€1,200.00 60 March 1, 2026',
    )
    assert.equal(
      await fill(
        '<a href="{{ object.partner_id.website }}">x</a><a href="https://a.example/?q={{ object.partner_id.name }}">y</a>',
      ),
      '<a href="#">x</a><a href="https://a.example/?q=Ms%20%22O%27Neil%22%20%3Cscript%3E">y</a>',
    )
    assert.equal(
      await fill('<div>{{ object.note }}</div><p title="{{ object.note }}">x</p>'),
      '<div><p>Thanks <b>you</b></p></div><p title="Thanks you">x</p>',
    )
    assert.equal(
      await fill(
        '{% if object.state == "draft" and object.partner_id %}{% assign p = object.partner_id %}{{ p.name | truncate: 4 }}{% else %}no{% endif %}',
      ),
      'Ms …',
    )
  })

  test('a record that the caller may not read is absent, and one behind a path is nothing', async () => {
    await assert.rejects(fill('{{ object.name }}', ann, ids.hidden), { code: 'ERR_TEMPLATE_RECORD' })
    await assert.rejects(fill('{{ object.name }}', ann, 999_999), { code: 'ERR_TEMPLATE_RECORD' })
    assert.equal(await fill('{{ object.name | size }}', boss, ids.hidden), '6')
    const orders =
      '{{ object.partner_id.sale_order_ids.size }} {% for o in object.partner_id.sale_order_ids %}{{ o.id }} {% endfor %}'
    assert.equal(await fill(orders, ann), `1 ${ids.own} `)
    assert.equal(await fill(orders, boss), `2 ${ids.hidden} ${ids.own} `)
    assert.equal(refused(orders).includes('sale_order_ids'), true, 'a list for salespeople is not for a mail')
  })

  test('the rights of two users are cut to what both may read, and the cut writes nothing', async () => {
    const seen = await boss.read(async (env) => {
      const narrow = await env.narrowedTo(ann.uid)
      assert.ok(narrow)
      assert.equal(await env.narrowedTo(987_654), null)
      const both = await narrow.model('sale.order').search([])
      assert.equal(narrow.grant.records('sale.order', 'write'), false)
      assert.equal(narrow.grant.field('res.users', 'login', 'write'), false)
      return both.ids
    })
    assert.deepEqual(seen, [ids.own])
    // The other way round nothing is gained by naming somebody with more rights.
    assert.deepEqual(
      await ann.read(async (env) => (await (await env.narrowedTo(boss.uid))?.model('sale.order').search([]))?.ids),
      [ids.own],
    )
    await assert.rejects(
      ann.write(async (env) =>
        (await env.narrowedTo(boss.uid))?.model('sale.order', [ids.own]).write({ client_order_ref: 'x' }),
      ),
      { code: 'ERR_ACCESS_WRITE' },
    )
  })

  const tricks = [
    '{{ object.constructor }}',
    '{{ object.__proto__ }}',
    '{{ object.name.constructor }}',
    '{{ "a".constructor }}',
    '{{ object["constructor"] }}',
    '{{ object[object.name] }}',
    '{{ object.order_line[0] }}',
    '{{ object.order_line.map }}',
    '{{ object.toString }}',
    '{{ object.hasOwnProperty }}',
    '{{ constructor }}',
    '{{ globals }}',
    '{{ -reader }}',
    '{{ process.env }}',
    '{{ this }}',
    '{{ object.env }}',
    '{{ object.unlink }}',
    '{{ object.write }}',
    '{{ user.password }}',
    '{{ object.user_id.password }}',
    '{{ object.create_uid.password }}',
    '{{ user.api_key_ids.key }}',
    '{{ object.message_ids.attachment_ids.access_token }}',
    '{{ object.message_ids.attachment_ids.datas }}',
    '{{ object.nothing }}',
    '{{ object.partner_id.partner_id.x }}',
    '{{ (1..9) }}',
    '{% for i in (1..9999999) %}{% endfor %}',
    '{% for c in "abc" %}{% endfor %}',
    '{% for c in object.name %}{% endfor %}',
    '{% for x in user %}{% endfor %}',
    '{{ object.name | raw }}',
    '{{ object.name | json }}',
    '{{ object.name | map: "x" }}',
    '{{ object.name | where_exp: "x", "y" }}',
    '{{ object.name | inspect }}',
    '{{ object.name | constructor }}',
    '{{ object.name | __proto__ }}',
    '{{ object.name | split: "" }}',
    '{% include "/etc/passwd" %}',
    '{% render "http://evil.example/x" %}',
    '{% layout "x" %}',
    '{% block x %}{% endblock %}',
    '{% raw %}<script>{% endraw %}',
    '{% capture x %}{% endcapture %}',
    '{% liquid echo object.name %}',
    '{% echo object.name %}',
    '{% tablerow x in object.order_line %}{% endtablerow %}',
    '{% cycle "a" %}',
    '{% increment x %}',
    '{% break %}',
    '{% # comment %}',
    '{% assign object = user %}',
    '{% assign user = object %}',
    '{% assign x = user %}{% assign x = object %}',
    '{% assign forloop = user %}',
    '{% for object in object.order_line %}{% endfor %}',
    '{{ object.name',
    '{% if object.name %}',
    '{% endif %}',
    '{% nothing %}',
    '{{ object.partner_id.parent_id.parent_id.parent_id.parent_id.parent_id.name }}',
  ]
  test('no way leads from a value to its prototype, to methods, to secrets, to files or to tags of other kinds', () => {
    for (const trick of tricks) for (const kind of ['html', 'text', 'line'] as const) refused(trick, kind)
    assert.match(
      refused('<p>\n  {{ object.nothing }}</p>'),
      /'nothing' is no field of sale\.order that a template may use\. \(line 2, column 3\)/,
    )
  })

  const places = [
    '<script>{{ object.name }}</script>',
    '<script>1</script>',
    '<style>p{color:{{ object.name }}}</style>',
    '<p onclick="{{ object.name }}">',
    '<p onclick="x()">x</p>',
    '<p title={{ object.name }}>x</p>',
    '<p {{ object.name }}>x</p>',
    '<{{ object.name }}>',
    '<!-- {{ object.name }} -->',
    '<a href="javascript:{{ object.name }}">x</a>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="&#106;avascript:x">x</a>',
    '<a href="{% if object.name %}java{% endif %}script:x">x</a>',
    '<a href="https://{{ object.name }}/">x</a>',
    '<a href="//{{ object.name }}">x</a>',
    '<p style="{{ object.name }}">x</p>',
    '<p style="background:url({{ object.name }})">x</p>',
    '<p style="background:url(//evil.example)">x</p>',
    '<p style="width:exp\\72 ession(1)">x</p>',
    '<style>@import "//evil.example";</style>',
    '<style>p{background:url(x)}</style>',
    '<link rel="stylesheet" href="//e">',
    '<base href="//evil.example/">',
    '<meta http-equiv="refresh" content="0;url=//e">',
    '<iframe src="file:///etc/passwd"></iframe>',
    '<iframe srcdoc="x"></iframe>',
    '<object data="x"></object>',
    '<embed src="x">',
    '<svg><image href="x"/></svg>',
    '<math></math>',
    '<form action="/x"><input></form>',
    '<img src="file:///etc/passwd">',
    '<img src="https://evil.example/{{ object.name }}">',
    '<img src="//evil.example/x">',
    '<img srcset="x">',
    '<img src="{{ object.name }}">',
    '<video poster="x"></video>',
    '<a href="/x" ping="//evil.example">x</a>',
    '<p background="x">x</p>',
    '<noscript>x</noscript>',
    '<template>x</template>',
    '<p title="{% if object.name %}">x{% endif %}',
    '{% if object.name %}<p title="{% endif %}">x</p>',
    '{% for l in object.order_line %}<p {% endfor %}>',
    '<![CDATA[x]]>',
    '<p title="x',
    '<p\u0000x>',
    '< script>',
    '<textarea>{{ object.note }}</textarea>',
  ]
  test('a value or a literal that could run, load or leave its place is refused at save, with line and column', () => {
    for (const place of places) assert.match(refused(place), /line \d+, column \d+|line:\d+/, place)
  })

  test('a mail says nothing that only a group may see; a report says it to who may', async () => {
    const field = [...(tenant.registry.models.get('res.users')?.fields.values() ?? [])].find(
      ({ options, kind }) =>
        options.groups && !options.groups.includes('base.group_user') && kind !== 'binary' && !options.secret,
    )
    assert.ok(field, 'a field for a group exists')
    refused(`{{ user.${field.name}${field.comodel ? '.id' : ''} }}`)
  })

  const bombs: Record<string, string> = {
    'loops in loops':
      '{% for a in object.order_line %}{% for b in object.order_line %}{% for c in object.order_line %}{{ c.name }}{{ b.name }}{% endfor %}{% endfor %}{% endfor %}',
    'empty loops':
      '{% for a in object.order_line %}{% for b in object.order_line %}{% for c in object.order_line %}{% if c.name contains b.name %}{% endif %}{% endfor %}{% endfor %}{% endfor %}'.repeat(
        30,
      ),
    'long text in loops': `{% for a in object.order_line %}{% for b in object.order_line %}${'x'.repeat(60_000)}{% endfor %}{% endfor %}`,
    'doubled text': `{% assign a = "xxxxxxxxxxxxxxxx" %}${'{% assign a = a | append: a %}'.repeat(60)}{% for l in object.order_line %}{{ a }}{{ a }}{% endfor %}`,
    'replaced text': `{% assign a = "xxxxxxxxxxxxxxxx" %}${'{% assign a = a | append: a %}'.repeat(14)}{% for l in object.order_line %}{{ a | replace: "x", a | replace: "x", a }}{% endfor %}`,
    'a long list joined':
      '{% for l in object.order_line %}{% for m in object.order_line %}{{ object.order_line | join | append: object.order_line | upcase }}{% endfor %}{% endfor %}',
  }
  for (const [name, bomb] of Object.entries(bombs)) {
    test(`a template that never ends or grows without bound is ended within its bound: ${name}`, async () => {
      const start = performance.now()
      await assert.rejects(fill(bomb), { code: 'ERR_TEMPLATE_LIMIT' })
      assert.ok(performance.now() - start < 4_000, `${performance.now() - start} ms`)
      assert.equal(await fill('{{ object.state }}'), 'draft')
    })
  }

  test('a template that is hard to parse is refused within its bound', () => {
    for (const text of [
      '{% if object.name %}'.repeat(3_000),
      '{{'.repeat(30_000),
      '{% if '.repeat(10_000),
      `{{ ${'object.'.repeat(9_000)} }}`,
      `{{ object.name ${'| upcase '.repeat(7_000)} }}`,
      `{% if ${'object.name and '.repeat(4_000)} true %}{% endif %}`,
      `${'\n'.repeat(65_000)}{% # x`,
      'x'.repeat(70_000),
      '{{ object.name }}'.repeat(3_000),
      '<p '.repeat(20_000),
      '<style>'.repeat(9_000),
      '{% comment %}'.repeat(4_000),
      `{{ ${'('.repeat(60_000)}`,
    ]) {
      const start = performance.now()
      refused(text.includes('and ') ? `${text}{% nothing %}` : text)
      assert.ok(performance.now() - start < 2_000, `${text.slice(0, 20)} ${performance.now() - start} ms`)
    }
  })
})
