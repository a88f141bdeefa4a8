/** Functions on texts. Letters are compared by their code points, and only a–z have another case: in every language alike. */

import { type Sql, sql } from '../../sql/index.ts'
import type { Overload, Value } from './overload.ts'

const text = (value: Value | undefined): string => value as string

/** How many steps a text costs. */
export const costOf = (value: string): number => 1 + Math.floor(value.length / 64)

function pair(name: string, run: (a: string, b: string) => boolean, write: (a: Sql, b: Sql) => Sql): Overload {
  return {
    name,
    takes: ['string', 'string'],
    gives: 'bool',
    total: true,
    run: ([a, b], around) => {
      around.spend(costOf(text(a)) + costOf(text(b)))
      return run(text(a), text(b))
    },
    sql: ([a, b]) => write(a as Sql, b as Sql),
  }
}

export const texts: readonly Overload[] = [
  {
    name: '+',
    takes: ['string', 'string'],
    gives: 'string',
    total: true,
    run: ([a, b], around) => {
      around.spend(costOf(text(a)) + costOf(text(b)))
      return text(a) + text(b)
    },
    sql: ([a, b]) => sql`(${a as Sql} || ${b as Sql})`,
  },
  // No pattern language: what the text holds is what is looked for.
  pair(
    'startsWith',
    (a, b) => a.startsWith(b),
    (a, b) => sql`starts_with(${a}, ${b})`,
  ),
  pair(
    'contains',
    (a, b) => a.includes(b),
    (a, b) => sql`(strpos(${a}, ${b}) > 0)`,
  ),
  pair(
    'endsWith',
    (a, b) => a.endsWith(b),
    (a, b) => sql`(SELECT right(q.a, length(q.b)) = q.b FROM (SELECT ${a} AS a, ${b} AS b OFFSET 0) q)`,
  ),
  {
    name: 'size',
    takes: ['string'],
    gives: 'int',
    total: true,
    run: ([a], around) => {
      around.spend(costOf(text(a)))
      return BigInt([...text(a)].length)
    },
    sql: ([a]) => sql`length(${a as Sql})::int8`,
  },
  {
    name: 'lower',
    takes: ['string'],
    gives: 'string',
    total: true,
    run: ([a], around) => {
      around.spend(costOf(text(a)))
      return text(a).replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    },
    sql: ([a]) => sql`translate(${a as Sql}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')`,
  },
  {
    name: 'upper',
    takes: ['string'],
    gives: 'string',
    total: true,
    run: ([a], around) => {
      around.spend(costOf(text(a)))
      return text(a).replace(/[a-z]+/g, (letters) => letters.toUpperCase())
    },
    sql: ([a]) => sql`translate(${a as Sql}, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')`,
  },
]

/** Below 0, 0 or above: by code points, as UTF-8 sorts. (JavaScript's `<` sorts by halves of surrogate pairs.) */
export function compareTexts(a: string, b: string): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x === y) continue
    const isHalf = (code: number) => code >= 0xd800 && code <= 0xdfff
    if (isHalf(x) !== isHalf(y)) return isHalf(x) ? 1 : -1
    return x - y
  }
  return a.length - b.length
}
