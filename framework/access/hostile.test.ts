import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { AppError } from '../errors.ts'
import { callMethod } from '../rpc/index.ts'
import { sql } from '../sql/index.ts'
import { asUser, testTenant } from '../testing/index.ts'
import { Dice, fillMaze } from '../testing/maze/data.ts'
import type { Tenant } from './index.ts'
import { bumpEpoch } from './index.ts'

process.env.HOLDFAST_APPS = join(import.meta.dirname, '..', 'testing', 'maze', 'apps')

let tenant: Tenant
let uid: number
let room: number

before(async () => {
  tenant = await testTenant({ apps: ['maze'] })
  const user = await asUser(tenant, { groups: ['base.group_user', 'base.group_partner_manager'] })
  uid = user.uid
  const data = await fillMaze(tenant, new Dice(7), [uid])
  room = data['maze.room'][0]?.id ?? 0
  await tenant.pool.query(sql`INSERT INTO hf_access (kind, model, ops, source_model, source_id)
    SELECT 'permission', m, '{read,write,create,unlink}', 'test', 0 FROM unnest(ARRAY['maze.room', 'maze.item', 'maze.tag', 'maze.person']) m`)
  await bumpEpoch(tenant.pool)
  await tenant.pool.query(sql`CREATE TABLE canary (alive bool)`)
})

const call = (
  model: string,
  method: string,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>> = {},
): Promise<unknown> => callMethod(tenant, uid, model, method, args, kwargs)

/** The status of a refusal; 200 for an answer. Whatever is no refusal of ours is our own fault. */
async function status(...[model, method, args, kwargs]: Parameters<typeof call>): Promise<number> {
  try {
    await call(model, method, args, kwargs)
    return 200
  } catch (error) {
    if (!(error instanceof AppError)) return 500
    return error.code === 'ERR_SQL' ? 500 : error.status
  }
}

const nest = (times: number, inner: unknown, wrap: (value: unknown) => unknown): unknown => {
  let value = inner
  for (let i = 0; i < times; i++) value = wrap(value)
  return value
}

const strings = [
  '\0',
  'a\0b',
  '\ud800',
  'x\udfff',
  "'; DROP TABLE canary; --",
  '"; DROP TABLE canary; --',
  'id"; DROP TABLE canary; --',
  'id, (SELECT pg_sleep(20))',
  '__proto__',
  'constructor',
  'toString',
  '%',
  '\\',
  "name' || 'x",
  'a'.repeat(70_000),
  '../../etc/passwd',
  '$1',
  '-- ',
  'id::text',
  'name:sum',
  '',
]
const numbers = [-1, 0, 1.5, 2 ** 31, 2 ** 53, 1e300, -1e300, Number.MAX_VALUE, Number.NaN, Number.POSITIVE_INFINITY]
const shapes = [null, false, true, [], {}, [[]], [[[]]], { a: 1 }, [null], [{}], JSON.parse('{"__proto__":{"x":1}}')]
const hostile: readonly unknown[] = [...strings, ...numbers, ...shapes, [1, 'id', null], ['__proto__']]

const holes: readonly (readonly [string, (x: unknown) => Parameters<typeof call>])[] = [
  ['domain', (x) => ['maze.room', 'search', [x]]],
  ['domain field', (x) => ['maze.room', 'search', [[[x, '=', 1]]]]],
  ['domain operator', (x) => ['maze.room', 'search', [[['name', x, 'a']]]]],
  ['text value', (x) => ['maze.room', 'search', [[['name', 'ilike', x]]]]],
  ['text list', (x) => ['maze.room', 'search', [[['name', 'in', [x]]]]]],
  ['translated value', (x) => ['maze.room', 'search', [[['title', '=', x]]]]],
  ['number value', (x) => ['maze.room', 'search', [[['floor', '=', x]]]]],
  ['number comparison', (x) => ['maze.room', 'search', [[['size', '<', x]]]]],
  ['number list', (x) => ['maze.room', 'search', [[['floor', 'not in', [x]]]]]],
  ['date value', (x) => ['maze.room', 'search', [[['built', '>', x]]]]],
  ['date part', (x) => ['maze.room', 'search', [[['built.month_number', '=', x]]]]],
  ['boolean value', (x) => ['maze.room', 'search', [[['lit', '=', x]]]]],
  ['relation value', (x) => ['maze.room', 'search', [[['owner_id', '=', x]]]]],
  ['relation list', (x) => ['maze.room', 'search', [[['tag_ids', 'in', [x]]]]]],
  ['relation text', (x) => ['maze.room', 'search', [[['owner_id', 'ilike', x]]]]],
  ['any', (x) => ['maze.room', 'search', [[['item_ids', 'any', x]]]]],
  ['child_of', (x) => ['maze.room', 'search', [[['id', 'child_of', x]]]]],
  ['id value', (x) => ['maze.room', 'search', [[['id', '<', x]]]]],
  ['company value', (x) => ['maze.room', 'search', [[['keeper_id', '=', x]]]]],
  ['related value', (x) => ['maze.room', 'search', [[['owner_age', '>=', x]]]]],
  ['order', (x) => ['maze.room', 'search', [[]], { order: x }]],
  ['order path', (x) => ['maze.room', 'search', [[]], { order: `owner_id.${String(x)}` }]],
  ['limit', (x) => ['maze.room', 'search', [[]], { limit: x }]],
  ['offset', (x) => ['maze.room', 'search', [[]], { offset: x }]],
  ['ids', (x) => ['maze.room', 'read', [x, ['name']]]],
  ['id in ids', (x) => ['maze.room', 'read', [[x], ['name']]]],
  ['fields', (x) => ['maze.room', 'search_read', [[], x]]],
  ['field', (x) => ['maze.room', 'search_read', [[], [x]]]],
  ['specification', (x) => ['maze.room', 'web_search_read', [[], x]]],
  [
    'nested specification',
    (x) => ['maze.room', 'web_search_read', [[], { item_ids: { fields: x, limit: x, order: x } }]],
  ],
  ['group-by', (x) => ['maze.room', 'formatted_read_group', [[], [x], ['__count']]]],
  ['granularity', (x) => ['maze.room', 'formatted_read_group', [[], [`built:${String(x)}`], []]]],
  ['aggregate', (x) => ['maze.room', 'formatted_read_group', [[], ['floor'], [x]]]],
  ['aggregate function', (x) => ['maze.room', 'formatted_read_group', [[], ['floor'], [`size:${String(x)}`]]]],
  ['having', (x) => ['maze.room', 'formatted_read_group', [[], ['floor'], ['size:sum'], [['size:sum', '>', x]]]]],
  ['having list', (x) => ['maze.room', 'formatted_read_group', [[], ['floor'], ['size:sum'], [['size:sum', 'in', x]]]]],
  ['having spec', (x) => ['maze.room', 'formatted_read_group', [[], ['floor'], [], [[x, '>', 1]]]]],
  ['having text', (x) => ['maze.room', 'formatted_read_group', [[], ['floor'], [], [['name:max', '>', x]]]]],
  ['group order', (x) => ['maze.room', 'formatted_read_group', [[], ['floor'], ['__count']], { order: x }]],
  ['old group-by', (x) => ['maze.room', 'read_group', [[], ['size'], x]]],
  ['old fields', (x) => ['maze.room', 'read_group', [[], [x], ['floor']]]],
  ['old order', (x) => ['maze.room', 'read_group', [[], ['size'], ['floor']], { orderby: x }]],
  ['old alias', (x) => ['maze.room', 'read_group', [[], [`${String(x)}:sum(size)`], ['floor']]]],
  ['progress bar', (x) => ['maze.room', 'read_progress_bar', [[], 'name', { field: 'note', colors: x }]]],
  ['progress field', (x) => ['maze.room', 'read_progress_bar', [[], x, { field: x, colors: {} }]]],
  ['name', (x) => ['maze.room', 'name_search', [x]]],
  ['name operator', (x) => ['maze.room', 'name_search', ['a', []], { operator: x }]],
  ['value of text', (x) => ['maze.room', 'write', [[room], { name: x }]]],
  ['value of translated text', (x) => ['maze.room', 'write', [[room], { title: x }]]],
  ['value of html', (x) => ['maze.room', 'write', [[room], { text: x }]]],
  ['value of number', (x) => ['maze.room', 'write', [[room], { floor: x }]]],
  ['value of decimal', (x) => ['maze.room', 'write', [[room], { size: x }]]],
  ['value of date', (x) => ['maze.room', 'write', [[room], { built: x }]]],
  ['value of relation', (x) => ['maze.room', 'write', [[room], { owner_id: x }]]],
  ['value of company relation', (x) => ['maze.room', 'write', [[room], { keeper_id: x }]]],
  ['value of list', (x) => ['maze.room', 'write', [[room], { tag_ids: x }]]],
  ['command', (x) => ['maze.room', 'write', [[room], { item_ids: [x] }]]],
  ['command target', (x) => ['maze.room', 'write', [[room], { item_ids: [[4, x]] }]]],
  ['command values', (x) => ['maze.room', 'write', [[room], { item_ids: [[0, 0, x]] }]]],
  ['command ids', (x) => ['maze.room', 'write', [[room], { tag_ids: [[6, 0, x]] }]]],
  ['field of values', (x) => ['maze.room', 'write', [[room], { [String(x)]: 1 }]]],
  ['values', (x) => ['maze.room', 'create', [x]]],
  ['default', (x) => ['maze.room', 'create', [{ name: 'd' }], { context: { default_floor: x, default_tag_ids: x } }]],
  ['context', (x) => ['maze.room', 'search_read', [[], ['title', 'built']], { context: x }]],
  ['language', (x) => ['maze.room', 'search_read', [[], ['title']], { context: { lang: x } }]],
  ['time zone', (x) => ['maze.room', 'formatted_read_group', [[], ['create_date:day'], []], { context: { tz: x } }]],
  ['companies', (x) => ['maze.room', 'search_read', [[], ['keeper_id']], { context: { allowed_company_ids: x } }]],
  ['company', (x) => ['maze.room', 'search_read', [[], ['keeper_id']], { context: { allowed_company_ids: [x] } }]],
  ['context key', (x) => ['maze.room', 'create', [{ name: 'k' }], { context: { [`default_${String(x)}`]: 1 } }]],
  ['default_get', (x) => ['maze.room', 'default_get', [[x]]]],
  ['copy', (x) => ['maze.room', 'copy', [[room], { name: 'c', floor: x }]]],
  ['onchange values', (x) => ['maze.room', 'onchange', [[], x, [], { name: {} }]]],
  ['onchange names', (x) => ['maze.room', 'onchange', [[], {}, x, { name: {} }]]],
  ['onchange specification', (x) => ['maze.room', 'onchange', [[], { owner_id: 1 }, [], { owner_id: x }]]],
  [
    'onchange relation',
    (x) => ['maze.room', 'onchange', [[], {}, [], { owner_id: { fields: {} } }], { context: { default_owner_id: x } }],
  ],
  ['partner onchange', (x) => ['res.partner', 'onchange', [[], { parent_id: x }, ['parent_id'], { street: {} }]]],
  ['web_save', (x) => ['maze.room', 'web_save', [[], { name: 'w' }, x]]],
  ['next id', (x) => ['maze.room', 'web_save', [[room], { name: 'w' }, { name: {} }], { next_id: x }]],
  ['export path', (x) => ['maze.room', 'export_data', [[room], [x]]]],
  ['export relation', (x) => ['maze.room', 'export_data', [[room], [`owner_id/${String(x)}`]]]],
  ['import fields', (x) => ['maze.room', 'load', [[x], [['a']]]]],
  ['import rows', (x) => ['maze.room', 'load', [['name'], x]]],
  ['import cell', (x) => ['maze.room', 'load', [['name', 'owner_id', 'floor'], [['a', x, x]]]]],
  ['import external id', (x) => ['maze.room', 'load', [['id', 'name'], [[x, 'a']]]]],
  ['import number', (x) => ['maze.room', 'load', [['.id', 'name'], [[x, 'a']]]]],
  ['import reference', (x) => ['maze.room', 'load', [['name', 'owner_id/.id', 'tag_ids/id'], [['a', x, x]]]]],
  ['translated field', (x) => ['maze.room', 'get_field_translations', [[room], x]]],
  ['translations', (x) => ['maze.room', 'update_field_translations', [[room], 'title', x]]],
  ['translation', (x) => ['maze.room', 'update_field_translations', [[room], 'title', { en_US: x }]]],
  ['translation language', (x) => ['maze.room', 'update_field_translations', [[room], 'title', { [String(x)]: 'a' }]]],
  ['fields_get', (x) => ['maze.room', 'fields_get', [[x], [x]]]],
  ['has_access', (x) => ['maze.room', 'has_access', [[room], x]]],
  ['views', (x) => ['maze.room', 'get_views', [x, x]]],
  ['name_create', (x) => ['maze.tag', 'name_create', [x]]],
  ['partner name', (x) => ['res.partner', 'name_create', [x]]],
  ['attachment', (x) => ['ir.attachment', 'create', [{ name: 'a', datas: x, res_model: x, res_id: x }]]],
  ['group', (x) => ['res.users', 'has_group', [[uid], x]]],
  ['preferences', (x) => ['res.users', 'preference_save', [[uid], { signature: x, tz: x }]]],
  ['password', (x) => ['res.users', 'change_password', [x, x]]],
]

describe('hostile arguments', () => {
  for (const [place, make] of holes) {
    it(`as ${place} are answered or refused, and are never our fault`, async () => {
      const faults: string[] = []
      for (const value of hostile) {
        const got = await status(...make(value))
        if (got >= 500) faults.push(`${String(JSON.stringify(value))?.slice(0, 80)} → ${got}`)
      }
      assert.deepEqual(faults, [])
    })
  }

  it('nested without end are refused as requests, not by an exhausted stack', async () => {
    const deep = 5_000
    const cases: Parameters<typeof call>[] = [
      ['maze.room', 'search', [nest(deep, ['name', '=', 'a'], (x) => [x])]],
      ['maze.room', 'search', [nest(deep, [], (x) => [['parent_id', 'any', x]])]],
      ['maze.room', 'search', [nest(deep, [], (x) => [['child_ids', 'not any', x]])]],
      [
        'maze.room',
        'search',
        [
          [
            ...Array.from({ length: 1_500 }, (_, i) => (i % 2 ? '&' : '|')),
            ...Array<unknown>(1_501).fill(['name', '=', 'a']),
          ],
        ],
      ],
      ['maze.room', 'web_read', [[room], nest(deep, {}, (x) => ({ parent_id: { fields: x } })) as object]],
      ['maze.room', 'write', [[room], { item_ids: nest(deep, 1, (x) => [x]) }]],
      ['maze.room', 'write', [[room], { name: nest(deep, 1, (x) => [x]) }]],
      ['maze.room', 'write', [[room], { child_ids: nest(deep, [], (x) => [[0, 0, { name: 'x', child_ids: x }]]) }]],
      ['maze.room', 'onchange', [[], { name: nest(deep, 1, (x) => [x]) }, [], { name: {} }]],
      ['maze.room', 'search', [[]], { context: { x: nest(deep, 1, (x) => [x]) } }],
      ['maze.room', 'export_data', [[room], [nest(500, 'name', (x) => `child_ids/parent_id/${String(x)}`)]]],
    ]
    assert.equal(await status('maze.room', 'search', [[...Array<string>(3_999).fill('!'), ['name', '=', 'a']]]), 200)
    for (const one of cases) assert.equal(await status(...one), 400, JSON.stringify(one[1]))
  })

  it('in great numbers are answered or refused', async () => {
    const many = Array.from({ length: 100_000 }, (_, i) => i + 1)
    assert.equal(await status('maze.room', 'read', [many, ['name']]), 200)
    assert.equal(await status('maze.room', 'search', [[['id', 'in', many]]]), 200)
    assert.equal(await status('maze.room', 'search', [Array<unknown>(5_000).fill(['name', '=', 'a'])]), 400)
    assert.equal(
      await status('maze.room', 'search', [nest(3, Array<unknown>(1_900).fill(['name', '=', 'a']), (x) => [x, x])]),
      400,
    )
    assert.equal(await status('maze.room', 'search', [[]], { limit: 2 ** 53 - 1 }), 200)
    assert.equal(
      await status('maze.room', 'search', [
        [...Array<string>(1_499).fill('|'), ...Array<unknown>(1_500).fill(['name', '=', 'a'])],
      ]),
      200,
    )
  })

  it('reach neither tables nor the prototypes of this process', async () => {
    await tenant.pool.query(sql`SELECT alive FROM canary`)
    assert.equal(({} as Record<string, unknown>)['x'], undefined)
    assert.deepEqual(Object.keys(Object.prototype), [])
    assert.equal(Object.getOwnPropertyNames(Object.prototype).length, 12)
  })
})
