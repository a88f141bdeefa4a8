/** The steps that applications declare for their own records, by the version that brings them. */

import type { Env } from '../../../orm/index.ts'
import { type Queryable, sql } from '../../../sql/index.ts'
import type { AppManifest } from '../../app.ts'

/** Runs the steps of versions above the one that the tenant holds, lowest first. */
export async function runSteps(env: Env, tx: Queryable, apps: readonly AppManifest[]): Promise<void> {
  const rows = await tx.query<{ name: string; version: string | null }>(
    sql`SELECT name, latest_version AS version FROM ir_module_module WHERE state = 'installed'`,
  )
  const held = new Map(rows.map(({ name, version }) => [name, version]))
  for (const app of apps) {
    const from = held.get(app.name)
    if (!from || !app.upgrade) continue
    const due = Object.entries(app.upgrade).filter(
      ([version]) => compareVersions(version, from) > 0 && compareVersions(version, app.version) <= 0,
    )
    due.sort(([a], [b]) => compareVersions(a, b))
    for (const [, step] of due) await step(env)
  }
}

/** Negative when `a` is the earlier version. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [a.split('.').map(Number), b.split('.').map(Number)]
  for (let i = 0; i < 3; i++) if ((x[i] ?? 0) !== (y[i] ?? 0)) return (x[i] ?? 0) - (y[i] ?? 0)
  return 0
}
