import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Domain } from '../../orm/index.ts'
import { parseDomainLiteral } from './domain-literal.ts'
import { formatDomainLiteral } from './format-domain.ts'

describe('the domain of a record rule', () => {
  const good: Readonly<Record<string, Domain>> = {
    '': [],
    '[]': [],
    "[('name', 'not like', 'GT Secret')]": [['name', 'not like', 'GT Secret']],
    '[["create_uid", "=", user.id],]': [['create_uid', '=', { user: 'id' }]],
    "['|', ('company_id', '=', False), ('company_id', 'in', company_ids)]": [
      '|',
      ['company_id', '=', false],
      ['company_id', 'in', { user: 'company_ids' }],
    ],
    "[('partner_id', 'child_of', user.partner_id.commercial_partner_id.id)]": [
      ['partner_id', 'child_of', { user: 'commercial_partner_id' }],
    ],
    '[(1, "=", 1)]': [[1, '=', 1]],
    "[('a', '>=', today - days(30)), ('b', 'in', [user.id, user.company_id])]": [
      ['a', '>=', { expression: 'today - days(30)' }],
      ['b', 'in', [{ user: 'id' }, { expression: 'user.company_id' }]],
    ],
    '[("c", "=", (user.hasGroup("a)b") ? "x, y" : "z"))]': [
      ['c', '=', { expression: 'user.hasGroup("a)b") ? "x, y" : "z"' }],
    ],
    "[('n', 'in', [1, -2, 3.5, 1e3, True, None])]": [['n', 'in', [1, -2, 3.5, 1000, true, false]]],
    "[('line_ids', 'any', [('state', '=', 'sale')])]": [['line_ids', 'any', [['state', '=', 'sale']]]],
    "[('name', '=', 'it\\'s \\x41 \\u00e9\\n')]": [['name', '=', "it's A é\n"]],
    "\n [ '&' , ('a','=',1) , '!' , ('b','=',(2)) ]\n": ['&', ['a', '=', 1], '!', ['b', '=', 2]],
  }
  for (const [text, domain] of Object.entries(good))
    it(`reads ${JSON.stringify(text)}`, () => assert.deepEqual(parseDomainLiteral(text), domain))

  const bad = [
    "[('id', '=', __import__('os').system('id'))]",
    "[('id', '=', user.sudo().id)]",
    "[('id', '=', user.__class__)]",
    "[('id', 'in', [x for x in range(9)])]",
    "[('id', '=', 1 + 1)]",
    "[('id', '=', user.id)] if True else []",
    "[('id', '=', {'user': 'id'})]",
    "[('id', '=', constructor)]",
    "[('id', '=', toString)]",
    "[('id', '=', f'{x}')]",
    "[('id', '=', 'open",
    "[('id', '=', '\\N{BULLET}')]",
    "[('id', '=', 1",
    "[('id', '=' 1)]",
    "[('id', '=')]",
    "['|', ('id', '=', 1)]",
    "['^', ('id', '=', 1)]",
    "('id', '=', 1)",
    "[('id', '=', 0x10)]",
    "[('id', '=', 1_000)]",
    'lambda: 1',
    `${'['.repeat(50)}${']'.repeat(50)}`,
    `[('name', '=', '${'x'.repeat(30_000)}')]`,
  ]
  for (const text of bad) {
    it(`refuses ${JSON.stringify(text.slice(0, 60))}`, () =>
      assert.throws(() => parseDomainLiteral(text), { name: 'ValidationError', message: /^Invalid domain: / }))
  }

  it('says where the first thing stands that is no literal', () => {
    assert.throws(() => parseDomainLiteral("[('id', '=', env.cr)]"), /'env\.cr' is not known.*position 14/)
  })

  it('comes back from its text as it went in', () => {
    const domains: Domain[] = [
      ['|', ['user_id', '=', { user: 'id' }], ['user_id', '=', false]],
      [
        ['name', 'in', ['a', "b'c", 'd\\e']],
        ['partner_id', 'any', [['company_id', 'in', { user: 'company_ids' }]]],
      ],
      [['note', '=', 'two\nlines']],
      [['tag_ids', 'in', ['one', 'two', 'three']]],
    ]
    for (const domain of domains) assert.deepEqual(parseDomainLiteral(formatDomainLiteral(domain)), domain)
  })
})
