import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type Tenant, withEnv } from '../../access/index.ts'
import { testTenant } from '../../testing/index.ts'
import type { Env } from '../env.ts'
import type { FieldInfo } from '../registry.ts'
import type { Domain } from './domain.ts'
import { dateBound, datetimeBound } from './moments.ts'
import { parseDomain } from './parse.ts'

let tenant: Tenant

before(async () => {
  tenant = await testTenant({ apps: ['sales'] })
})

test('an operator, field or shape that does not exist is refused with its place, and never reaches PostgreSQL', async () => {
  const wrong: [unknown, string][] = [
    ['GT-001', 'ERR_DOMAIN'],
    [[['name', '~', 'x']], 'ERR_DOMAIN_OPERATOR'],
    [[['nope', '=', 1]], 'ERR_FIELD_UNKNOWN'],
    [['|', ['name', '=', 'x']], 'ERR_DOMAIN'],
    [[['name', '=']], 'ERR_DOMAIN'],
    [[['name; DROP TABLE x', '=', 1]], 'ERR_DOMAIN_FIELD'],
    [[['name.x', '=', 1]], 'ERR_DOMAIN_FIELD'],
    [[['country_id.nope', '=', 1]], 'ERR_FIELD_UNKNOWN'],
    [[{}], 'ERR_DOMAIN'],
    [[[['name', '=', 'x']]], 'ERR_DOMAIN'],
    [['name', '=', 'x'], 'ERR_DOMAIN'],
    [[['name', 'any!', []]], 'ERR_DOMAIN_OPERATOR'],
    [[['is_company', '>', false]], 'ERR_DOMAIN_OPERATOR'],
    [[['color', '=', 'abc']], 'ERR_DOMAIN_VALUE'],
    [[['color', '<', [1]]], 'ERR_DOMAIN_VALUE'],
    [[['name', '=like', 5]], 'ERR_DOMAIN_VALUE'],
    [[['country_id', '<', 'x']], 'ERR_DOMAIN_OPERATOR'],
    [[['contact_address', 'ilike', 'x']], 'ERR_FIELD_NOT_STORED'],
    [[['create_date', '=', '']], 'ERR_DATE'],
    [[['create_date', '>', 'tomorrow']], 'ERR_DATE'],
    [[['create_date', '>', '2024-02-30']], 'ERR_DATE'],
    [[['name', '=', 'a\0b']], 'ERR_SQL_TEXT'],
    [[['name', '=', '\ud800']], 'ERR_SQL_TEXT'],
    [[['password', '=', 'x']], 'ERR_FIELD_UNKNOWN'],
  ]
  await withEnv(tenant, 2, { mode: 'read' }, async (env) => {
    for (const [domain, code] of wrong)
      await assert.rejects(env.model('res.partner').search(domain as Domain), { code }, JSON.stringify(domain))
  })
})

test('a fault is told with the path that leads to it, however deep it lies', async () => {
  const places: [unknown, string][] = [
    [['&', ['name', '=', 'x']], 'domain[0]'],
    [
      [
        ['name', '=', 'x'],
        ['nope', '=', 1],
      ],
      'domain[1]',
    ],
    [['!', ['parent_id', 'any', [['name', '~', 'x']]]], 'domain[1][2][0][1]'],
    [
      [
        [
          'parent_id',
          'any',
          [
            [
              'child_ids',
              'not any',
              [
                ['name', '=', 'x'],
                ['color', '=', 'red'],
              ],
            ],
          ],
        ],
      ],
      'domain[0][2][0][2][1]',
    ],
  ]
  await withEnv(tenant, 2, { mode: 'read' }, async (env) => {
    for (const [domain, place] of places)
      await assert.rejects(env.model('res.partner').search(domain as Domain), (error: Error) => {
        assert.ok(error.message.includes(place), `${error.message} names ${place}`)
        return true
      })
  })
})

test('a domain nested without end is refused instead of exhausting the stack', () => {
  let deep: unknown[] = [['name', '=', 'x']]
  for (let i = 0; i < 500; i++) deep = [['parent_id', 'any', deep]]
  assert.throws(() => parseDomain(deep), { code: 'ERR_DOMAIN' })
})

test('dates relative to now follow the caller’s time zone and the first day of the week in her language', () => {
  // A Wednesday, 23:30 UTC: Thursday already in Brussels.
  const at = (lang: string, tz?: string) =>
    ({
      now: () => new Date('2024-02-28T23:30:15Z'),
      lang,
      context: tz ? { tz } : {},
      user: { tz: null },
    }) as unknown as Env
  const field = { kind: 'date', model: 'x', name: 'y' } as FieldInfo
  const dates: [string, string, string][] = [
    ['today', '2024-02-28', '2024-02-29'],
    ['today -1d', '2024-02-27', '2024-02-28'],
    ['today +1m', '2024-03-28', '2024-03-29'],
    ['today =1d -1m', '2024-01-01', '2024-01-01'],
    ['today =31d', '2024-02-29', '2024-02-29'],
    ['today =monday', '2024-02-26', '2024-02-26'],
    ['today +monday', '2024-03-04', '2024-03-04'],
    ['today -sunday', '2024-02-25', '2024-02-25'],
    ['today =12m =24d', '2024-12-24', '2024-12-24'],
    ['2023-01-05', '2023-01-05', '2023-01-05'],
  ]
  for (const [text, utc, brussels] of dates) {
    assert.equal(dateBound(at('en_US'), field, text), utc, `${text} in UTC`)
    assert.equal(dateBound(at('en_US', 'Europe/Brussels'), field, text), brussels, `${text} in Brussels`)
  }
  assert.equal(dateBound(at('en_US'), field, 'today =week_start'), '2024-02-25', 'weeks of en_US begin on Sunday')
  assert.equal(dateBound(at('fr_FR'), field, 'today =week_start'), '2024-02-26', 'weeks of fr_FR begin on Monday')
  assert.equal(datetimeBound(at('en_US', 'Europe/Brussels'), field, 'today'), '2024-02-28 23:00:00')
  assert.equal(datetimeBound(at('en_US', 'Europe/Brussels'), field, '=3H'), '2024-02-29 02:00:00')
  assert.equal(datetimeBound(at('en_US'), field, 'now -90M'), '2024-02-28 22:00:15')
  assert.equal(datetimeBound(at('en_US'), field, '-7d'), '2024-02-21 23:30:15')
  for (const text of ['tomorrow', '+', '+3x', '=2w', 'today now', '+99999999999d', 'today +9000y', ' '])
    assert.throws(() => datetimeBound(at('en_US'), field, text), { code: 'ERR_DATE' }, text)
})

test('a computed field is searched by its own method, under the caller’s rights', async () => {
  await withEnv(tenant, 2, { mode: 'read' }, async (env) => {
    const teams = env.model('crm.team')
    const description = await teams.fields_get(['member_ids'], ['searchable'])
    assert.deepEqual(description, { member_ids: { searchable: true } })
    const [team] = await (await teams.search([])).load('member_ids')
    const found = await teams.search([['member_ids', 'in', team?.member_ids ?? []]])
    assert.ok(team === undefined || team.member_ids.length === 0 || found.ids.includes(team.id))
    assert.equal((await teams.search([['member_ids', 'in', [999_999]]])).ids.length, 0)
    assert.equal((await teams.search([['member_ids.login', '=', 'nobody']])).ids.length, 0)
    assert.ok((await teams.search([['member_ids', '!=', 999_999]])).ids.length > 0)
  })
})
