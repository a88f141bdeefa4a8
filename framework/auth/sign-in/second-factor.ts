/** Whether somebody signs in with more than a password. Whoever adds or removes a factor writes the row and moves the epoch. */

import { type Queryable, sql } from '../../sql/index.ts'

/** Asked after a password was found right, where no second factor could be shown. */
export async function hasSecondFactor(db: Queryable, uid: number): Promise<boolean> {
  const rows = await db.query(sql`SELECT 1 AS one FROM hf_second_factor WHERE uid = ${uid}`)
  return rows.length > 0
}
