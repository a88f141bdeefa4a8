import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { bumpEpoch, type Tenant } from '../access/index.ts'
import { AppError, ValidationError } from '../errors.ts'
import { type Env, Scope } from '../orm/index.ts'
import { sql } from '../sql/index.ts'
import { Dice } from '../testing/farm/data.ts'
import { asUser, type TestUser, testTenant } from '../testing/index.ts'
import { fulfilling, readableBy } from './records.ts'
import { evaluate, fuel, holds } from './run/evaluate.ts'
import { compileCondition, compileExpression } from './sql/compile.ts'
import { checkExpression } from './types/check.ts'

process.env.HOLDFAST_APPS = join(import.meta.dirname, '..', 'testing', 'farm', 'apps')

describe('hostile expressions', () => {
  let tenant: Tenant
  let user: TestUser
  /** What the user may read of animals; keepers' ranks and animals' ages are hidden from her. */
  const readable = [
    'id',
    'name',
    'code',
    'owner_id',
    'parent_id',
    'child_ids',
    'toy_ids',
    'tag_ids',
    'weight',
    'active',
  ]

  before(async () => {
    tenant = await testTenant({ apps: ['farm'] })
    user = await asUser(tenant)
    await tenant.pool.query(sql`INSERT INTO hf_access (kind, model, ops, domain, fields, source_model, source_id) VALUES
      ('permission', 'farm.animal', ARRAY['read'], NULL, ${readable}::text[], 'test', 0),
      ('permission', 'farm.keeper', ARRAY['read'], NULL, ARRAY['name', 'animal_ids'], 'test', 0),
      ('global-rule', 'farm.keeper', ARRAY['read'], '[["name", "!=", "Hidden"]]', NULL, 'test', 0),
      ('permission', 'farm.tag', ARRAY['read'], NULL, ARRAY['name'], 'test', 0)`)
    await tenant.pool.query(sql`WITH k AS (INSERT INTO farm_keeper (name, city, rank, active) VALUES ('Hidden', 'canary', 7, TRUE) RETURNING id)
      INSERT INTO farm_animal (name, age, active, owner_id) SELECT 'Rex', 5, TRUE, id FROM k`)
    await bumpEpoch(tenant.pool)
  })
  const asUserDo = <T>(fn: (env: Env) => Promise<T>) => user.read(fn)

  const escapes = [
    'constructor',
    '__proto__',
    'prototype',
    'toString',
    'valueOf()',
    'hasOwnProperty("x")',
    'this',
    'self',
    'globalThis',
    'process.env',
    'constructor.constructor("return process")()',
    'name.constructor',
    'name["constructor"]',
    'name.__proto__',
    'name.__lookupGetter__("x")',
    'owner_id.__proto__',
    'user.constructor',
    'user.__proto__.id',
    'user["id"]',
    'user.env.cr.execute("x")',
    'user.sudo()',
    'company_ids.constructor',
    '`${process.exit()}`',
    '(() => 1)()',
    'function(){}',
    'x => x',
    'new Date()',
    'import("fs")',
    'require("fs")',
    'eval("1")',
    'Function("1")()',
    'name = "x"',
    'name += "x"',
    'name++',
    'a; b',
    '/(a+)+$/',
    '{}',
    '{"a": 1}',
    '[1][0]',
    '[[1]]',
    'name[0]',
    '...name',
    'name?.x',
    'null ?? 1',
    '1n',
    '0b1',
    '0o7',
    '1_000',
    '1e999',
    '9'.repeat(400),
    `0x${'f'.repeat(60)}`,
    '1e-400',
    '.',
    '..',
    '1..2',
    '1.e5',
    '"\\u{1F600}"',
    '"\\ud800"',
    '"\\0"',
    "'\\x00'",
    'any(name, true)',
    'child_ids.any()',
    'child_ids.any(x, true)',
    'child_ids.map(name)',
    'child_ids.any(child_ids.any(child_ids.any(true)))',
    'parent.name',
    'name.matches("(a+)+")',
    'matches(name, "x")',
    'negate(1)',
    'has()',
    'has(1)',
    'has(name, name)',
    'size()',
    'size(1)',
    'days("1")',
    'date(name)',
    'date("2024-02-30")',
    'date("today")',
    'datetime("now")',
    'user.hasGroup(name)',
    'user.hasGroup()',
    'child_ids',
    'tag_ids == tag_ids',
    'name in name',
    'name in [age]',
    '1 in [child_ids]',
    'double',
    '"a" + 1',
    '-"a"',
    '!1',
    'true + true',
    'null + null',
    'null < 1',
    'true ? null : null',
    'owner_id == parent_id',
    "name || '1'='1'",
    "'; DROP TABLE res_users; --",
    '${name}',
    '{{name}}',
    '{%if 1%}',
    '((((',
    '))))',
    '(',
    '',
    ' ',
    '\u0000',
    '\u2028',
    'name\u202e',
    'ｎame',
    'n\u0430me',
  ] as const

  it('are refused with a clear error or are plain values, and nothing of JavaScript is within reach', () =>
    asUserDo(async (env) => {
      let refused = 0
      for (const text of escapes) {
        try {
          const expression = checkExpression(env.registry, 'farm.animal', text, { mayRead: readableBy(env) })
          const value = evaluate(expression, env, { name: 'Rex', double: 1 })
          assert.ok(
            value === null || ['string', 'number', 'boolean'].includes(typeof value),
            `${text}: ${String(value)}`,
          )
        } catch (error) {
          assert.ok(
            error instanceof ValidationError && /^ERR_EXPRESSION_(SYNTAX|LIMIT|NAME|TYPE)$/.test(error.code),
            `${text}: ${error}`,
          )
          assert.match(error.message, /\(position \d+\)/)
          refused++
        }
      }
      assert.ok(escapes.length >= 110 && refused > escapes.length - 12, `${refused} of ${escapes.length} refused`)
      assert.equal(({} as Record<string, unknown>).name, undefined)
    }))

  it('say where they are wrong and what was probably meant', () =>
    asUserDo(async (env) => {
      const wrong: readonly (readonly [string, number, RegExp])[] = [
        ['nmae == "x"', 1, /Did you mean 'name'\?/],
        ['name.startWith("x")', 6, /Did you mean 'startsWith'\?/],
        ['owner_id.nam == "x"', 10, /no field of farm\.keeper.*Did you mean 'name'\?/],
        ['1 + (2 * true)', 8, /'\*' does not apply to int and bool/],
        ['name == ', 9, /a value is expected here, not the end/],
        ['name and name', 6, /Write '&&'/],
        ['use.id == 1', 1, /Did you mean 'user'\?/],
        ['child_ids.name == "x"', 11, /Ask for its records: child_ids\.any/],
        ['code > date("2024-01-01")', 6, /does not apply to string and date/],
        ['user.nam == ""', 6, /Did you mean 'user\.name'\?/],
      ]
      for (const [text, position, message] of wrong)
        assert.throws(
          () => checkExpression(env.registry, 'farm.animal', text, { mayRead: readableBy(env) }),
          (error: Error) => error.message.includes(`(position ${position})`) && message.test(error.message),
          text,
        )
    }))

  it('of any shape throw nothing but what people can read, in no time', () =>
    asUserDo(async (env) => {
      const dice = new Dice(Number(process.env.HOLDFAST_SEED ?? 7))
      const words = [
        'name',
        'age',
        '(',
        ')',
        '[',
        ']',
        ',',
        '.',
        '+',
        '-',
        '*',
        '/',
        '%',
        '!',
        '&&',
        '||',
        '?',
        ':',
        '==',
        '<',
        'in',
        'true',
        'null',
        '1',
        '2.5',
        '"a"',
        'size',
        'any',
        'child_ids',
        'user',
        'parent',
        "'",
        '\\',
        '\u{1F431}',
      ]
      const started = performance.now()
      for (let i = 0; i < 4_000; i++) {
        const text = Array.from({ length: dice.roll(30) }, () => dice.pick(words)).join(dice.pick(['', ' ']))
        try {
          checkExpression(env.registry, 'farm.animal', text)
        } catch (error) {
          assert.ok(error instanceof ValidationError, `${text}: ${error}`)
        }
      }
      for (const text of [
        '('.repeat(3_999),
        '!'.repeat(4_000),
        '-'.repeat(4_000),
        `1${'+1'.repeat(1_900)}`,
        '['.repeat(3_000),
        'a.'.repeat(1_999),
        `${'true?'.repeat(700)}1`,
        '"'.repeat(3_999),
        'x'.repeat(4_000),
        'y'.repeat(5_000_000),
      ])
        assert.throws(() => checkExpression(env.registry, 'farm.animal', text), ValidationError)
      assert.ok(performance.now() - started < 5_000)
    }))

  it('end when their fuel is spent, however large the lists and texts are', () =>
    asUserDo(async (env) => {
      const check = (text: string) => checkExpression(env.registry, 'farm.animal', text)
      const toys = Array.from({ length: fuel + 1 }, (_, id) => ({ id, name: 'x', cost: 1 }))
      const animals = Array.from({ length: 300 }, (_, id) => ({
        id,
        child_ids: Array.from({ length: 300 }, (_c, n) => ({ id: n, age: 1 })),
      }))
      const long = 'x'.repeat(10_000_000)
      for (const [text, row] of [
        ['toy_ids.all(cost == 1)', { toy_ids: toys }],
        ['size(toy_ids) > 0', { toy_ids: toys }],
        ['child_ids.all(child_ids.all(age == 1))', { child_ids: animals }],
        ['name.contains("y")', { name: long }],
        ['size(upper(name) + name) > 1', { name: long }],
        ['name == name', { name: long }],
      ] as const)
        assert.throws(() => holds(check(text), env, row), { code: 'ERR_EXPRESSION_FUEL' }, text)
      assert.equal(holds(check('toy_ids.all(cost == 1)'), env, { toy_ids: toys.slice(0, 1_000) }), true)
    }))

  it('read no field and no record that their runner may not read, wherever they mention it', () =>
    asUserDo(async (env) => {
      const info = env.registry.models.get('farm.animal')
      assert.ok(info)
      const mentions = [
        'age > 1',
        'has(born)',
        'note == null',
        'true || age == 1',
        'false && age == 1',
        'age in [1]',
        '1 in [age]',
        'active ? age == 1 : false',
        'owner_id.rank == 7',
        'has(owner_id.city)',
        'child_ids.any(age == 1)',
        'child_ids.all(parent.age == 1)',
        'size(note) == 1',
        'owner_id.animal_ids.any(age > 1)',
        'has(home_id)',
        'owner_city == "x"',
        'owner_boss_id.name == "x"',
        'toy_ids.any(true)',
        'size(toy_ids) > 0',
        'has(toy_ids)',
        'string(age) == "5"',
        '-age < 0',
        'year(born) == 2024',
        'decimal(age) > 1.0',
        'days(age) == days(5)',
      ]
      for (const text of mentions) {
        // Somebody else wrote it, who may read everything.
        const expression = checkExpression(env.registry, 'farm.animal', text)
        const isDenied = (error: unknown) => error instanceof AppError && /^ERR_ACCESS/.test(error.code)
        assert.throws(() => compileCondition(new Scope(env), info, 'r', expression), isDenied, text)
        assert.throws(() => compileExpression(new Scope(env), info, 'r', expression), isDenied, text)
        const own = () => checkExpression(env.registry, 'farm.animal', text, { mayRead: readableBy(env) })
        assert.throws(own, { code: 'ERR_EXPRESSION_NAME' }, text)
        const all = await env.model('farm.animal').search([])
        await assert.rejects(fulfilling(all, expression), isDenied, text)
      }
      // Her own keeper is hidden from her by a rule: as good as none, in SQL and in memory.
      const none = checkExpression(
        env.registry,
        'farm.animal',
        'has(owner_id) || has(owner_id.name) || owner_id.name == "Hidden"',
      )
      const all = await env.model('farm.animal').search([])
      assert.deepEqual(await fulfilling(all, none), [])
      const condition = compileCondition(new Scope(env), info, 'r', none)
      assert.deepEqual(await env.db.query(sql`SELECT r.id FROM farm_animal r WHERE ${condition}`), [])
    }))

  it('bind their values: texts of SQL and of LIKE are letters', () =>
    asUserDo(async (env) => {
      const info = env.registry.models.get('farm.animal')
      assert.ok(info)
      for (const text of ["'; DROP TABLE farm_animal; --", '%', '_ex', 'R\\', '" OR 1=1', '$1', '%%', 'Re_']) {
        for (const fn of ['startsWith', 'contains', 'endsWith']) {
          const expression = checkExpression(env.registry, 'farm.animal', `name.${fn}(${JSON.stringify(text)})`)
          const condition = compileCondition(new Scope(env), info, 'r', expression)
          assert.ok(
            !condition.compile().text.includes(text.slice(0, 2) === '$1' ? '$1;' : text),
            'no value is text of the statement',
          )
          assert.deepEqual(await env.db.query(sql`SELECT r.id FROM farm_animal r WHERE ${condition}`), [], text)
        }
      }
    }))
})
