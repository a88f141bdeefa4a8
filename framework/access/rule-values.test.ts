import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, it, mock } from 'node:test'
import { actAs, asUser, type TestUser, testTenant } from '../testing/index.ts'
import { domainOfText } from '../modules/index.ts'
import { sql } from '../sql/index.ts'
import type { Tenant } from './tenant.ts'

process.env.HOLDFAST_APPS = join(import.meta.dirname, '..', 'testing', 'farm', 'apps')

describe('values in record rules', () => {
  let tenant: Tenant
  let admin: TestUser
  let user: TestUser
  let animals: number

  before(async () => {
    tenant = await testTenant({ apps: ['farm'] })
    admin = actAs(tenant, 2)
    user = await asUser(tenant)
    await tenant.pool.query(sql`INSERT INTO hf_access (kind, model, ops, source_model, source_id)
      VALUES ('permission', 'farm.animal', ARRAY['read', 'write', 'create'], 'test', 0)`)
    await tenant.pool.query(sql`INSERT INTO farm_animal (name, born, seen, age, create_uid, active) VALUES
      ('old', '2024-01-01', '2024-01-01 10:00:00', 1, 1, TRUE), ('new', '2024-03-05', '2024-03-10 23:00:00', 2, ${user.uid}::int4, TRUE)`)
    animals = await admin.read(async (env) => (await env.model('ir.model').search([['model', '=', 'farm.animal']])).id)
  })

  const seen = (context = {}) =>
    user.read(async (env) => (await env.model('farm.animal').search([])).load('name'), context)
  const names = async (context = {}) => (await seen(context)).map(({ name }) => name).join(' ')
  async function under<T>(domain_force: string, fn: () => Promise<T>): Promise<T> {
    const rule = await admin.write(
      async (env) => (await env.model('ir.rule').create({ name: 'test', model_id: animals, domain_force })).id,
    )
    try {
      return await fn()
    } finally {
      await admin.write((env) => env.model('ir.rule', [rule]).unlink())
    }
  }
  async function at<T>(time: string, fn: () => Promise<T>): Promise<T> {
    mock.timers.enable({ apis: ['Date'], now: Date.parse(time) })
    try {
      return await fn()
    } finally {
      mock.timers.reset()
    }
  }

  it('today moves on in grants and plans that are kept', () =>
    under("[('born', '>=', today - days(30))]", async () => {
      for (let round = 0; round < 3; round++) {
        assert.equal(await at('2024-01-15T12:00:00Z', () => names()), 'old new')
        assert.equal(await at('2024-03-15T12:00:00Z', () => names()), 'new')
        assert.equal(await at('2024-05-15T12:00:00Z', () => names()), '')
      }
    }))

  it('the caller’s time zone does not move a rule’s day', () =>
    under("[('born', '<', today)]", () =>
      at('2024-03-05T12:00:00Z', async () => {
        assert.equal(await names(), 'old')
        assert.equal(await names({ tz: 'Pacific/Kiritimati' }), 'old')
      }),
    ))

  it('points in time, ids, lists and conditions on the caller are values, too', async () => {
    const found = (text: string) => under(text, () => at('2024-03-10T23:30:00Z', () => names()))
    assert.equal(await found("[('seen', '>', now - hours(1))]"), 'new')
    assert.equal(await found("[('create_uid', '=', user)]"), 'new')
    assert.equal(await found("[('create_uid', 'in', [user.id, 1])]"), 'old new')
    assert.equal(await found("[('age', '=', user.hasGroup('base.group_system') ? 1 : 2)]"), 'new')
    assert.equal(await found("['|', ('age', '=', 1), ('child_ids', 'any', [('born', '=', today)])]"), 'old')
  })

  it('a value that does not exist leaves no record, also where the condition is denied', async () => {
    for (const text of [
      "[('age', '=', int(1.0 / 0.0))]",
      "['!', ('age', '=', int(1.0 / 0.0))]",
      "['|', ('age', '>', 0), ('born', '=', today + days(9999999))]",
      "['!', ('born', '=', today + days(9999999))]",
      "[('name', '!=', user.tz)]",
      "[('child_ids', 'not any', [('name', '=', user.tz)])]",
    ])
      assert.equal(await under(text, () => names()), '', text)
  })

  it('domains that are written outside of rules know the clock, too', async () => {
    const text = "[('born', '<=', today - days(30)), ('create_uid', '!=', user)]"
    const found = () =>
      user.read(async (env) => (await env.model('farm.animal').search(domainOfText(env, text))).load('name'))
    assert.equal((await at('2024-01-15T00:00:00Z', found)).length, 0)
    assert.deepEqual(
      (await at('2024-05-01T00:00:00Z', found)).map(({ name }) => name),
      ['old'],
    )
  })

  it('a rule is checked after a write by the clock of the write', () =>
    under("[('born', '<=', today)]", () =>
      at('2024-03-10T00:00:00Z', async () => {
        const write = (born: string) =>
          user.write(async (env) => (await env.model('farm.animal').search([['name', '=', 'old']])).write({ born }))
        await assert.rejects(write('2024-03-11'), { name: 'AccessError' })
        await write('2024-01-01')
      }),
    ))

  it('what is no value is refused when the rule is saved, with the position', async () => {
    const attacks: Readonly<Record<string, RegExp>> = {
      "[('name', '=', user.password)]": /'user\.password' is not known.*position 21/,
      "[('name', '=', user.constructor)]": /is not known/,
      "[('name', '=', __proto__)]": /'__proto__' is not known/,
      "[('name', '=', login)]": /'login' is not known.*user\.login/,
      "[('name', '=', user.partner_id.comment)]": /is not known/,
      "[('born', '=', user)]": /cannot be compared.*record of res\.users/,
      "[('create_uid', '=', user.company_id)]": /cannot be compared/,
      "[('age', '=', today)]": /cannot be compared/,
      "[('name', '=', user.company_ids.any(name == 'x'))]": /needs a list of records/,
      "[('born', '=', today + )]": /a value is expected here/,
      "[('name', 'ilike', user.name.matches('(a+)+'))]": /no function 'matches'/,
    }
    for (const [text, message] of Object.entries(attacks))
      await assert.rejects(
        under(text, () => names()),
        { name: 'ValidationError', message },
        text,
      )
  })
})
