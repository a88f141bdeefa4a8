/** `<`, `<=`, `>`, `>=` on everything that has an order. */

import { type Sql, sql } from '../../sql/index.ts'
import type { Overload, Value } from './overload.ts'
import { compareTexts, costOf } from './texts.ts'

function compare(a: Value | undefined, b: Value | undefined): number {
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b)
  return (a as bigint) < (b as bigint) ? -1 : a === b ? 0 : 1
}

const operators: readonly (readonly [string, (order: number) => boolean, Sql])[] = [
  ['<', (order) => order < 0, sql`<`],
  ['<=', (order) => order <= 0, sql`<=`],
  ['>', (order) => order > 0, sql`>`],
  ['>=', (order) => order >= 0, sql`>=`],
]

const ordered = ['int', 'decimal', 'string', 'bool', 'date', 'datetime', 'days', 'duration'] as const

export const order: readonly Overload[] = operators.flatMap(([name, holds, sign]) =>
  ordered.map(
    (type): Overload => ({
      name,
      takes: [type, type],
      gives: 'bool',
      total: true,
      run: ([a, b], around) => {
        if (type === 'string') around.spend(costOf(a as string) + costOf(b as string))
        return holds(compare(a, b))
      },
      sql: ([a, b]) =>
        type === 'string' ? sql`(${a as Sql} COLLATE "C" ${sign} ${b as Sql})` : sql`(${a as Sql} ${sign} ${b as Sql})`,
    }),
  ),
)
