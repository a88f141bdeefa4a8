/**
 * The login throttle, in the database so that all processes count together. A try is counted as a failure before the
 * password is looked at and taken back when it was right: tries sent all at once get no free guesses.
 */

import { RateLimitError } from '../../errors.ts'
import { type Pool, sql } from '../../sql/index.ts'
import { readSettings, settings } from '../settings.ts'
import { accountKey, sourceKey } from './account.ts'

/** Failures of one account per hour from sources that have never signed in to it. NIST SP 800-63B §3.2.2 allows 100 in a row. */
export const strangeFailuresPerHour = 50

const longestCooldownSeconds = 900
// Who signed in from a source this recently is not locked out there by the failures of others.
const knownSourceDays = 90
const everywhere = '*'

/** A counted try; `succeeded` takes it back. */
export interface Try {
  succeeded(): Promise<void>
}

/**
 * Counts a try of an account from a source.
 * @throws RateLimitError ERR_AUTH_COOLDOWN while the pair cools down, or strangers have used up the account's budget
 */
// Keeps promise: passwords/login-cooldown
export async function beginTry(db: Pool, login: string, address: string): Promise<Try> {
  const account = accountKey(login)
  const source = sourceKey(address)
  const { after, seconds } = await readSettings(db, {
    after: settings.cooldownAfter,
    seconds: settings.cooldownSeconds,
  })
  const pair = await countPair(db, account, source, after, seconds)
  if (pair.refused) throw coolingDown(pair.waitSeconds)
  if (!pair.known) {
    const waitSeconds = await countStranger(db, account)
    if (waitSeconds > 0) throw coolingDown(waitSeconds)
  }
  return { succeeded: () => forget(db, account, source, !pair.known) }
}

/** Removes counts that no longer matter. */
export async function pruneFailures(db: Pool): Promise<void> {
  await db.query(sql`
    DELETE FROM hf_login_failure WHERE last_failure_at < now() - interval '1 day'
      AND (succeeded_at IS NULL OR succeeded_at < now() - make_interval(days => ${knownSourceDays}))`)
}

interface PairState extends Record<string, unknown> {
  readonly refused: boolean
  readonly known: boolean
  readonly waitSeconds: number
}

// One statement, so that two processes cannot both see the last free try. A refused try changes nothing but `refused`:
// knocking during a cool-down does not make it longer. An hour without failures forgets the earlier ones.
async function countPair(
  db: Pool,
  account: Buffer,
  source: string,
  after: number,
  seconds: number,
): Promise<PairState> {
  const most = Math.max(longestCooldownSeconds, seconds)
  const rows = await db.query<PairState>(sql`
    INSERT INTO hf_login_failure AS f (account, source, failures, blocked_until)
    VALUES (${account}, ${source}, 1, CASE WHEN ${after}::int <= 1 THEN now() + make_interval(secs => ${seconds}) END)
    ON CONFLICT (account, source) DO UPDATE SET
      refused = coalesce(f.blocked_until > now(), false),
      failures = CASE WHEN f.blocked_until > now() THEN f.failures WHEN f.last_failure_at < now() - interval '1 hour' THEN 1 ELSE f.failures + 1 END,
      last_failure_at = CASE WHEN f.blocked_until > now() THEN f.last_failure_at ELSE now() END,
      blocked_until = CASE
        WHEN f.blocked_until > now() THEN f.blocked_until
        WHEN f.last_failure_at < now() - interval '1 hour' THEN CASE WHEN ${after}::int <= 1 THEN now() + make_interval(secs => ${seconds}) END
        WHEN f.failures + 1 >= ${after}::int
          THEN now() + make_interval(secs => least(${most}::int, ${seconds}::int * power(2, least(20, f.failures + 1 - ${after}::int))))
        END
    RETURNING f.refused, coalesce(f.succeeded_at > now() - make_interval(days => ${knownSourceDays}), false) AS known,
      ceil(coalesce(extract(epoch FROM f.blocked_until - now()), 0))::int AS "waitSeconds"`)
  return rows[0] ?? { refused: true, known: false, waitSeconds: seconds }
}

// Seconds to wait when strangers have used up the account's budget of this hour, else 0.
async function countStranger(db: Pool, account: Buffer): Promise<number> {
  const [row] = await db.query<{ failures: number; wait: number }>(sql`
    INSERT INTO hf_login_failure AS f (account, source, failures) VALUES (${account}, ${everywhere}, 1)
    ON CONFLICT (account, source) DO UPDATE SET
      failures = CASE WHEN f.window_start < now() - interval '1 hour' THEN 1 ELSE least(f.failures + 1, ${strangeFailuresPerHour + 1}::int) END,
      window_start = CASE WHEN f.window_start < now() - interval '1 hour' THEN now() ELSE f.window_start END,
      last_failure_at = now()
    RETURNING f.failures, ceil(extract(epoch FROM f.window_start + interval '1 hour' - now()))::int AS wait`)
  return row === undefined || row.failures > strangeFailuresPerHour ? Math.max(1, row?.wait ?? 3600) : 0
}

async function forget(db: Pool, account: Buffer, source: string, counted: boolean): Promise<void> {
  await db.query(sql`
    UPDATE hf_login_failure SET failures = 0, blocked_until = NULL, refused = false, succeeded_at = now()
    WHERE account = ${account} AND source = ${source}`)
  if (!counted) return
  await db.query(sql`
    UPDATE hf_login_failure SET failures = greatest(0, failures - 1) WHERE account = ${account} AND source = ${everywhere}`)
}

function coolingDown(waitSeconds: number): RateLimitError {
  const wait = waitSeconds < 90 ? `${waitSeconds} seconds` : `${Math.ceil(waitSeconds / 60)} minutes`
  return new RateLimitError('ERR_AUTH_COOLDOWN', `Too many failed sign-ins. Wait ${wait} and try again.`, waitSeconds)
}
