/** Brings a backup back: beside the live database under a new name, or over it, with a safety backup before. */

import { ConflictError, MissingError } from '../../../framework/errors.ts'
import { openPool, sql } from '../../../framework/sql/index.ts'
import { adoptLog, carryLog } from '../../audit/index.ts'
import { type Home, keyVault, type TenantConnection } from '../../tenants/index.ts'
import type { ArchiveReport } from '../archive/read-archive.ts'
import { OWN_LIMITS } from '../archive/tar-entries.ts'
import type { BackupRecord } from '../stores/catalog.ts'
import { createBackup } from './create.ts'
import { loadArchive } from '../database/load.ts'
import { neutralise } from './neutralise.ts'
import { type Progress, silent } from './progress.ts'
import { tenantOf, vaultOf } from '../stores/vault.ts'
import { openBackup, verifyBackup } from './verify.ts'

export interface RestoreOptions {
  /**
   * Whether the restored database may not act outwards (mail, jobs, payments, webhooks). Default: yes beside, no over.
   * Sessions and one-time links of the backup end in both.
   */
  readonly neutralise?: boolean
  readonly progress?: Progress
}

export interface RestoredBackup {
  readonly tenant: TenantConnection
  readonly report: ArchiveReport
  /** The backup that was taken of the live database just before, when it was replaced. */
  readonly safety: BackupRecord | null
  /** Tables that were changed so that the copy keeps quiet. */
  readonly neutralised: readonly string[]
}

/**
 * Restores beside: a new tenant with keys, instance and files of its own. The backup is read whole before anything is
 * made, and a failure leaves nothing.
 * @throws as `verifyBackup`; ConflictError ERR_TENANT_NAME_TAKEN; ValidationError ERR_RESTORE_ROWS
 */
export async function restoreBeside(
  home: Home,
  id: string,
  name: string,
  options: RestoreOptions = {},
): Promise<RestoredBackup> {
  const progress = options.progress ?? silent
  if (home.tenants.get(name) !== null)
    throw new ConflictError(
      'ERR_TENANT_NAME_TAKEN',
      `There is a database '${name}' already; choose another name, or restore over it.`,
    )
  const { store, catalog } = await vaultOf(home)
  const backup = await catalog.get(id)
  await verifyBackup(home, id, { progress })
  const { keys } = await tenantOf(home, backup)
  const restored = holder()
  const tenant = await home.tenants.create({
    name,
    fileNamesOf: backup.tenantId,
    prepare: async (target) => {
      const source = openBackup(store, backup, keys, 'verify', silent)
      restored.report = await loadArchive(target, source, OWN_LIMITS, progress, async (tx) => {
        restored.neutralised = await neutralise(tx, { outbound: options.neutralise ?? true })
        await adoptLog(tx, keyVault(keys), keyVault(target.keys))
      })
    },
  })
  return { tenant, safety: null, ...filled(restored) }
}

/**
 * Restores over the live database: takes a safety backup, fills an instance beside, and switches in one step. What was
 * live is kept for seven days, and `undoRestore` brings it back. The audit log is not taken back: it goes on. What is written between safety backup and switch is in
 * the kept instance only.
 * @throws as `restoreBeside`; then the live database serves on as if nothing had been
 */
export async function restoreOver(
  home: Home,
  id: string,
  name: string,
  options: RestoreOptions = {},
): Promise<RestoredBackup> {
  const progress = options.progress ?? silent
  const { store, catalog } = await vaultOf(home)
  const backup = await catalog.get(id)
  const record = home.tenants.get(name)
  if (record === null) throw new MissingError('ERR_TENANT_UNKNOWN', 'There is no database of that name.')
  if (record.id !== backup.tenantId) {
    throw new ConflictError(
      'ERR_RESTORE_FOREIGN',
      'The backup is of another database; restore it beside under a new name.',
    )
  }
  await verifyBackup(home, id, { progress })
  // Keeps promise: backups/restore
  const safety = await createBackup(home, name, { reason: 'safety', progress })
  const live = await home.tenants.wake(name)
  const epochAbove = await epochOf(live)
  const restored = holder()
  let letLogGoOn = (): void => {}
  try {
    const tenant = await home.tenants.replaceInstance(name, {
      prepare: async (target) => {
        const source = openBackup(store, backup, target.keys, 'verify', silent)
        restored.report = await loadArchive(target, source, OWN_LIMITS, progress, async (tx) => {
          restored.neutralised = await neutralise(tx, { outbound: options.neutralise ?? false, epochAbove })
        })
        letLogGoOn = await carryLog(home, {
          live: await home.tenants.wake(name),
          into: target,
          pending: 'known',
          kind: 'database.restored',
          what: { backup: backup.id, takenAt: backup.takenAt, safety: safety.id },
        })
      },
    })
    return { tenant, safety, ...filled(restored) }
  } finally {
    letLogGoOn()
  }
}

/** Puts back what the last restore over replaced; the audit log goes on. @throws ConflictError ERR_NOTHING_RETIRED */
export async function undoRestore(home: Home, name: string): Promise<TenantConnection> {
  const live = await home.tenants.wake(name)
  const release = live.hold()
  let letLogGoOn = (): void => {}
  try {
    return await home.tenants.undoReplace(name, async (before) => {
      const what = { generation: live.generation }
      letLogGoOn = await carryLog(home, { live, into: before, pending: 'own', kind: 'database.restore-undone', what })
    })
  } finally {
    letLogGoOn()
    release()
  }
}

/** One name for both kinds, as the command line has it. */
export function restoreBackup(
  home: Home,
  id: string,
  target: { readonly as: string } | { readonly over: string },
  options: RestoreOptions = {},
): Promise<RestoredBackup> {
  return 'as' in target ? restoreBeside(home, id, target.as, options) : restoreOver(home, id, target.over, options)
}

/** The rights epoch of a database; 0 where it has none. */
async function epochOf(tenant: TenantConnection): Promise<number> {
  const pool = openPool({ ...tenant.address, max: 1, applicationName: 'holdfast-restore' })
  try {
    const [found] = await pool.query<{ has: boolean }>(sql`SELECT to_regclass('app.hf_epoch') IS NOT NULL AS has`)
    if (found?.has !== true) return 0
    const [epoch] = await pool.query<{ n: number }>(sql`SELECT greatest(n, models) AS n FROM app.hf_epoch`)
    return epoch?.n ?? 0
  } finally {
    await pool.close()
  }
}

interface Holder {
  report: ArchiveReport | null
  neutralised: readonly string[]
}

/** What `prepare` finds out, for the caller of the function that it is passed to. */
export function holder(): Holder {
  return { report: null, neutralised: [] }
}

export function filled(from: Holder): Pick<RestoredBackup, 'report' | 'neutralised'> {
  if (from.report === null) throw new ConflictError('ERR_RESTORE', 'The database was not filled.')
  return { report: from.report, neutralised: from.neutralised }
}
