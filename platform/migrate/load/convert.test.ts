import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FieldInfo } from '../../../framework/orm/index.ts'
import { type Converted, converterFor } from './convert.ts'
import { IdMaps } from './id-maps.ts'

const ids = new IdMaps()
ids.set('res.company', 1, 900001)
ids.set('res.partner', 7, 70)

function convert(
  field: Partial<FieldInfo>,
  sourceType: string,
  raw: string,
  values: Readonly<Record<string, string>> = {},
): Converted {
  return converterFor({ name: 'x', model: 'm', options: {}, ...field } as FieldInfo, sourceType, values)(raw, ids)
}

const perCompany = { kind: 'float', options: { companyDependent: true } } as const
const translated = { kind: 'char', options: { translate: true } } as const
const choice = { kind: 'selection', selection: [['consu', 'Goods']] } as const

const cases: readonly (readonly [rule: string, got: Converted, wanted: unknown])[] = [
  [
    'a number keeps all its digits',
    convert({ kind: 'monetary' }, 'numeric', '12345678901234567.89'),
    '12345678901234567.89',
  ],
  ['a mark becomes true or false', convert({ kind: 'boolean' }, 'boolean', 't'), true],
  ['a reference becomes our id', convert({ kind: 'many2one', comodel: 'res.partner' }, 'integer', '7'), 70],
  [
    'a reference of any model becomes our id',
    convert({ kind: 'reference' }, 'character varying', 'res.partner,7'),
    'res.partner,70',
  ],
  [
    'a choice that was renamed gets its new name',
    convert(choice, 'character varying', 'product', { product: 'consu' }),
    'consu',
  ],
  [
    'texts per language stay apart',
    convert(translated, 'jsonb', '{"en_US": "A", "fr_BE": "B"}'),
    { en_US: 'A', fr_BE: 'B' },
  ],
  ['a single text becomes the English one where we translate', convert(translated, 'text', 'A'), { en_US: 'A' }],
  [
    'of several texts the English one stays where we do not translate',
    convert({ kind: 'char' }, 'jsonb', '{"fr_BE": "B", "en_US": "A"}'),
    'A',
  ],
  ['values per company follow the company', convert(perCompany, 'jsonb', '{"1": 8.5}'), { 900001: 8.5 }],
  ['HTML is cleaned', convert({ kind: 'html' }, 'text', '<p>a<script>b</script></p>'), '<p>a</p>'],
]
for (const [rule, got, wanted] of cases) test(rule, () => assert.deepEqual(got, { value: wanted }))

const refused: readonly (readonly [rule: string, got: Converted])[] = [
  ['a word for a number', convert({ kind: 'integer' }, 'text', 'many')],
  ['NaN', convert({ kind: 'float' }, 'numeric', 'NaN')],
  ['a reference to a record that is not here', convert({ kind: 'many2one', comodel: 'res.partner' }, 'integer', '8')],
  ['an unknown choice', convert(choice, 'character varying', 'toString')],
  ['a value for a company that is not here', convert(perCompany, 'jsonb', '{"2": 8.5}')],
  ['a text per language that is a list', convert(translated, 'jsonb', '["A"]')],
]
for (const [rule, got] of refused) test(`${rule} stays aside with a reason`, () => assert.ok('aside' in got))
