/** Operators and functions on numbers, days and durations. */

import { type Sql, sql } from '../../sql/index.ts'
import { divideRounded, unit, whole, within } from '../run/numbers.ts'
import type { Overload, Value } from './overload.ts'

const big = (value: Value | undefined): bigint => value as bigint

/** A numeric as int8, where 64 bits hold it. The value is named once, so that nested operations do not multiply. */
export function wholeSql(value: Sql): Sql {
  return sql`(SELECT CASE WHEN q.v BETWEEN -9223372036854775808 AND 9223372036854775807 THEN q.v::int8 END FROM (SELECT ${value} AS v OFFSET 0) q)`
}

function withinSql(value: Sql): Sql {
  return sql`(SELECT CASE WHEN abs(q.v) < 10000000000000000000000000 THEN q.v END FROM (SELECT ${value} AS v OFFSET 0) q)`
}

type Pair = (a: bigint, b: bigint) => bigint | undefined

// Whole numbers are computed as numeric and looked at afterwards: int8 itself would end the statement with an error.
function ofWhole(name: string, run: Pair, write: (a: Sql, b: Sql) => Sql): Overload[] {
  return (['int', 'days', 'duration'] as const)
    .filter((type) => type === 'int' || name === '+' || name === '-')
    .map((type) => ({
      name,
      takes: [type, type],
      gives: type,
      run: ([a, b]) => {
        const result = run(big(a), big(b))
        return result === undefined ? undefined : whole(result)
      },
      sql: ([a, b]) => wholeSql(write(sql`${a as Sql}::numeric`, sql`${b as Sql}::numeric`)),
    }))
}

function ofDecimals(name: string, run: Pair, write: (a: Sql, b: Sql) => Sql): Overload {
  return {
    name,
    takes: ['decimal', 'decimal'],
    gives: 'decimal',
    run: ([a, b]) => {
      const result = run(big(a), big(b))
      return result === undefined ? undefined : within(result)
    },
    sql: ([a, b]) => withinSql(write(a as Sql, b as Sql)),
  }
}

// div() gives the whole part of a quotient exactly; PostgreSQL's own `/` chooses how many places it gives.
const quotient = (a: Sql, b: Sql): Sql =>
  sql`(SELECT sign(p.a) * sign(p.b) * div(2 * abs(p.a) * 1000000000000 + abs(p.b), NULLIF(2 * abs(p.b), 0)) * 0.000000000001 FROM (SELECT ${a} AS a, ${b} AS b OFFSET 0) p)`

export const arithmetic: readonly Overload[] = [
  ...ofWhole(
    '+',
    (a, b) => a + b,
    (a, b) => sql`${a} + ${b}`,
  ),
  ...ofWhole(
    '-',
    (a, b) => a - b,
    (a, b) => sql`${a} - ${b}`,
  ),
  ...ofWhole(
    '*',
    (a, b) => a * b,
    (a, b) => sql`${a} * ${b}`,
  ),
  // Both cut towards zero, and the remainder has the sign of the dividend.
  ...ofWhole(
    '/',
    (a, b) => (b === 0n ? undefined : a / b),
    (a, b) => sql`div(${a}, NULLIF(${b}, 0))`,
  ),
  ...ofWhole(
    '%',
    (a, b) => (b === 0n ? undefined : a % b),
    (a, b) => sql`mod(${a}, NULLIF(${b}, 0))`,
  ),
  ofDecimals(
    '+',
    (a, b) => a + b,
    (a, b) => sql`${a} + ${b}`,
  ),
  ofDecimals(
    '-',
    (a, b) => a - b,
    (a, b) => sql`${a} - ${b}`,
  ),
  ofDecimals(
    '*',
    (a, b) => divideRounded(a * b, unit),
    (a, b) => sql`round(${a} * ${b}, 12)`,
  ),
  ofDecimals('/', (a, b) => (b === 0n ? undefined : divideRounded(a * unit, b)), quotient),
  ...(['int', 'days', 'duration'] as const).map(
    (type): Overload => ({
      name: 'negate',
      takes: [type],
      gives: type,
      run: ([a]) => whole(-big(a)),
      sql: ([a]) => wholeSql(sql`-(${a as Sql}::numeric)`),
    }),
  ),
  {
    name: 'negate',
    takes: ['decimal'],
    gives: 'decimal',
    total: true,
    run: ([a]) => -big(a),
    sql: ([a]) => sql`(-${a as Sql})`,
  },
  {
    name: 'abs',
    takes: ['int'],
    gives: 'int',
    run: ([a]) => whole(big(a) < 0n ? -big(a) : big(a)),
    sql: ([a]) => wholeSql(sql`abs(${a as Sql}::numeric)`),
  },
  {
    name: 'abs',
    takes: ['decimal'],
    gives: 'decimal',
    total: true,
    run: ([a]) => (big(a) < 0n ? -big(a) : big(a)),
    sql: ([a]) => sql`abs(${a as Sql})`,
  },
  {
    name: 'round',
    takes: ['decimal', 'int'],
    gives: 'decimal',
    run: ([a, n]) => {
      const digits = big(n)
      if (digits < 0n || digits > 12n) return undefined
      const step = 10n ** (12n - digits)
      return divideRounded(big(a), step) * step
    },
    sql: ([a, n]) =>
      sql`(SELECT CASE WHEN q.n BETWEEN 0 AND 12 THEN round(q.v, q.n::int4) END FROM (SELECT ${a as Sql} AS v, ${n as Sql} AS n OFFSET 0) q)`,
  },
  {
    // The whole part, as CEL's int(double).
    name: 'int',
    takes: ['decimal'],
    gives: 'int',
    run: ([a]) => whole(big(a) / unit),
    sql: ([a]) => wholeSql(sql`trunc(${a as Sql})`),
  },
  {
    name: 'string',
    takes: ['int'],
    gives: 'string',
    total: true,
    run: ([a]) => big(a).toString(),
    sql: ([a]) => sql`${a as Sql}::text`,
  },
]
