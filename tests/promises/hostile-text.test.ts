import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Tenant } from '#framework/access/index.ts'
import { AppError } from '#framework/errors.ts'
import { JsonResult } from '#framework/orm/index.ts'
import { callMethod } from '#framework/rpc/index.ts'
import { sql } from '#framework/sql/index.ts'
import { testTenant } from '#framework/testing/index.ts'

const payloads = [
  `'`,
  `"`,
  `\\`,
  `' OR '1'='1`,
  `'; SELECT pg_sleep(9); --`,
  `"; DROP TABLE res_partner; --`,
  `name; DROP TABLE res_partner`,
  `(SELECT 1/0)`,
  `name, (SELECT password FROM res_users LIMIT 1)`,
  `id) UNION SELECT id FROM res_users --`,
  `$1`,
  `$$`,
  `%s%n{0}`,
  `name::int`,
  `name->>'x'`,
  `e'\\x27`,
]

type Call = readonly [
  model: string,
  method: string,
  args: readonly unknown[],
  named?: Readonly<Record<string, unknown>>,
]

/** Every place of the API at which a text of the caller comes near a statement. */
const places: Readonly<Record<string, (text: string) => Call>> = {
  'a value': (text) => ['res.partner', 'search', [[['name', '=', text]]]],
  'a pattern': (text) => ['res.partner', 'search', [[['name', '=ilike', text]]]],
  'a list of values': (text) => ['res.partner', 'search_count', [[['name', 'in', [text, 'x']]]]],
  'a value of a relation': (text) => ['res.partner', 'search', [[['category_id', 'ilike', text]]]],
  'a value of a number': (text) => ['res.partner', 'search', [[['color', '>', text]]]],
  'a value of a date': (text) => ['res.partner', 'search', [[['create_date', '>=', text]]]],
  'a field in a domain': (text) => ['res.partner', 'search', [[[text, '=', 1]]]],
  'a path in a domain': (text) => ['res.partner', 'search', [[[`parent_id.${text}`, '=', 1]]]],
  'an operator': (text) => ['res.partner', 'search', [[['name', text, 'x']]]],
  'an order': (text) => ['res.partner', 'search', [[]], { order: text }],
  'a direction': (text) => ['res.partner', 'search', [[]], { order: `name ${text}` }],
  'a field to read': (text) => ['res.partner', 'search_read', [[], [text]]],
  'a specification': (text) => ['res.partner', 'web_search_read', [[], { [text]: {} }]],
  'a group': (text) => ['res.partner', 'formatted_read_group', [[], [text]]],
  'a granularity': (text) => ['res.partner', 'formatted_read_group', [[], [`create_date:${text}`]]],
  'an aggregate': (text) => ['res.partner', 'formatted_read_group', [[], ['type'], [`id:${text}`]]],
  'a condition on groups': (text) => [
    'res.partner',
    'formatted_read_group',
    [[], ['type'], ['__count'], [[text, '>', 1]]],
  ],
  'an old aggregate': (text) => ['res.partner', 'read_group', [[], [`${text}:sum(color)`], ['type']]],
  'a name to search': (text) => ['res.partner', 'name_search', [text]],
  'the language': (text) => ['res.country', 'search_read', [[], ['name']], { limit: 1, context: { lang: text } }],
  'the time zone': (text) => [
    'res.partner',
    'formatted_read_group',
    [[], ['create_date:day']],
    { context: { tz: text } },
  ],
  'a default': (text) => [
    'res.partner',
    'create',
    [{ name: 'from defaults' }],
    { context: { [`default_${text}`]: text, default_ref: text } },
  ],
  'a new value': (text) => ['res.partner', 'create', [{ name: text, comment: text, ref: text }]],
  'a new field': (text) => ['res.partner', 'create', [{ name: 'x', [text]: 1 }]],
  'a translation': (text) => ['res.country', 'update_field_translations', [[1], 'name', { [text]: text }]],
  'a path to export': (text) => ['res.partner', 'export_data', [[1], [text, `parent_id/${text}`]]],
  'a column to import': (text) => ['res.partner', 'load', [['name', text], [['x', text]]]],
  'a model': (text) => [text, 'search', [[]]],
}

describe('hostile text', () => {
  let tenant: Tenant
  before(async () => {
    tenant = await testTenant({ apps: ['base'] })
  })

  for (const [place, callOf] of Object.entries(places)) {
    it(`as ${place} is data or refused, and never a statement`, async () => {
      for (const text of payloads) {
        const [model, method, args, named = {}] = callOf(text)
        const began = performance.now()
        const outcome = await callMethod(tenant, 2, model, method, args, named).catch((error: unknown) => error)
        assert.ok(performance.now() - began < 8_000, `${text} made the database sleep`)
        if (outcome instanceof Error) {
          assert.ok(outcome instanceof AppError, `${text}: ${String(outcome.stack)}`)
          // ERR_SQL is a statement that PostgreSQL could not read: the text got into it.
          assert.ok(outcome.status < 500, `${text}: ${outcome.code} ${String(outcome.cause)}`)
        } else
          assert.ok(
            !/pbkdf2/.test(outcome instanceof JsonResult ? outcome.json : (JSON.stringify(outcome) ?? '')),
            text,
          )
      }
      const [row] = await tenant.pool.query<{ n: number }>(sql`SELECT count(*)::int4 AS n FROM res_partner`)
      assert.ok((row?.n ?? 0) > 2, 'the partners are there')
    })
  }

  it('is kept to the letter where it is a value', async () => {
    for (const text of payloads) {
      const [found] = await tenant.pool.query<{ n: number }>(
        sql`SELECT count(*)::int4 AS n FROM res_partner WHERE name = ${text} AND ref = ${text}`,
      )
      assert.equal(found?.n, 1, text)
    }
  })
})
