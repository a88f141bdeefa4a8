/** Removes what is over, for the daily upkeep of a tenant. */

import { type Pool, sql } from '../sql/index.ts'
import { pruneFailures } from './throttle/throttle.ts'

/** Sessions that ended, links that were used or have expired, failed sign-ins that no longer count. Expired API keys stay. */
export async function removeExpired(db: Pool): Promise<void> {
  await db.query(sql`DELETE FROM hf_session
    WHERE expires_at < now() OR last_seen_at < now() - make_interval(secs => idle_seconds)`)
  await db.query(sql`DELETE FROM hf_one_time_link WHERE used_at IS NOT NULL OR expires_at < now()`)
  await pruneFailures(db)
}
