/** One function or operator for one list of types: what it gives in JavaScript and in PostgreSQL, side by side. */

import type { Sql } from '../../sql/index.ts'
import type { Simple } from '../types/type.ts'

/**
 * Values of the interpreter. Whole numbers, ids and days are bigint; decimals too, in units of 10^-12; durations in seconds. Dates
 * are `2024-02-29`, points in time `2024-02-29 12:00:00` in UTC.
 */
export type Value = bigint | string | boolean | null | readonly Value[]

/** What functions may depend on besides their arguments. */
export interface Surroundings {
  /** Name of the time zone in which people read points in time. */
  readonly zone: string
  /** Pays for work that grows with its input. */
  spend(steps: number): void
}

export interface Overload {
  readonly name: string
  readonly takes: readonly Simple[]
  readonly gives: Simple
  /** There is a result for all arguments. */
  readonly total?: boolean
  /** Arguments are never null; `undefined`: there is no result. */
  run(args: readonly Value[], around: Surroundings): Value | undefined
  /** NULL where there is no result, and where an argument is NULL. It never fails, whatever the arguments are. */
  sql(args: readonly Sql[], around: { readonly zone: string }): Sql
}
