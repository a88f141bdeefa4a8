import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { actAs, type TestUser, testTenant } from '#framework/testing/index.ts'

describe('conditions in views', () => {
  let admin: TestUser

  before(async () => {
    admin = actAs(await testTenant({ apps: ['base'] }), 2)
  })

  const save = (arch: string, rest: Readonly<Record<string, unknown>> = {}) =>
    admin.write(
      async (env) =>
        (
          await env
            .model('ir.ui.view')
            .create({ name: 'test', model: 'res.partner', type: 'form', arch, ...rest } as never)
        ).id,
    )
  const form = (attributes: string, name = 'name') =>
    `<form>\n <sheet>\n  <field name="${name}" ${attributes}/>\n </sheet>\n</form>`

  it('are expressions about the records of the view, of a list in it and of the record around that', async () => {
    await save(
      form(`invisible="is_company" readonly="!active || has(parent_id)" required="1" column_invisible="False"`),
    )
    await save(`<form><field name="child_ids"><list><field name="name" invisible="parent.is_company &amp;&amp; !active"/>
      <field name="user_ids"><list><field name="login" readonly="parent.active"/></list></field></list></field>
      <group invisible="parent_id.country_id.code == 'DE'"><button name="x" type="object" invisible="user.hasGroup('base.group_system')"/></group></form>`)
    await save(
      '<data><xpath expr="//field[@name=\'name\']" position="attributes"><attribute name="invisible">whatever.is(1) == 2</attribute></xpath></data>',
      {
        mode: 'extension',
        inherit_id: await save('<form/>'),
      },
    )
    await save('<t t-name="page"><input required="required"/></t>', { model: null, type: 'qweb' })
  })

  const wrong: readonly (readonly [attributes: string, code: string, message: RegExp])[] = [
    [
      'invisible="is_compny"',
      'ERR_EXPRESSION_NAME',
      /line 3, <field name="name">, invisible: .*\(position 1\)\. Did you mean 'is_company'\?/,
    ],
    ['readonly="name"', 'ERR_EXPRESSION_TYPE', /needs bool, not string.*Ask has\(name\)\./],
    ['required="parent_id"', 'ERR_EXPRESSION_TYPE', /Ask has\(parent_id\)\./],
    ['invisible="active and is_company"', 'ERR_EXPRESSION_SYNTAX', /Write '&&'/],
    ['invisible="not active"', 'ERR_EXPRESSION_SYNTAX', /Write '!'/],
    ['invisible="name = 1"', 'ERR_EXPRESSION_SYNTAX', /position 6.*'=='/],
    ['invisible="type == \'contct\'"', 'ERR_EXPRESSION_TYPE', /Did you mean 'contact'\?/],
    ['column_invisible="parent.active"', 'ERR_EXPRESSION_NAME', /./],
    ['invisible="user_ids.any(has(password))"', 'ERR_EXPRESSION_NAME', /'password' is no field of res\.users/],
    ['invisible="constructor.constructor(\'x\')()"', 'ERR_EXPRESSION_SYNTAX', /./],
    ['invisible="`${process}`"', 'ERR_EXPRESSION_SYNTAX', /./],
    ['invisible="child_ids.any(child_ids.any(child_ids.any(active)))"', 'ERR_EXPRESSION_LIMIT', /at most 2 lists/],
  ]
  for (const [attributes, code, message] of wrong)
    it(`refuses ${attributes}`, () =>
      assert.rejects(save(form(attributes)), (error: { code: string; message: string }) => {
        assert.equal(error.code, code, error.message)
        assert.match(error.message, message)
        return true
      }))

  it('are checked again when the view changes, and the view stays as it was', async () => {
    const id = await save(form('invisible="active"'))
    const write = (values: object) => admin.write((env) => env.model('ir.ui.view', [id]).write(values as never))
    await assert.rejects(write({ arch: form('invisible="actve"') }), { code: 'ERR_EXPRESSION_NAME' })
    await assert.rejects(write({ model: 'res.country' }), { code: 'ERR_EXPRESSION_NAME' })
    const [row] = await admin.read(async (env) => (await env.model('ir.ui.view', [id]).read(['arch', 'model'])).parse())
    assert.deepEqual([row?.arch, row?.model], [form('invisible="active"'), 'res.partner'])
  })

  it('what is no XML is refused, with the line; entities of its own and endless nesting, too', async () => {
    for (const arch of [
      '<form>\n<field name="a>\n</form>',
      '<!DOCTYPE form [<!ENTITY x SYSTEM "file:///etc/passwd">]><form>&x;</form>',
      '<form>&nbsp;</form>',
      `${'<a>'.repeat(100)}${'</a>'.repeat(100)}`,
      `<form>${'<a/>'.repeat(10_001)}</form>`,
      'no xml at all',
    ])
      await assert.rejects(
        save(arch),
        { code: 'ERR_VIEW_ARCH', message: /^Invalid view, line \d+: / },
        arch.slice(0, 40),
      )
  })
})
