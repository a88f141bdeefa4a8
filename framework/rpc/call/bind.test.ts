import assert from 'node:assert/strict'
import { test } from 'node:test'
import { api, t } from '../../orm/index.ts'
import { bind } from './bind.ts'

const searchRead = api({
  on: 'model',
  access: 'read',
  params: {
    domain: t.domain.or([]),
    fields: t.strings.or(null),
    offset: t.int.or(0),
    limit: t.int.or(null),
    order: t.str.or(null),
    load: t.str.or('_classic_read'),
  },
  returns: t.json,
  doc: '',
})
const write = api({ access: 'write', params: { vals: t.values }, returns: t.bool, doc: '' })
const create = api({ on: 'model', access: 'create', params: { vals_list: t.valuesList }, returns: t.records, doc: '' })

const refuses = (run: () => unknown, code: string, wireName?: string) =>
  assert.throws(
    run,
    (error: { code: string; wireName: string }) =>
      error.code === code && (wireName === undefined || error.wireName === wireName),
  )

test('positional and named arguments reach the same parameters', () => {
  const positional = bind('m.search_read', searchRead, [[['a', '=', 1]], ['name'], 2, 3], {})
  const named = bind('m.search_read', searchRead, [], {
    limit: 3,
    offset: 2,
    fields: ['name'],
    domain: [['a', '=', 1]],
  })
  assert.deepEqual(positional.values, [[['a', '=', 1]], ['name'], 2, 3, null, '_classic_read'])
  assert.deepEqual(named, positional)
})

test('nothing, sent as false or null, means what Odoo takes it for', () => {
  assert.deepEqual(bind('m.s', searchRead, [false, false, null, false, '', null], {}).values, [
    [],
    null,
    0,
    null,
    '',
    null,
  ])
})

test('the first positional argument of a record method is a list of ids, one id, or nothing', () => {
  assert.deepEqual(bind('m.write', write, [[3, 1, 3], {}], {}).ids, [3, 1, 3])
  assert.deepEqual(bind('m.write', write, [7, {}], {}).ids, [7])
  assert.deepEqual(bind('m.write', write, [[], {}], {}).ids, [])
  assert.deepEqual(bind('m.write', write, [], { ids: [7], vals: {} }).ids, [7])
  assert.deepEqual(bind('m.write', write, [], { vals: {} }).ids, [])
})

test('ids that are no ids are refused as a wrong type', () => {
  for (const ids of [[[1]], ['1'], [1.5], [-1], [2 ** 31], [true], 'abc', { id: 1 }, [null], [Number.NaN]])
    refuses(() => bind('m.write', write, [ids, {}], {}), 'ERR_RPC_TYPE', 'builtins.TypeError')
})

test('too many, missing, unknown and doubled arguments are refused as a TypeError', () => {
  refuses(() => bind('m.write', write, [[1], {}, 5], {}), 'ERR_RPC_ARGUMENTS', 'builtins.TypeError')
  refuses(() => bind('m.write', write, [[1]], {}), 'ERR_RPC_ARGUMENTS')
  refuses(() => bind('m.write', write, [[1], {}], { nope: 1 }), 'ERR_RPC_ARGUMENTS')
  refuses(() => bind('m.write', write, [[1], {}], { vals: {} }), 'ERR_RPC_ARGUMENTS')
  refuses(() => bind('m.write', write, [[1], {}], { ids: [2] }), 'ERR_RPC_ARGUMENTS')
  refuses(() => bind('m.s', searchRead, [], { ids: [2] }), 'ERR_RPC_ARGUMENTS')
  refuses(() => bind('m.s', searchRead, [], { constructor: 1 }), 'ERR_RPC_ARGUMENTS')
})

test('values of the wrong kind are refused with the class that Odoo uses', () => {
  refuses(() => bind('m.s', searchRead, ['GT-001'], {}), 'ERR_RPC_TYPE', 'builtins.TypeError')
  refuses(() => bind('m.create', create, ['oops'], {}), 'ERR_RPC_TYPE', 'builtins.AttributeError')
  refuses(() => bind('m.create', create, [[{}, 'oops']], {}), 'ERR_RPC_TYPE')
  refuses(() => bind('m.write', write, [[1], []], {}), 'ERR_RPC_TYPE')
  refuses(() => bind('m.s', searchRead, [[], 'name'], {}), 'ERR_RPC_TYPE')
  refuses(() => bind('m.s', searchRead, [[], ['name'], 0.5], {}), 'ERR_RPC_TYPE')
})

test('the context is a checked dictionary, and whose it is cannot be said in it', () => {
  assert.deepEqual(
    bind('m.s', searchRead, [], { context: { lang: 'fr_FR', tz: 'Europe/Brussels', uid: 1, default_name: 'x' } })
      .context,
    { lang: 'fr_FR', tz: 'Europe/Brussels', default_name: 'x' },
  )
  assert.deepEqual(bind('m.s', searchRead, [], { context: false }).context, {})
  for (const context of [[], 'x', { lang: 5 }, { lang: "fr'; --" }, { tz: {} }, { allowed_company_ids: ['1'] }])
    refuses(() => bind('m.s', searchRead, [], { context }), 'ERR_RPC_TYPE')
  refuses(
    () =>
      bind('m.s', searchRead, [], { context: Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`k${i}`, 1])) }),
    'ERR_RPC_CONTEXT',
  )
  assert.equal(
    Object.getPrototypeOf(bind('m.s', searchRead, [], { context: JSON.parse('{"__proto__":{"admin":true}}') }).context),
    Object.prototype,
  )
})
