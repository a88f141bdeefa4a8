/** Brings a tenant to the applications as they are on disk now, or tells what that would do. */

import { actorOf, originWithin, recordAudit } from '../../../audit/index.ts'
import type { Tenant } from '../../../access/index.ts'
import { type Queryable, sql, type Transaction } from '../../../sql/index.ts'
import { loadApps } from '../../discover/load.ts'
import { readPrevious } from '../../schema/previous.ts'
import { readPlan, type SchemaReport } from '../../schema/sync.ts'
import { installedApps } from '../../tenant/tenant-registry.ts'
import { alone } from '../alone.ts'
import { bring } from '../bring.ts'
import { changedApps } from './fingerprint.ts'
import { registryAhead } from './registry-ahead.ts'

export interface UpgradeOptions {
  /** Drop what earlier versions left behind, with its values; default: it is kept aside. */
  readonly dropRemoved?: boolean
}

/** What an upgrade would do. */
export interface UpgradePlan {
  /** Why there is something to do; empty when the tenant is up to date. */
  readonly reasons: readonly string[]
  /** What would happen, in words. */
  readonly words: readonly string[]
  /** Why it would be refused, before anything is touched. */
  readonly refusals: readonly string[]
}

/**
 * Brings schema, records and rights to the applications, in one transaction. A second time it changes nothing.
 * @throws ConflictError ERR_SCHEMA_LOSS before anything is touched, ERR_UPGRADE_CHECK when a check at the end fails; either
 *   way the tenant stays as it was
 */
export async function upgradeTenant(tenant: Tenant, options: UpgradeOptions = {}): Promise<SchemaReport> {
  await loadApps(tenant.registry.apps)
  return alone(tenant, (tx) => upgradeIn(tenant, tx, options))
}

async function upgradeIn(
  tenant: Tenant,
  tx: Transaction,
  { dropRemoved = false }: UpgradeOptions = {},
): Promise<SchemaReport> {
  const apps = await loadApps(await installedApps(tx))
  const of = new Set(apps.map(({ name }) => name))
  const report = await bring(tenant, tx, apps, {
    demo: false,
    of,
    upgrade: true,
    discard: dropRemoved ? 'all' : 'nothing',
  })
  const versions = Object.fromEntries(apps.map(({ name, version }) => [name, version]))
  await recordAudit(tx, actorOf(originWithin('command'), null), [
    { kind: 'app.upgraded', what: { apps: versions, changes: report.changes } },
  ])
  return report
}

/**
 * Whether the applications on disk are other than those the tenant was brought to: another version, another declaration of
 * fields, records or rights, or a schema that differs from the models.
 */
export async function needsUpgrade(tenant: Tenant): Promise<boolean> {
  return (await planUpgrade(tenant)).reasons.length > 0
}

/** Whether the tenant cannot be served by the applications as they are loaded, because its schema is behind. */
export async function lacksUpgrade(tenant: Tenant): Promise<boolean> {
  const apps = await loadApps(tenant.registry.apps)
  // The hash is quick to compare; only where it differs the schema is looked at.
  if ((await changedApps(tenant.pool, apps)).length === 0) return false
  const previous = await readPrevious(tenant.pool)
  return (await readPlan(tenant.pool, tenant.registry, { previous })).size > 0
}

/** What an upgrade would do; changes nothing. */
export async function planUpgrade(tenant: Tenant, { dropRemoved = false }: UpgradeOptions = {}): Promise<UpgradePlan> {
  return planIn(tenant.pool, dropRemoved)
}

async function planIn(db: Queryable, dropRemoved: boolean): Promise<UpgradePlan> {
  const rows = await db.query<{ name: string; version: string | null }>(
    sql`SELECT name, latest_version AS version FROM ir_module_module WHERE state = 'installed'`,
  )
  const held = new Map(rows.map(({ name, version }) => [name, version]))
  const apps = await loadApps([...held.keys()])
  const reasons: string[] = []
  for (const { name, version } of apps) {
    if (!held.has(name)) reasons.push(`${name} is needed and not installed`)
    else if (held.get(name) !== version) reasons.push(`${name} ${held.get(name) ?? ''} becomes ${version}`)
  }
  const changed = await changedApps(db, apps)
  for (const name of changed)
    if (!reasons.some((reason) => reason.startsWith(`${name} `)))
      reasons.push(`${name} declares other models, records or rights`)
  const previous = await readPrevious(db)
  const registry = await registryAhead(
    apps.map(({ name }) => name),
    db,
    previous,
  )
  const change = await readPlan(db, registry, { previous, discard: dropRemoved ? 'all' : 'nothing' })
  if (change.size > 0 && reasons.length === 0) reasons.push('the schema differs from the models')
  return { reasons, words: change.words, refusals: change.refusals }
}
