import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseExpression } from './expression.ts'

const scope = {
  columns: new Set(['name', 'qty', 'state', 'active', 'data', 'Odd', 'e']),
  sequences: new Set(['x_id_seq']),
}

/** As PostgreSQL prints them, and as they are written anew. */
const ACCEPTED: readonly [text: string, sql: string][] = [
  ["nextval('app.x_id_seq'::regclass)", `pg_catalog.nextval('app."x_id_seq"'::regclass)`],
  ['now()', '"pg_catalog"."now"()'],
  ["'draft'::character varying", "'draft'::character varying"],
  ["(now() AT TIME ZONE 'UTC'::text)", `("pg_catalog"."now"() AT TIME ZONE 'UTC'::text)`],
  ['((qty >= (0)::numeric) AND (name IS NOT NULL))', '(("qty" >= (0)::numeric) AND ("name" IS NOT NULL))'],
  [
    "((state)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
    `(("state")::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))`,
  ],
  ['ext.immutable_unaccent(name)', '"ext"."immutable_unaccent"("name")'],
  ['lower((name)::text)', '"pg_catalog"."lower"(("name")::text)'],
  ['"Odd"', '"Odd"'],
  ["E'a\\\\b''c'::text", " E'a\\\\b''c'::text"],
  ["'a\\b'::text", " E'a\\\\b'::text"],
  ['CASE WHEN (qty > (1)::numeric) THEN 1 ELSE 0 END', 'CASE WHEN ("qty" > (1)::numeric) THEN 1 ELSE 0 END'],
  ['(active IS NOT TRUE)', '("active" IS NOT TRUE)'],
  ['(- 5)', '(- 5)'],
  ["(data ->> 'x'::text)", `("data" ->> 'x'::text)`],
  ["COALESCE(name, ''::character varying)", `COALESCE("name", ''::character varying)`],
  ["(name IS DISTINCT FROM 'x'::text)", `("name" IS DISTINCT FROM 'x'::text)`],
  ['name COLLATE "C"', '"name" COLLATE "C"'],
  ['1.5e-3', '1.5e-3'],
]

const REFUSED = [
  ...["pg_read_file('x')", '1; DROP TABLE x', 'name; --', '(SELECT 1)', "nextval('app.other'::regclass)", 'lower(name'],
  ...[
    "'a' 'b'",
    "'x'::regclass",
    'name::foo',
    "pg_catalog.set_config('a','b',true)",
    '1 -- 2',
    '1 /* x */',
    '$1',
    '"a""b"',
  ],
  ...[
    'app.f(name)',
    "ext.dblink('x')",
    'unknown_column',
    "E'\\x41'",
    "U&'\\0041'",
    "B'1'",
    "E'\\''; DROP TABLE x; --'",
    "'open",
    '"open',
  ],
  ...[
    'lower',
    'lower name',
    '',
    ' ',
    '()',
    ')',
    'name name',
    'name = ',
    '= name',
    'ARRAY[1',
    'name[1]',
    'current_user',
    'session_user',
  ],
  ...[
    'user',
    'name OPERATOR(pg_catalog.=) name',
    "convert_from('\\x', 'UTF8')",
    'query_to_xml(name)',
    'a\u0000',
    "'a'::text\u00a0; x",
    'name COLLATE "evil"',
  ],
  ...[
    "'x'::text[][]",
    "'x'::app.evil",
    "'x'::text; SELECT 1",
    'CASE END x',
    'name AT TIME',
    'NOT',
    '1e',
    '1.',
    '.5',
    '1_000',
    'lо()',
  ],
]

describe('an expression of an archive', () => {
  test('is written anew from what was recognised', () => {
    for (const [text, sql] of ACCEPTED)
      assert.deepEqual(parseExpression(text, scope).sql.compile(), { text: sql, values: [] }, text)
  })

  test('is refused when the grammar does not know it', () => {
    for (const text of REFUSED)
      assert.throws(() => parseExpression(text, scope), { name: 'ValidationError' }, JSON.stringify(text))
  })

  test('is known as a column only when it is nothing else', () => {
    assert.equal(parseExpression('name', scope).column, 'name')
    assert.equal(parseExpression('"Odd" ', scope).column, 'Odd')
    assert.equal(parseExpression('(name)', scope).column, null)
    assert.equal(parseExpression('lower(name)', scope).column, null)
  })

  test('is refused beyond a length and a depth', () => {
    assert.throws(() => parseExpression(`${'('.repeat(100)}1${')'.repeat(100)}`, scope))
    assert.throws(() => parseExpression(`${'lower('.repeat(100)}name${')'.repeat(100)}`, scope))
    assert.throws(() => parseExpression('1 + '.repeat(5_000), scope))
  })

  test('is refused in reasonable time however it is bent', () => {
    const start = performance.now()
    for (const text of [
      "'".repeat(9_999),
      '\\'.repeat(9_999),
      `E'${'\\\\'.repeat(4_900)}`,
      '1 + '.repeat(2_499),
      ' '.repeat(9_999),
      '::text'.repeat(1_600),
    ]) {
      assert.throws(() => parseExpression(text, scope))
    }
    assert.ok(performance.now() - start < 2_000)
  })
})
