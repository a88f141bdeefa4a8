/** `holdfast audit erase`. */

import { eraseSubject, recordAudit } from '../../../../framework/audit/index.ts'
import { UserError } from '../../../../framework/errors.ts'
import { sql, withTransaction } from '../../../../framework/sql/index.ts'
import { UsageError } from '../../command/exit-codes.ts'
import { argument, homeVerb, isSet, type VerbArgs } from '../../command/verb.ts'
import type { Hosting } from '../../hosting/hosting.ts'
import { plain } from '../../output/terminal.ts'
import { count } from '../../output/words.ts'
import { recordOf } from '../tenant/change.ts'

interface Erased {
  readonly tenant: string
  readonly subject: string
  /** Keys that were destroyed; 0 when the log holds nothing personal of this subject. */
  readonly keys: number
}

/** Destroys the key of a person's data in an audit log; the entries stay and still verify. */
export const auditErase = homeVerb<Erased>({
  name: 'audit erase',
  summary: 'Make unreadable for ever what an audit log holds of a person',
  details: `Destroys the key under which personal parts of this subject were sealed: res.partner,17 or res.users,7 (network
addresses of a user), anonymous,2026-12 (addresses of nobody known, of a month). Entries stay, and the log still verifies. The
log tells that it happened. Backups hold the key until they expire.`,
  arguments: [
    { name: 'NAME', isRequired: true, doc: 'name of the database' },
    { name: 'SUBJECT', isRequired: true, doc: 'model and number, such as res.partner,17' },
  ],
  options: { yes: { doc: 'needed: it cannot be undone' } },
  examples: ['holdfast audit erase acme res.partner,17 --yes'],
  home: 'need',
  plan: async (hosting, args) => {
    const { name, subject, pool } = await parse(hosting, args)
    const [row] = await pool.query<{ n: number }>(
      sql`SELECT count(*)::int4 AS n FROM hf_audit_subject WHERE subject = ${subject} AND key IS NOT NULL`,
    )
    return [`destroy ${count(row?.n ?? 0, 'key')} of ${subject} in the audit log of ${name}`, 'tell of it in the log']
  },
  run: async (hosting, args) => {
    const { name, subject, pool } = await parse(hosting, args)
    if (!isSet(args, 'yes'))
      throw new UserError(
        'ERR_NOT_CONFIRMED',
        `Nothing was erased: what the audit log holds of ${plain(subject)} would be unreadable for ever. If you mean it, add --yes.`,
      )
    const keys = await withTransaction(pool, async (tx) => {
      const erased = await eraseSubject(tx, subject)
      const actor = { uid: null, forUid: null, requestId: '', channel: 'command', source: null }
      await recordAudit(tx, actor, [{ kind: 'audit.erased', what: { subject, keys: erased } }])
      return erased
    })
    return { tenant: name, subject, keys }
  },
  print: ({ tenant, subject, keys }, { green, bold, dim }) =>
    keys === 0
      ? dim(`The audit log of ${tenant} holds nothing personal of ${plain(subject)}, or it was erased before.`)
      : `${green('✓')} What the audit log of ${bold(tenant)} held of ${plain(subject)} is unreadable for ever.`,
})

/** The log is sealed to the last entry first: what waits in plain would be sealed under a new key afterwards. */
async function parse(hosting: Hosting, args: VerbArgs) {
  const { name } = recordOf(hosting.home, argument(args, 'NAME'))
  const subject = argument(args, 'SUBJECT')
  if (!/^[a-z][a-z0-9_.]*,[0-9][0-9-]{0,9}$/.test(subject))
    throw new UsageError(`'${plain(subject)}' is no subject; write model and number, such as res.partner,17.`)
  return { name, subject, pool: (await hosting.audit.open(name)).pool }
}
