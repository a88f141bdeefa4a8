/** The process that makes a change on a copy of a database: it loads framework and applications as they are on disk. */

import { text } from 'node:stream/consumers'
import { type Tenant, withEnv } from '../../../../../framework/access/index.ts'
import { AppError } from '../../../../../framework/errors.ts'
import {
  loadedApps,
  openTenant,
  planUpgrade,
  readEveryModel,
  uninstallApps,
  upgradeTenant,
} from '../../../../../framework/modules/index.ts'
import { openPool } from '../../../../../framework/sql/index.ts'
import { adminUid } from '../../../hosting/create-tenant.ts'

export interface Order {
  readonly address: {
    readonly host: string
    readonly port: number
    readonly database: string
    readonly user: string
    readonly password: string
  }
  readonly change:
    | { readonly do: 'upgrade'; readonly dropRemoved: boolean }
    | { readonly do: 'uninstall'; readonly apps: readonly string[] }
}

export interface Rehearsed {
  /** Why there was something to do; empty for an upgrade of a database that is up to date. */
  readonly reasons: readonly string[]
  /** What was done, in words. */
  readonly words: readonly string[]
  /** What each installed application on disk declares, as a hash. */
  readonly declares: Readonly<Record<string, string>>
}

/** The one line that the process prints. */
export type Answer = Rehearsed | { readonly code: string; readonly message: string; readonly stack: string }

async function perform({ address, change }: Order): Promise<Rehearsed> {
  const pool = openPool({ ...address, statementTimeoutMs: 0, applicationName: 'holdfast-rehearsal' })
  try {
    const tenant = await openTenant({ name: 'rehearsal', pool, files: noFiles() })
    const declares = await loadedApps(tenant.registry.apps)
    if (change.do === 'uninstall') {
      const { words } = await uninstallApps(tenant, change.apps)
      await readAsAdministrator(tenant)
      return { reasons: [], words, declares }
    }
    const options = { dropRemoved: change.dropRemoved }
    const { reasons, words } = await planUpgrade(tenant, options)
    if (reasons.length > 0 || words.length > 0) {
      await upgradeTenant(tenant, options)
      await readAsAdministrator(tenant)
    }
    return { reasons, words, declares }
  } finally {
    await pool.close()
  }
}

function readAsAdministrator(tenant: Tenant): Promise<void> {
  return withEnv(tenant, adminUid, { mode: 'read' }, readEveryModel)
}

// The copy has no files: what is put is forgotten, and a file that is read is empty.
function noFiles(): Tenant['files'] {
  return { put: async () => '0'.repeat(64), get: async () => null }
}

async function answer(): Promise<Answer> {
  try {
    return await perform(JSON.parse(await text(process.stdin)) as Order)
  } catch (error) {
    const { message, stack } = error as Error
    const isOurs = error instanceof AppError && error.status < 500
    return { code: isOurs ? error.code : '', message, stack: stack ?? '' }
  }
}

process.stdout.write(`${JSON.stringify(await answer())}\n`)
