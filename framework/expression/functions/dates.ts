/** Dates, points in time and what lies between them. A point in time has parts only in a time zone: that of the call. */

import { literal, type Sql, sql } from '../../sql/index.ts'
import { dateIn, partsIn, plusDays, plusSeconds, secondsOf } from '../run/moments.ts'
import { whole } from '../run/numbers.ts'
import { wholeSql } from './arithmetic.ts'
import type { Overload, Value } from './overload.ts'

const big = (value: Value | undefined): bigint => value as bigint
const text = (value: Value | undefined): string => value as string

// The bounds are those of `run/moments.ts`.
const addDays = (day: Sql, count: Sql): Sql =>
  sql`(SELECT CASE WHEN r.d BETWEEN DATE '0001-01-01' AND DATE '9999-12-31' THEN r.d END FROM (SELECT CASE WHEN q.n BETWEEN -1700000 AND 1700000 THEN q.d + q.n::int4 END AS d FROM (SELECT ${day} AS d, ${count} AS n OFFSET 0) q OFFSET 0) r)`

const addSeconds = (moment: Sql, count: Sql): Sql =>
  sql`(SELECT CASE WHEN r.t BETWEEN TIMESTAMP '0001-01-01' AND TIMESTAMP '9999-12-31 23:59:59' THEN r.t END FROM (SELECT CASE WHEN q.n BETWEEN -140000000000 AND 140000000000 THEN q.t + make_interval(secs => q.n::float8) END AS t FROM (SELECT ${moment} AS t, ${count} AS n OFFSET 0) q OFFSET 0) r)`

const minus = (count: Sql): Sql => wholeSql(sql`-(${count}::numeric)`)
const local = (moment: Sql, zone: string): Sql => sql`(${moment} AT TIME ZONE 'UTC' AT TIME ZONE ${literal(zone)})`

const lengths: readonly (readonly [string, bigint, Sql])[] = [
  ['hours', 3_600n, sql`3600`],
  ['minutes', 60n, sql`60`],
]

const parts: readonly (readonly [string, Sql, number, boolean])[] = [
  ['year', sql`YEAR`, 0, true],
  ['month', sql`MONTH`, 1, true],
  ['day', sql`DAY`, 2, true],
  ['hour', sql`HOUR`, 3, false],
  ['minute', sql`MINUTE`, 4, false],
  ['weekday', sql`ISODOW`, 6, true],
]

export const dates: readonly Overload[] = [
  {
    name: '+',
    takes: ['date', 'days'],
    gives: 'date',
    run: ([day, n]) => plusDays(text(day), big(n)),
    sql: ([day, n]) => addDays(day as Sql, n as Sql),
  },
  {
    name: '+',
    takes: ['days', 'date'],
    gives: 'date',
    run: ([n, day]) => plusDays(text(day), big(n)),
    sql: ([n, day]) => addDays(day as Sql, n as Sql),
  },
  {
    name: '-',
    takes: ['date', 'days'],
    gives: 'date',
    run: ([day, n]) => plusDays(text(day), -big(n)),
    sql: ([day, n]) => addDays(day as Sql, minus(n as Sql)),
  },
  {
    name: '-',
    takes: ['date', 'date'],
    gives: 'days',
    total: true,
    run: ([a, b]) => (secondsOf(text(a)) - secondsOf(text(b))) / 86_400n,
    sql: ([a, b]) => sql`(${a as Sql} - ${b as Sql})::int8`,
  },
  {
    name: '+',
    takes: ['datetime', 'duration'],
    gives: 'datetime',
    run: ([moment, n]) => plusSeconds(text(moment), big(n)),
    sql: ([moment, n]) => addSeconds(moment as Sql, n as Sql),
  },
  {
    name: '+',
    takes: ['duration', 'datetime'],
    gives: 'datetime',
    run: ([n, moment]) => plusSeconds(text(moment), big(n)),
    sql: ([n, moment]) => addSeconds(moment as Sql, n as Sql),
  },
  {
    name: '-',
    takes: ['datetime', 'duration'],
    gives: 'datetime',
    run: ([moment, n]) => plusSeconds(text(moment), -big(n)),
    sql: ([moment, n]) => addSeconds(moment as Sql, minus(n as Sql)),
  },
  {
    name: '-',
    takes: ['datetime', 'datetime'],
    gives: 'duration',
    total: true,
    run: ([a, b]) => secondsOf(text(a)) - secondsOf(text(b)),
    sql: ([a, b]) => sql`EXTRACT(EPOCH FROM (${a as Sql} - ${b as Sql}))::int8`,
  },
  { name: 'days', takes: ['int'], gives: 'days', total: true, run: ([n]) => big(n), sql: ([n]) => n as Sql },
  { name: 'dayCount', takes: ['days'], gives: 'int', total: true, run: ([n]) => big(n), sql: ([n]) => n as Sql },
  ...lengths.map(
    ([name, seconds, factor]): Overload => ({
      name,
      takes: ['int'],
      gives: 'duration',
      run: ([n]) => whole(big(n) * seconds),
      sql: ([n]) => wholeSql(sql`${n as Sql}::numeric * ${factor}`),
    }),
  ),
  {
    name: 'date',
    takes: ['datetime'],
    gives: 'date',
    run: ([moment], around) => {
      around.spend(20)
      return dateIn(around.zone, text(moment))
    },
    sql: ([moment], { zone }) =>
      sql`(SELECT CASE WHEN q.d BETWEEN DATE '0001-01-01' AND DATE '9999-12-31' THEN q.d END FROM (SELECT ${local(moment as Sql, zone)}::date AS d OFFSET 0) q)`,
  },
  ...parts.flatMap(([name, part, index, hasDate]): Overload[] => [
    {
      name,
      takes: ['datetime'],
      gives: 'int',
      total: true,
      run: ([moment], around) => {
        around.spend(20)
        return BigInt(partsIn(around.zone, text(moment))[index] ?? 0)
      },
      sql: ([moment], { zone }) => sql`EXTRACT(${part} FROM ${local(moment as Sql, zone)})::int8`,
    },
    ...(hasDate
      ? [
          {
            name,
            takes: ['date'],
            gives: 'int',
            total: true,
            run: ([day]: readonly Value[]) => BigInt(partsIn('UTC', `${text(day)} 00:00:00`)[index] ?? 0),
            sql: ([day]: readonly Sql[]) => sql`EXTRACT(${part} FROM ${day as Sql})::int8`,
          } as const,
        ]
      : []),
  ]),
]
