/** A log on its way with its database: carried into another instance of the same tenant, or adopted by another tenant. */

import {
  auditTables,
  hasLog,
  type KeyVault,
  newestCheckpoint,
  readLog,
  recordAudit,
  rewrapSubjects,
  sealAll,
} from '../../framework/audit/index.ts'
import {
  copyIn,
  copyOut,
  id,
  openPool,
  type Pool,
  type Queryable,
  sql,
  type Transaction,
  withTransaction,
} from '../../framework/sql/index.ts'
import { type Home, keyVault, type TenantConnection } from '../tenants/index.ts'
import { pauseLog } from './pause.ts'

/** The tables of the tree with the columns that hold something of their own. */
const carried = {
  hf_audit_log: ['one', 'id', 'size', 'key', 'witness_key'],
  hf_audit_leaf: ['id', 'hash', 'entry', 'at', 'kind', 'model', 'ids', 'uid', 'channel', 'request_id'],
  hf_audit_node: ['level', 'index', 'hash'],
  hf_audit_subject: ['id', 'subject', 'key', 'erased_at'],
  hf_audit_checkpoint: ['size', 'note', 'at'],
} as const

export interface Carrying {
  readonly live: TenantConnection
  /** The instance that takes its place. */
  readonly into: TenantConnection
  /** Whether entries that wait there unsealed are in the live log already (a backup's), or were never sealed (an instance of before). */
  readonly pending: 'known' | 'own'
  /** What is told of it in the log, in words for programs: `database.restored`. */
  readonly kind: string
  readonly what: Readonly<Record<string, unknown>>
}

/**
 * Puts the live log, sealed to the last entry, in the place of the one in `into`. From then on the live one stands still.
 * @returns lets it go on; to be called when the instances were switched, or were not
 */
export async function carryLog(home: Home, { live, into, pending, kind, what }: Carrying): Promise<() => void> {
  const release = await pauseLog(home, live.id)
  const [from, to] = [live, into].map(({ address }) =>
    openPool({ ...address, max: 1, statementTimeoutMs: 0, applicationName: 'holdfast-audit' }),
  ) as [Pool, Pool]
  try {
    if (!(await hasLog(from))) return release
    await sealAll(from, keyVault(live.keys))
    for (const statement of auditTables) await to.query(statement, { prepared: false })
    await withTransaction(from, (source) => withTransaction(to, (target) => copyAll(source, target), { tries: 1 }), {
      tries: 1,
    })
    await withTransaction(to, async (tx) => {
      if (pending === 'known') await tx.query(sql`DELETE FROM hf_audit_pending`)
      await tell(tx, kind, what)
    })
    return release
  } catch (error) {
    release()
    throw error
  } finally {
    await from.close()
    await to.close()
  }
}

async function copyAll(source: Transaction, target: Transaction): Promise<void> {
  for (const [table, columns] of Object.entries(carried)) {
    await target.query(sql`DELETE FROM ${id('app', table)}`)
    await copyIn(target, { schema: 'app', table, columns }, copyOut(source, { schema: 'app', table, columns }))
  }
}

/**
 * Makes a log that came with a copy of a database the new tenant's own: its entries stay, checkpoints of the other origin go,
 * and the newest of them is told in the first new entry.
 * @param from opens the keys of people; `null`: nobody here can, and what they seal counts as erased
 */
export async function adoptLog(tx: Queryable, from: KeyVault | null, to: KeyVault): Promise<void> {
  if (!(await hasLog(tx))) return
  const { size } = await readLog(tx)
  const newest = await newestCheckpoint(tx)
  await tx.query(sql`DELETE FROM hf_audit_checkpoint`)
  await tx.query(sql`UPDATE hf_audit_log SET key = NULL, witness_key = NULL`)
  if (from === null)
    await tx.query(sql`UPDATE hf_audit_subject SET key = NULL, erased_at = now() WHERE key IS NOT NULL`)
  else await rewrapSubjects(tx, from, to)
  if (size > 0) await tell(tx, 'log.continued', { size, checkpoint: newest?.note ?? null })
}

function tell(tx: Queryable, kind: string, what: Readonly<Record<string, unknown>>): Promise<void> {
  const actor = { uid: null, forUid: null, requestId: '', channel: 'command', source: null }
  return recordAudit(tx, actor, [{ kind, what }])
}
