import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import fc from 'fast-check'
import { type Tenant, withEnv, withSystemEnv } from '../../access/index.ts'
import { testTenant } from '../../testing/index.ts'
import type { Domain } from './domain.ts'
import { andDomains, parseDomain } from './parse.ts'

/**
 * Random domains over random partners give the same records as a slow evaluator that walks objects in memory and shares
 * nothing with the compiler.
 */
interface Partner {
  readonly id: number
  readonly name: string
  readonly city: string | null
  readonly color: number | null
  readonly is_company: boolean
  readonly latitude: number
  parent: Partner | null
  readonly children: Partner[]
  readonly tags: string[]
  readonly active: boolean
}

const cities = ['Ghent', 'Bruges', 'ghent 100%', 'a_b', null] as const
const names = ['Ann', 'anna', 'Bob', 'B_b', '100%', 'Émile'] as const
const tags = ['red', 'Red', 'blue'] as const
let tenant: Tenant
const partners: Partner[] = []

before(async () => {
  tenant = await testTenant({ apps: ['base'] })
  await withSystemEnv(tenant, 'test data', {}, async (env) => {
    const tagIds = new Map<string, number>()
    for (const name of tags) tagIds.set(name, (await env.model('res.partner.category').create({ name })).id)
    let seed = 7
    const pick = <T>(list: readonly T[]): T => {
      seed = (seed * 1103515245 + 12345) % 2147483648
      return list[seed % list.length] as T
    }
    for (let i = 0; i < 40; i++) {
      const parent = i > 10 && pick([true, false]) ? pick(partners) : null
      const values = {
        name: pick(names),
        city: pick(cities),
        color: pick([0, 1, 5, 9]),
        is_company: pick([true, false]),
        partner_latitude: pick([0, 1.5, -3]),
        active: pick([true, true, true, false]),
        type: 'other' as const,
      }
      const own = [...new Set([pick(tags), pick(tags)])].slice(0, pick([0, 1, 2]))
      const record = await env.model('res.partner').create({
        ...values,
        ref: 'PT',
        parent_id: parent?.id ?? false,
        category_id: [[6, 0, own.map((t) => tagIds.get(t) as number)]],
      })
      const partner: Partner = {
        id: record.id,
        name: values.name,
        city: values.city,
        color: values.color,
        is_company: values.is_company,
        latitude: values.partner_latitude,
        parent,
        children: [],
        tags: own,
        active: values.active,
      }
      parent?.children.push(partner)
      partners.push(partner)
    }
  })
})

type Leaf = readonly [string, string, unknown]

function like(text: string | null, pattern: string, insensitive: boolean): boolean {
  if (text === null) return false
  const body = [...pattern]
    .map((c) => (c === '%' ? '.*' : c === '_' ? '.' : c.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('')
  return new RegExp(`^${body}$`, insensitive ? 'isu' : 'su').test(text)
}

function text(value: string | null, operator: string, wanted: unknown): boolean {
  const isEmpty = value === null || value === ''
  if (operator === '=' || operator === '!=')
    return (wanted === false ? isEmpty : value === wanted) === (operator === '=')
  if (operator === 'in' || operator === 'not in')
    return (wanted as unknown[]).some((w) => (w === false ? isEmpty : value === w)) === (operator === 'in')
  const not = operator.startsWith('not ')
  const base = not ? operator.slice(4) : operator
  return like(value, base.startsWith('=') ? String(wanted) : `%${String(wanted)}%`, base.endsWith('ilike')) !== not
}

function number(value: number | null, operator: string, wanted: number): boolean {
  const n = value ?? 0
  return (
    { '=': n === wanted, '!=': n !== wanted, '<': n < wanted, '<=': n <= wanted, '>': n > wanted, '>=': n >= wanted }[
      operator
    ] ?? false
  )
}

const negative = (operator: string) => operator === '!=' || operator.startsWith('not ')

function leaf(p: Partner, [path, operator, value]: Leaf): boolean {
  const [head, ...rest] = path.split('.')
  const visible = (list: readonly Partner[]) => list.filter((c) => c.active)
  if (rest.length > 0) {
    const related = head === 'parent_id' ? (p.parent ? [p.parent] : []) : visible(p.children)
    return related.some((r) => leaf(r, [rest.join('.'), operator, value]))
  }
  switch (head) {
    case 'name':
      return text(p.name, operator, value)
    case 'city':
      return text(p.city, operator, value)
    case 'color':
      return number(p.color, operator, Number(value))
    case 'partner_latitude':
      return number(p.latitude, operator, Number(value))
    case 'is_company':
      return (p.is_company === value) === (operator === '=')
    case 'parent_id': {
      if (operator === 'any' || operator === 'not any')
        return (p.parent !== null && evaluate(p.parent, value as Domain)) === (operator === 'any')
      const matches = value === false ? p.parent === null : p.parent?.id === value
      return matches !== negative(operator)
    }
    case 'child_ids': {
      if (operator === 'any' || operator === 'not any')
        return visible(p.children).some((c) => evaluate(c, value as Domain)) === (operator === 'any')
      return (p.children.length === 0) === (operator === '=')
    }
    case 'category_id':
      return (value === false ? p.tags.length === 0 : p.tags.includes(String(value))) !== negative(operator)
    case 'id': {
      const ids = value as number
      if (operator === 'child_of') return chain(p).some((x) => x.id === ids)
      const root = partners.find((x) => x.id === ids)
      return root !== undefined && chain(root).includes(p)
    }
    default:
      throw new Error(path)
  }
}

function chain(p: Partner): Partner[] {
  return p.parent ? [p, ...chain(p.parent)] : [p]
}

const opposites: Readonly<Record<string, string>> = {
  '=': '!=',
  '!=': '=',
  in: 'not in',
  'not in': 'in',
  like: 'not like',
  'not like': 'like',
  ilike: 'not ilike',
  'not ilike': 'ilike',
  any: 'not any',
  'not any': 'any',
  '=like': 'not =like',
  '=ilike': 'not =ilike',
}

function evaluate(p: Partner, domain: Domain): boolean {
  let at = 0
  const next = (negated: boolean): boolean => {
    const item = domain[at++]
    if (item === '!') return next(!negated)
    if (item === '&' || item === '|') {
      const a = next(negated)
      const b = next(negated)
      return (item === '&') !== negated ? a && b : a || b
    }
    const [path, operator, value] = item as Leaf
    if (!negated) return leaf(p, [path, operator, value])
    const opposite = path.includes('.') ? undefined : opposites[operator]
    return opposite ? leaf(p, [path, opposite, value]) : !leaf(p, [path, operator, value])
  }
  let all = true
  while (at < domain.length) all = next(false) && all
  return all
}

const textOperators = ['=', '!=', 'like', 'ilike', 'not like', 'not ilike', '=like', '=ilike'] as const
const textValue = fc.constantFrom('Ghent', 'ghent', 'ann', 'A%', '%n%', 'b_b', '100%', 'é', 'Bob')
const simple: fc.Arbitrary<Leaf> = fc.oneof(
  fc.tuple(fc.constantFrom('name', 'city'), fc.constantFrom(...textOperators), textValue),
  fc.tuple(fc.constant('city'), fc.constantFrom('=', '!='), fc.constant(false)),
  fc.tuple(
    fc.constantFrom('name', 'city'),
    fc.constantFrom('in', 'not in'),
    fc.array(fc.oneof(textValue, fc.constant(false)), { maxLength: 3 }),
  ),
  fc.tuple(fc.constant('color'), fc.constantFrom('=', '!=', '<', '<=', '>', '>='), fc.constantFrom(0, 1, 4, 9)),
  fc.tuple(fc.constant('partner_latitude'), fc.constantFrom('=', '<', '>='), fc.constantFrom(0, 1.5, -2)),
  fc.tuple(fc.constant('is_company'), fc.constantFrom('=', '!='), fc.boolean()),
  fc.tuple(fc.constant('category_id'), fc.constantFrom('=', '!='), fc.constantFrom('red', 'Red', 'blue')),
  fc.tuple(fc.constant('category_id'), fc.constantFrom('=', '!='), fc.constant(false)),
  fc.tuple(fc.constantFrom('parent_id', 'child_ids'), fc.constantFrom('=', '!='), fc.constant(false)),
  fc.tuple(
    fc.constantFrom('parent_id.city', 'child_ids.name', 'parent_id.parent_id.name', 'child_ids.parent_id.city'),
    fc.constantFrom(...textOperators),
    textValue,
  ),
)
const anyLeaf: fc.Arbitrary<Leaf> = fc.oneof(
  { weight: 6, arbitrary: simple },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom('parent_id', 'child_ids'),
      fc.constantFrom('any', 'not any'),
      fc.array(simple, { maxLength: 2 }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constant('id'), fc.constantFrom('child_of', 'parent_of'), fc.integer({ min: 0, max: 39 })),
  },
)
const tree: fc.Arbitrary<Domain> = fc.letrec<{ node: Domain }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    anyLeaf.map((l): Domain => [l]),
    fc
      .tuple(fc.constantFrom('&' as const, '|' as const), tie('node'), tie('node'))
      .map(([op, a, b]): Domain => [op, ...a, ...b]),
    tie('node').map((a): Domain => ['!', ...a]),
  ),
})).node

test('a random domain finds the same records as an evaluator in memory, archived ones left out unless asked for', async () => {
  const seed = Number(process.env.HOLDFAST_SEED ?? Date.now() % 1_000_000)
  await withSystemEnv(tenant, 'property test', { mode: 'read' }, async (env) => {
    await fc.assert(
      fc.asyncProperty(tree, async (drawn) => {
        const domain = drawn.map((item) =>
          Array.isArray(item) && item[0] === 'id' ? [item[0], item[1], partners[item[2] as number]?.id ?? 0] : item,
        ) as Domain
        const found = await env.model('res.partner').search(andDomains([['ref', '=', 'PT']], domain), 0, null, 'id')
        const expected = partners.filter((p) => p.active && evaluate(p, domain)).map((p) => p.id)
        assert.deepEqual([...found.ids], expected, `seed ${seed}: ${JSON.stringify(domain)}`)
      }),
      { numRuns: Number(process.env.HOLDFAST_CASES ?? 1_500), seed },
    )
  })
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
    [[['create_date', '=', '']], 'ERR_DATE'],
    [[['create_date', '>', 'tomorrow']], 'ERR_DATE'],
    [[['color', '=', 'abc']], 'ERR_DOMAIN_VALUE'],
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
