/** All functions and operators by name. What is not in this table cannot be called. */

import { type Sql, sql } from '../../sql/index.ts'
import { arithmetic } from './arithmetic.ts'
import { dates } from './dates.ts'
import { order } from './order.ts'
import type { Overload } from './overload.ts'
import { texts } from './texts.ts'

const not: Overload = {
  name: '!',
  takes: ['bool'],
  gives: 'bool',
  total: true,
  run: ([a]) => !a,
  sql: ([a]) => sql`(NOT ${a as Sql})`,
}

const table = new Map<string, Overload[]>()
for (const one of [...arithmetic, ...texts, ...order, ...dates, not])
  table.set(one.name, [...(table.get(one.name) ?? []), one])

/** The overloads of a function or operator; none for an unknown name. */
export function overloadsOf(name: string): readonly Overload[] {
  return table.get(name) ?? []
}

/** Functions that take special arguments; the checker knows each of them. */
export const special = ['has', 'any', 'all', 'size', 'date', 'datetime', 'decimal', 'hasGroup'] as const

/** Names that can be called, for suggestions. */
export function functionNames(): string[] {
  const words = [...table.keys()].filter((name) => /^[a-z]/i.test(name) && name !== 'negate')
  return [...new Set([...words, ...special])]
}
