import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { openTenant } from '#framework/modules/index.ts'
import type { Env } from '#framework/orm/index.ts'
import type { Tenant } from '#framework/access/index.ts'
import { callMethod } from '#framework/rpc/index.ts'
import { sql } from '#framework/sql/index.ts'
import { actAs, asUser, type TestUser, testTenant } from '#framework/testing/index.ts'

let tenant: Tenant
let admin: TestUser
let keeper: TestUser
let member: TestUser
before(async () => {
  tenant = await testTenant({ apps: ['automation', 'messages'] })
  admin = actAs(tenant, 2)
  keeper = await asUser(tenant, { groups: ['base.group_user', 'base.group_partner_manager'] })
  member = await asUser(tenant)
})

const modelId = async (env: Env, name: string) => (await env.model('ir.model').search([['model', '=', name]])).id
const fieldId = async (env: Env, model: string, name: string) =>
  (await env.model('ir.model.fields').search(['&', ['model', '=', model], ['name', '=', name]])).id

interface Wanted {
  readonly model?: string
  readonly state?: string
  readonly lines?: readonly (readonly [field: string, value: string, type: 'value' | 'equation', model?: string])[]
  readonly action?: object
  readonly rule?: object
}

/** Makes an automation on partners with one action; gives its id. */
async function automate(env: Env, { model = 'res.partner', state = 'object_write', lines = [], action, rule }: Wanted) {
  const model_id = await modelId(env, model)
  const fields_lines: unknown[] = []
  for (const [field, value, evaluation_type, of] of lines)
    fields_lines.push([0, 0, { col1: await fieldId(env, of ?? model, field), value, evaluation_type }])
  const made = await env
    .model('ir.actions.server')
    .create({ name: 'act', model_id, state, fields_lines, ...action } as never)
  const { id } = await env
    .model('base.automation')
    .create({ name: 'rule', model_id, action_server_ids: [[6, 0, [made.id]]], ...rule } as never)
  return { rule: id, action: made.id }
}

const off = (rule: number) => admin.write((env) => env.model('base.automation', [rule]).unlink())
const partner = async (who: TestUser, values: object) =>
  who.write(async (env) => (await env.model('res.partner').create(values as never)).id)
const read = async (id: number, field: string) =>
  (await admin.read((env) => env.model('res.partner', [id]).loadExisting([field])))[0]?.[field]

describe('an automation', () => {
  it('fills in fields when a record is created or changed, where its conditions hold, from the next request on', async () => {
    const { rule } = await admin.write((env) =>
      automate(env, {
        lines: [
          ['comment', '"<p>" + name + "!</p>"', 'equation'],
          ['function', 'regular', 'value'],
        ],
        rule: { condition: 'is_company && name.startsWith("Big")', filter_domain: "[('city', '=', 'Ghent')]" },
      }),
    )
    const hit = await partner(keeper, { name: 'Big one', is_company: true, city: 'Ghent' })
    const other = await partner(keeper, { name: 'Small one', is_company: true, city: 'Ghent' })
    const away = await partner(keeper, { name: 'Big away', is_company: true, city: 'Bonn' })
    assert.deepEqual([await read(hit, 'comment'), await read(hit, 'function')], ['<p>Big one!</p>', 'regular'])
    assert.deepEqual([await read(other, 'function'), await read(away, 'function')], [null, null])
    await keeper.write((env) => env.model('res.partner', [away]).write({ city: 'Ghent' }))
    assert.equal(await read(away, 'function'), 'regular')
    await off(rule)
    const after = await partner(keeper, { name: 'Big two', is_company: true, city: 'Ghent' })
    assert.equal(await read(after, 'function'), null)
  })

  it('waits for a change of its own fields, and for the state before it', async () => {
    const { rule } = await admin.write(async (env) =>
      automate(env, {
        lines: [['function', 'moved', 'value']],
        rule: {
          trigger: 'on_write',
          trigger_field_ids: [[6, 0, [await fieldId(env, 'res.partner', 'city')]]],
          filter_pre_domain: "[('city', '=', 'Bonn')]",
        },
      }),
    )
    const [a, b] = [
      await partner(keeper, { name: 'a', city: 'Bonn' }),
      await partner(keeper, { name: 'b', city: 'Ulm' }),
    ]
    await keeper.write((env) => env.model('res.partner', [a]).write({ name: 'aa' }))
    assert.equal(await read(a, 'function'), null)
    await keeper.write((env) => env.model('res.partner', [a, b]).write({ city: 'Jena' }))
    assert.deepEqual([await read(a, 'function'), await read(b, 'function')], ['moved', null])
    await off(rule)
  })

  it('creates records that point back, posts messages, and acts before a deletion', async () => {
    const made = await admin.write(async (env) => [
      await automate(env, {
        state: 'object_create',
        lines: [['name', '"Desk of " + name', 'equation']],
        action: {
          crud_model_id: await modelId(env, 'res.partner'),
          link_field_id: await fieldId(env, 'res.partner', 'parent_id'),
        },
        rule: { trigger: 'on_create', condition: 'is_company' },
      }),
      await automate(env, {
        state: 'mail_post',
        action: { message: '"Welcome " + name' },
        rule: { trigger: 'on_create', condition: 'is_company' },
      }),
      await automate(env, {
        state: 'object_create',
        lines: [['name', '"Gone: " + name', 'equation']],
        action: { crud_model_id: await modelId(env, 'res.partner') },
        rule: { trigger: 'on_unlink' },
      }),
    ])
    const id = await partner(keeper, { name: 'Acme', is_company: true })
    const [desk] = await admin.read((env) => env.model('res.partner').loadFound([['parent_id', '=', id]], 'name'))
    assert.equal(desk?.name, 'Desk of Acme')
    const messages = await admin.read((env) =>
      env.model('mail.message').loadFound(
        [
          ['model', '=', 'res.partner'],
          ['res_id', '=', id],
        ],
        'body',
        'author_id',
      ),
    )
    const author = await keeper.read(async (env) => env.user.partnerId)
    assert.deepEqual(
      messages.map(({ body, author_id }) => [body, author_id]),
      [['<p>Welcome Acme</p>', author]],
    )
    const lone = await partner(keeper, { name: 'Lone' })
    await admin.write((env) => env.model('res.partner', [lone]).unlink())
    assert.equal(await admin.read((env) => env.model('res.partner').search_count([['name', '=', 'Gone: Lone']])), 1)
    for (const { rule } of made) await off(rule)
  })

  it('gives nobody more rights: what its actions do, the person may do by hand or her change is refused', async () => {
    const { rule } = await admin.write((env) =>
      automate(env, {
        state: 'object_create',
        lines: [['name', 'smuggled', 'value', 'res.country']],
        action: {},
        rule: { trigger: 'on_create' },
      }).catch(() => ({ rule: 0 })),
    )
    assert.equal(rule, 0)
    const made = await admin.write(async (env) =>
      automate(env, {
        state: 'object_create',
        lines: [
          ['key', 'smuggled', 'value', 'ir.config_parameter'],
          ['value', 'x', 'value', 'ir.config_parameter'],
        ],
        action: { crud_model_id: await modelId(env, 'ir.config_parameter') },
        rule: { trigger: 'on_create' },
      }),
    )
    await assert.rejects(partner(keeper, { name: 'Trojan' }), { name: 'AccessError' })
    assert.equal(await admin.read((env) => env.model('res.partner').search_count([['name', '=', 'Trojan']])), 0)
    assert.equal(
      await admin.read((env) => env.model('ir.config_parameter').search_count([['key', '=', 'smuggled']])),
      0,
    )
    await off(made.rule)
  })

  it('is not switched off by what a caller says, and does not set itself off without end', async () => {
    const first = await admin.write((env) =>
      automate(env, {
        lines: [['function', 'function + "x"', 'equation']],
        rule: { condition: 'name == "loop"', trigger: 'on_create_or_write' },
      }),
    )
    const id = await keeper.write(
      async (env) => (await env.model('res.partner').create({ name: 'loop', function: 'a' })).id,
      { __action_done: { [first.rule]: true } },
    )
    assert.equal(await read(id, 'function'), 'ax')
    await off(first.rule)
    const breeder = await admin.write(async (env) =>
      automate(env, {
        state: 'object_create',
        lines: [['name', 'rabbit', 'value']],
        action: { crud_model_id: await modelId(env, 'res.partner') },
        rule: { trigger: 'on_create', condition: 'name == "rabbit"' },
      }),
    )
    await assert.rejects(partner(keeper, { name: 'rabbit' }), { code: 'ERR_AUTOMATION_LOOP' })
    assert.equal(await admin.read((env) => env.model('res.partner').search_count([['name', '=', 'rabbit']])), 0)
    await off(breeder.rule)
  })

  it('is refused when it is saved with a formula, a field or a model that cannot be meant', async () => {
    const wrong: [Wanted, RegExp][] = [
      [{ lines: [['comment', 'nmae + "!"', 'equation']] }, /name/],
      [{ lines: [['color', 'name', 'equation']] }, /ERR_EXPRESSION_TYPE/],
      [{ lines: [['password', 'x', 'value', 'res.users']], model: 'res.users' }, /ERR_ACTION_FIELD/],
      [{ rule: { condition: 'constructor.constructor("return process")()' } }, /ERR_EXPRESSION/],
      [{ rule: { filter_domain: "[('user_ids.password', 'like', 'a')]" } }, /ERR_DOMAIN_FIELD/],
      [{ model: 'res.groups' }, /ERR_AUTOMATION/],
      [{ model: 'base.automation' }, /ERR_AUTOMATION/],
      [{ state: 'code' }, /ERR_ACTION/],
      [{ rule: { trigger: 'on_time' } }, /ERR_AUTOMATION/],
    ]
    for (const [wanted, expected] of wrong)
      await assert.rejects(
        admin.write((env) => automate(env, wanted)),
        (error: { code: string; message: string }) => expected.test(`${error.code} ${error.message}`),
        JSON.stringify(wanted),
      )
  })

  it('is written and read by administrators alone', async () => {
    for (const who of [keeper, member])
      for (const model of ['base.automation', 'ir.actions.server', 'ir.server.object.lines'])
        for (const attempt of [
          (env: Env) => env.model(model).search_count([]),
          (env: Env) => env.model(model).search_read([], ['id']),
          (env: Env) => env.model(model).create({ name: 'mine' } as never),
        ]) {
          const outcome: unknown = await who.write<unknown>(attempt).catch((error: Error) => error.name)
          assert.ok(
            outcome === 'AccessError' || outcome === 0 || JSON.stringify(outcome).includes('[]'),
            JSON.stringify(outcome),
          )
        }
  })

  it('that waits for a date runs once for each record that has come to it, and only then does the clock run', async () => {
    const clock = () =>
      admin.read((env) =>
        env
          .withContext({ active_test: false })
          .model('ir.cron')
          .loadFound([['method', '=', 'run_by_date']], 'active'),
      )
    assert.deepEqual(
      (await clock()).map(({ active }) => active),
      [false],
    )
    const { rule } = await admin.write(async (env) =>
      automate(env, {
        lines: [['function', 'due', 'value']],
        rule: {
          trigger: 'on_time',
          trg_date_id: await fieldId(env, 'res.partner', 'create_date'),
          trg_date_range: 2,
          trg_date_range_type: 'day',
        },
      }),
    )
    assert.deepEqual(
      (await clock()).map(({ active }) => active),
      [true],
    )
    const [due, fresh] = [await partner(keeper, { name: 'due' }), await partner(keeper, { name: 'fresh' })]
    await tenant.pool.query(
      sql`UPDATE res_partner SET create_date = now() - interval '49 hours' WHERE id = ${due}::int4`,
    )
    await tenant.pool.query(
      sql`UPDATE base_automation SET last_run = now() - interval '2 hours' WHERE id = ${rule}::int4`,
    )
    const run = () => callMethod(tenant, 2, 'base.automation', 'run_by_date', [], {})
    assert.equal(await run(), 1)
    assert.equal(await run(), 0)
    assert.deepEqual([await read(due, 'function'), await read(fresh, 'function')], ['due', null])
    await off(rule)
  })
})

describe('an action run by hand', () => {
  it('asks who may, and tells nobody else whether it exists', async () => {
    const { rule, action } = await admin.write((env) =>
      automate(env, { lines: [['function', 'by hand', 'value']], rule: { active: false } }),
    )
    const id = await partner(keeper, { name: 'hand' })
    const run = (who: TestUser, which: number, ids = [id], model = 'res.partner') =>
      callMethod(tenant, who.uid, 'ir.actions.server', 'run', [[which]], {
        context: { active_model: model, active_ids: ids },
      })
    const words = (promise: Promise<unknown>) =>
      promise.then(
        () => 'done',
        (error: Error) => error.message,
      )
    assert.equal(await words(run(member, action)), await words(run(member, 999_999)))
    await assert.rejects(run(keeper, action, [id], 'res.users'), { code: 'ERR_ACTION_RECORDS' })
    await run(keeper, action)
    assert.equal(await read(id, 'function'), 'by hand')
    await off(rule)
  })

  it('calls from a script what its user may call, through the one door, and nothing else', async () => {
    const { rule, action } = await admin.write((env) =>
      automate(env, { state: 'code', action: { code: 'fake' }, rule: { active: false } }),
    )
    const id = await partner(keeper, { name: 'scripted' })
    const attempts: [string, string, unknown[], object?][] = [
      ['res.partner', 'read', [[id], ['name']]],
      ['res.partner', 'write', [[id], { function: 'by script' }]],
      ['ir.config_parameter', 'create', [{ key: 'a', value: 'b' }]],
      ['res.partner', 'constructor', []],
      ['res.partner', 'elevate', []],
      ['base.automation', 'search_read', [[]]],
      ['ir.cron', 'method_direct_trigger', [[1]]],
      ['__proto__', 'search', [[]]],
    ]
    const answers: string[] = []
    const scripted = await openTenant({
      name: tenant.name,
      pool: tenant.pool,
      files: { ...tenant.files },
      // Stands for the sandbox: what counts here is what its calls reach.
      scripts: {
        run: async ({ call, input }) => {
          for (const [model, method, args, kwargs] of attempts)
            answers.push(
              await call(model, method, args, (kwargs ?? {}) as never).then(
                (value) => JSON.stringify(value),
                (error: { code: string }) => error.code,
              ),
            )
          return { value: input, log: [] }
        },
      },
    })
    const run = callMethod(scripted, keeper.uid, 'ir.actions.server', 'run', [[action]], {
      context: { active_model: 'res.partner', active_ids: [id] },
    })
    const input = (await run) as { ids: number[]; user: { id: number } }
    assert.deepEqual([input.ids, input.user.id], [[id], keeper.uid])
    assert.equal(answers[0], JSON.stringify([{ id, name: 'scripted' }]))
    assert.equal(answers[1], 'true')
    assert.deepEqual(
      answers.slice(2).map((code) => /^ERR_(ACCESS|RPC|CALL|FIELD)/.test(code)),
      Array(6).fill(true),
      answers.join('\n'),
    )
    assert.equal(await read(id, 'function'), 'by script')
    await assert.rejects(
      callMethod(tenant, keeper.uid, 'ir.actions.server', 'run', [[action]], {
        context: { active_model: 'res.partner', active_ids: [id] },
      }),
      { code: 'ERR_SCRIPT_NONE' },
    )
    await off(rule)
  })
})
