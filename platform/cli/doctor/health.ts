/** Judges what the owner of the home told. */

import { count, duration } from '../output/words.ts'
import { type Finding, finding, type Verdict } from './check.ts'
import type { InsideFacts } from './inside.ts'

const OLD_BACKUP_MS = 30 * 3_600_000
const FIRST_BACKUP_MS = 24 * 3_600_000

/** @param now against which ages are counted */
export function checkHealth(facts: InsideFacts, now: Date): Finding[] {
  return [
    checkPostgres(facts),
    checkService(facts),
    checkInstances(facts),
    checkBackups(facts, now),
    ...checkWitness(facts),
    checkLeftovers(facts),
  ]
}

function checkPostgres({ postgresVersion, controlMs, clockDifferenceMs }: InsideFacts): Finding {
  const isSlow = controlMs > 1_000 || Math.abs(clockDifferenceMs) > 5_000
  return finding(
    'postgres',
    'PostgreSQL',
    isSlow ? 'warn' : 'ok',
    `${postgresVersion}, answers in ${duration(controlMs)}`,
    'The machine is overloaded, or its disk is slow.',
  )
}

function checkService({ isServing, pid }: InsideFacts): Finding {
  return finding(
    'serving',
    'Service',
    isServing ? 'ok' : 'info',
    isServing ? `running as process ${pid}` : 'not running',
    `'holdfast up' starts it.`,
  )
}

function checkInstances({ tenants }: InsideFacts): Finding {
  const failed = tenants
    .filter(({ instance, state }) => state === 'active' && instance === 'failed')
    .map(({ name }) => name)
  const awake = tenants.filter(({ instance }) => instance === 'running').length
  const found =
    failed.length === 0 ? `${count(tenants.length, 'database')}, ${awake} awake` : `failed: ${failed.join(', ')}`
  return finding(
    'instances',
    'Databases',
    failed.length === 0 ? 'ok' : 'fail',
    found,
    `Look at postgres.log in the instance's folder; it is tried again at the next request.`,
  )
}

function checkBackups({ tenants, damagedBackups }: InsideFacts, now: Date): Finding {
  const isLate = (at: string | null, createdAt: string): boolean =>
    at === null
      ? now.getTime() - new Date(createdAt).getTime() > FIRST_BACKUP_MS
      : now.getTime() - new Date(at).getTime() > OLD_BACKUP_MS
  const late = tenants
    .filter(({ state, lastBackupAt, createdAt }) => state === 'active' && isLate(lastBackupAt, createdAt))
    .map(({ name }) => name)
  if (damagedBackups.length > 0) {
    return finding(
      'backups',
      'Backups',
      'fail',
      `damaged: ${damagedBackups.join(', ')}`,
      `Take new ones ('holdfast backup create NAME'), and look at the disk.`,
    )
  }
  const found =
    late.length === 0
      ? 'each active database has one of the last day, or is new'
      : `older than a day or none: ${late.join(', ')}`
  return finding(
    'backups',
    'Backups',
    late.length === 0 ? 'ok' : 'warn',
    found,
    `They are taken each night while 'holdfast up' runs; 'holdfast backup create NAME' takes one now.`,
  )
}

/** Nothing where nothing was ever signed. */
function checkWitness({ witness }: InsideFacts): Finding[] {
  const make = (verdict: Verdict, found: string, advice?: string): Finding[] => [
    finding('audit-witness', 'Witness of the audit logs', verdict, found, advice),
  ]
  if (witness === null) return []
  if (!witness.answers)
    return make(
      'fail',
      'does not answer',
      'See log/holdfast.log; while it is away, nobody notices a log that is rolled back.',
    )
  if (witness.refused.length > 0) {
    const which = witness.refused.map(
      ({ tenant, reason, since }) => `${tenant ?? 'a deleted one'} (${reason}, ${since})`,
    )
    return make(
      'fail',
      `refuses ${which.join(', ')}`,
      `An audit log is not what it was: 'holdfast audit verify NAME' says which entries. docs/audit-log.md says what to do.`,
    )
  }
  const logs = count(witness.logs, 'log')
  if (witness.uid === null)
    return make(
      'warn',
      `${logs}; runs as the same user as Holdfast`,
      'Who takes over this user can change both log and witness. Started as root, Holdfast gives the witness a user of its own; or let administrators keep checkpoints elsewhere.',
    )
  return make('ok', `${logs}, runs as user ${witness.uid} of its own`)
}

function checkLeftovers({ setAside }: InsideFacts): Finding {
  const has = setAside.length > 0
  return finding(
    'leftovers',
    'Leftovers',
    has ? 'warn' : 'ok',
    has ? `unknown instances were moved to set-aside: ${setAside.join(', ')}` : 'none',
    'They held data that the registry does not know. Keep them until you know whose it is.',
  )
}
