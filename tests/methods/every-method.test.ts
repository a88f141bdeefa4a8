import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { AppError } from '#framework'
import type { Tenant } from '#framework/access/index.ts'
import { callMethod } from '#framework/rpc/index.ts'
import { testTenant } from '#framework/testing/index.ts'

type Call = readonly [args: readonly unknown[], kwargs?: Readonly<Record<string, unknown>>]
/** What an answer may look like; `undefined` is "nothing". */
type Answer = 'list' | 'object' | 'number' | 'boolean' | 'nothing'

const onThem: Call = [['IDS']]
const spec = { display_name: {} }

/** Every method of the drop-in set with harmless arguments, by position and by name, and the kind of its answer. */
const methods: Readonly<Record<string, { readonly calls: readonly Call[]; readonly answer: Answer }>> = {
  search: { calls: [[[[]]], [[], { domain: [], offset: 0, limit: 2, order: 'id desc' }]], answer: 'list' },
  search_count: { calls: [[[[]]], [[], { domain: [['id', '>', 0]], limit: 2 }]], answer: 'number' },
  search_read: { calls: [[[[], ['display_name'], 0, 1]], [[], { limit: 1, load: null }]], answer: 'list' },
  read: { calls: [onThem, [['IDS', ['display_name'], null]], [[], { ids: 'IDS', fields: ['id'] }]], answer: 'list' },
  create: { calls: [[[[]]]], answer: 'list' },
  write: { calls: [[[[], {}]], [[], { ids: [], vals: {} }]], answer: 'boolean' },
  unlink: { calls: [[[[]]]], answer: 'boolean' },
  copy: { calls: [[[[]]]], answer: 'list' },
  name_search: { calls: [[[]], [['a', [], '=', 2]], [[], { name: 'a', limit: 1 }]], answer: 'list' },
  web_name_search: { calls: [[['a', spec]], [['a', { id: {} }], { limit: 2 }]], answer: 'list' },
  default_get: { calls: [[[['display_name', 'active']]], [[], { fields: ['name'] }]], answer: 'object' },
  fields_get: { calls: [[[]], [[[], ['type']]], [[], { attributes: ['string'] }]], answer: 'object' },
  read_group: {
    calls: [[[[], [], []]], [[[], [], ['create_date:month', 'create_uid']], { lazy: false, limit: 2 }]],
    answer: 'list',
  },
  formatted_read_group: {
    calls: [[[[], ['create_uid'], ['__count', 'id:max']]], [[], { domain: [], groupby: ['write_date:week'] }]],
    answer: 'list',
  },
  formatted_read_grouping_sets: { calls: [[[[], [[], ['create_uid']], ['__count']]]], answer: 'list' },
  web_read_group: { calls: [[[[], ['create_uid']]], [[[], ['create_uid']], { auto_unfold: true }]], answer: 'object' },
  web_search_read: {
    calls: [
      [[[], spec], { limit: 2 }],
      [[[], {}], { limit: 1 }],
    ],
    answer: 'object',
  },
  web_read: { calls: [[['IDS', spec]]], answer: 'list' },
  name_create: { calls: [[['Made by its name']]], answer: 'list' },
  web_save: { calls: [[[[], {}, spec]], [[[]], { vals: {}, specification: spec }]], answer: 'list' },
  get_field_translations: { calls: [[['ONE', 'name']]], answer: 'list' },
  update_field_translations: { calls: [[[[], 'name', {}]]], answer: 'boolean' },
  web_save_multi: { calls: [[[[], [], spec]]], answer: 'list' },
  web_resequence: { calls: [[[[], spec], { field_name: 'id' }]], answer: 'list' },
  onchange: { calls: [[[[], {}, [], spec]], [[[], {}, [], 'SPEC']]], answer: 'object' },
  get_views: {
    calls: [
      [
        [
          [
            [false, 'list'],
            [false, 'form'],
            [false, 'calendar'],
          ],
        ],
      ],
    ],
    answer: 'object',
  },
  get_view: { calls: [[[]], [[false, 'pivot']]], answer: 'object' },
  search_panel_select_range: { calls: [[['create_uid'], { enable_counters: true }]], answer: 'object' },
  search_panel_select_multi_range: { calls: [[['write_uid'], { expand: true, limit: 200 }]], answer: 'object' },
  read_progress_bar: { calls: [[[[], 'create_uid', { field: 'id', colors: {} }]]], answer: 'object' },
  export_data: { calls: [[['IDS', ['id', '.id', 'display_name']]], [['IDS', ['create_uid/id']]]], answer: 'object' },
  load: { calls: [[[['id'], []]]], answer: 'object' },
  action_archive: { calls: [[[[]]]], answer: 'nothing' },
  action_unarchive: { calls: [[[[]]]], answer: 'nothing' },
  toggle_active: { calls: [[[[]]]], answer: 'nothing' },
  check_access_rights: {
    calls: [[['read', false]], [[], { operation: 'write', raise_exception: false }]],
    answer: 'boolean',
  },
  has_access: { calls: [[['IDS', 'read']], [[[], 'unlink']]], answer: 'boolean' },
  get_external_id: { calls: [onThem], answer: 'object' },
  get_metadata: { calls: [onThem], answer: 'list' },
}

describe('every method of the drop-in set', () => {
  let tenant: Tenant
  before(async () => {
    tenant = await testTenant({ apps: ['sales', 'crm'], demo: true })
  })

  for (const [method, { calls, answer }] of Object.entries(methods))
    it(`answers on every model, or refuses for a foreseen reason: ${method}`, async () => {
      const refused = new Map<string, string>()
      let answered = 0
      for (const info of tenant.registry.models.values()) {
        if (info.api.size === 0) continue
        const first = await someIds(tenant, info.name)
        const all = Object.fromEntries([...info.fields.keys()].map((name) => [name, {}]))
        const given = new Map<unknown, unknown>([
          ['IDS', first],
          ['ONE', first.slice(0, 1)],
          ['SPEC', all],
        ])
        const fill = (value: unknown): unknown => (given.has(value) ? given.get(value) : value)
        for (const [args, kwargs = {}] of calls) {
          const named = Object.fromEntries(Object.entries(kwargs).map(([key, value]) => [key, fill(value)]))
          try {
            const result = await callMethod(tenant, 2, info.name, method, args.map(fill), named)
            assert.equal(kindOf(result), answer, `${info.name}.${method}: ${JSON.stringify(result)?.slice(0, 200)}`)
            answered++
          } catch (error) {
            if (error instanceof assert.AssertionError) throw error
            assert.ok(
              error instanceof AppError && error.status < 500,
              `${info.name}.${method}: ${String((error as Error).stack)}`,
            )
            refused.set(`${info.name} ${error.code}`, error.message)
          }
        }
      }
      assert.ok(answered > 5, JSON.stringify([...refused], null, 1).slice(0, 3000))
    })
})

async function someIds(tenant: Tenant, model: string): Promise<readonly unknown[]> {
  const options = { limit: 2, order: 'id', context: { active_test: false } }
  const found = await callMethod(tenant, 2, model, 'search', [[]], options).catch((error: unknown) => {
    if (error instanceof AppError && error.status < 500) return []
    throw error
  })
  return found as readonly unknown[]
}

function kindOf(result: unknown): Answer {
  const value =
    result !== null && typeof result === 'object' && 'json' in result ? JSON.parse(String(result.json)) : result
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'list'
  return typeof value as Answer
}
