/** When a record was changed last: what programs ask for that fetch only what is new. */

import { type Sql, sql } from '../../sql/index.ts'

/**
 * The time of a change: the beginning of its transaction, but always later than the record's own last one, whatever the
 * clock does. Two changes of one record never carry the same `write_date`, and a later one never an earlier.
 * @param last the record's `write_date` before the change
 */
export function laterThan(last: Sql): Sql {
  return sql`greatest(date_trunc('milliseconds', now() AT TIME ZONE 'UTC'), ${last} + INTERVAL '1 millisecond')`
}
