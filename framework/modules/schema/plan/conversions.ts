/** Which column may become one of another type: how its values are converted, and which of them cannot be. */

import { id, type Sql, sql } from '../../../sql/index.ts'
import { typeSql } from './column-types.ts'

/** What a `jsonb` column holds: texts by language, values by company, or any JSON. */
export type JsonShape = 'languages' | 'companies' | 'free'

/** A conversion that gives every value back as it was, for all values but those that `unfit` finds. */
export interface Conversion {
  /** The new value; absent where PostgreSQL's own assignment does. */
  readonly using?: Sql
  /** True for a value that would be cut, rounded or refused; absent where there is none. */
  readonly unfit?: Sql
  /** What the values would have to be: "no whole numbers". */
  readonly fault?: string
}

type Rule = (column: Sql) => Conversion

const plain: Rule = () => ({})
const asText: Rule = (c) => ({ using: sql`${c}::text` })
const text = /^(varchar|text)$/

const wholeNumber = (low: string, high: string): Rule => {
  const [from, to] = [sql`${low}::numeric`, sql`${high}::numeric`]
  return (c) => ({
    using: sql`CASE WHEN btrim(${c}) <> '' THEN btrim(${c})::int8 END`,
    unfit: sql`btrim(${c}) <> '' AND NOT CASE WHEN btrim(${c}) ~ '^(0|-?[1-9][0-9]{0,18})$' THEN btrim(${c})::numeric BETWEEN ${from} AND ${to} ELSE false END`,
    fault: 'are no whole numbers that it can hold',
  })
}

const rounded =
  (type: 'int4' | 'int8'): Rule =>
  (c) => ({
    using: sql`${c}::${typeSql(type)}`,
    unfit: sql`NOT CASE WHEN ${c}::text ~ '^-?[0-9]+(\\.[0-9]+)?$' THEN ${c}::numeric = trunc(${c}::numeric) AND abs(${c}::numeric) <= ${type === 'int4' ? '2147483647' : '9007199254740991'}::numeric ELSE false END`,
    fault: 'are no whole numbers that it can hold',
  })

const decimal =
  (type: 'float8' | 'numeric'): Rule =>
  (c) => ({
    using: sql`CASE WHEN btrim(${c}) <> '' THEN btrim(${c})::${typeSql(type)} END`,
    unfit: sql`btrim(${c}) <> '' AND NOT CASE WHEN btrim(${c}) ~ '^-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?$' THEN ${
      type === 'numeric' ? sql`true` : sql`btrim(${c})::numeric = btrim(${c})::float8::text::numeric`
    } ELSE false END`,
    fault: 'are no numbers that it can hold exactly',
  })

// A day that the calendar has: the month's last day is that before the next month's first.
const isDay = (c: Sql): Sql =>
  sql`CASE WHEN ${c} ~ '^[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])' THEN substr(${c}, 9, 2)::int4 <=
    extract(day FROM make_date(substr(${c}, 1, 4)::int4, substr(${c}, 6, 2)::int4, 1) + interval '1 month - 1 day') ELSE false END`

const rules: Readonly<Record<string, Rule>> = {
  'int4 int8': plain,
  'int4 numeric': plain,
  'int8 numeric': plain,
  'int4 float8': plain,
  'varchar text': plain,
  'text varchar': plain,
  'date timestamp': plain,
  'float8 numeric': (c) => ({
    // Its shortest text is the number that people wrote; a cast would keep fifteen digits.
    using: sql`${c}::text::numeric`,
    unfit: sql`${c}::text !~ '^-?[0-9]'`,
    fault: 'are no numbers',
  }),
  'numeric float8': (c) => ({
    using: sql`${c}::float8`,
    unfit: sql`${c}::float8::text::numeric <> ${c}`,
    fault: 'have more digits than it can hold',
  }),
  'int8 int4': (c) => ({
    using: sql`${c}::int4`,
    unfit: sql`${c} NOT BETWEEN -2147483648 AND 2147483647`,
    fault: 'are larger than it can hold',
  }),
  'numeric int4': rounded('int4'),
  'numeric int8': rounded('int8'),
  'float8 int4': rounded('int4'),
  'float8 int8': rounded('int8'),
  'bool int4': (c) => ({ using: sql`${c}::int4` }),
  'int4 bool': (c) => ({ using: sql`${c} <> 0`, unfit: sql`${c} NOT IN (0, 1)`, fault: 'are neither 0 nor 1' }),
  'timestamp date': (c) => ({
    using: sql`${c}::date`,
    unfit: sql`${c} <> date_trunc('day', ${c})`,
    fault: 'have a time of day',
  }),
  'text int4': wholeNumber('-2147483648', '2147483647'),
  'text int8': wholeNumber('-9007199254740991', '9007199254740991'),
  'text float8': decimal('float8'),
  'text numeric': decimal('numeric'),
  'text bool': (c) => ({
    using: sql`CASE WHEN btrim(${c}) <> '' THEN lower(btrim(${c}))::bool END`,
    unfit: sql`lower(btrim(${c})) NOT IN ('', 'true', 'false')`,
    fault: "are neither 'true' nor 'false'",
  }),
  'text date': (c) => ({
    using: sql`CASE WHEN btrim(${c}) <> '' THEN btrim(${c})::date END`,
    unfit: sql`btrim(${c}) <> '' AND NOT (length(btrim(${c})) = 10 AND ${isDay(sql`btrim(${c})`)})`,
    fault: 'are no dates of the form 2026-12-31',
  }),
  'text timestamp': (c) => ({
    using: sql`CASE WHEN btrim(${c}) <> '' THEN btrim(${c})::timestamp END`,
    unfit: sql`btrim(${c}) <> '' AND NOT (substr(btrim(${c}), 11) ~ '^([ T]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])?$' AND ${isDay(sql`btrim(${c})`)})`,
    fault: 'are no points in time of the form 2026-12-31 23:59:59',
  }),
  'text jsonb': (c) => ({
    // The field became translatable: what is there is the text of the source language.
    using: sql`CASE WHEN ${c} IS NOT NULL THEN jsonb_build_object('en_US', ${c}) END`,
  }),
  'jsonb text': (c) => ({
    using: sql`${c} ->> 'en_US'`,
    unfit: sql`${c} <> jsonb_build_object('en_US', ${c} ->> 'en_US') AND (${c} ->> 'en_US' IS NULL OR EXISTS (SELECT 1 FROM jsonb_each_text(${c}) AS other WHERE other.value <> ${c} ->> 'en_US'))`,
    fault: 'have texts in several languages, of which it would keep one',
  }),
}

/**
 * How a column of one type becomes one of another; `null` where no conversion keeps the values.
 * @param shape what a `jsonb` on either side holds
 */
export function conversion(column: string, from: string, to: string, shape: JsonShape): Conversion | null {
  if ((from === 'jsonb' || to === 'jsonb') && shape !== 'languages') return null
  const source = id(column)
  const exact = rules[`${from} ${to}`]
  if (exact) return exact(source)
  if (text.test(to) && ['int4', 'int8', 'numeric', 'float8', 'bool', 'date', 'timestamp'].includes(from))
    return asText(source)
  const general = rules[`${text.test(from) ? 'text' : from} ${text.test(to) ? 'text' : to}`]
  return general ? general(source) : null
}
