/** A hash of what an application declares, kept in the tenant: when it differs, the tenant needs an upgrade. */

import { createHash } from 'node:crypto'
import { declared } from '../../../orm/index.ts'
import { type Queryable, sql } from '../../../sql/index.ts'
import type { AppManifest } from '../../app.ts'
import { loadApps } from '../../discover/load.ts'

const known = new Map<string, string>()

/** The hash of version, models, fields, records and access; functions do not count, for they leave nothing in a database. */
export function fingerprintOf(app: AppManifest): string {
  let hash = known.get(app.name)
  if (hash === undefined) {
    const { name, version, title, summary, depends, application } = app
    const mine = declared().filter((d) => d.app === name && ['model', 'extend', 'records', 'access'].includes(d.is))
    // JSON leaves functions out.
    const text = JSON.stringify([{ version, title, summary, depends, application }, mine])
    hash = createHash('sha256').update(text).digest('hex')
    known.set(name, hash)
  }
  return hash
}

/** What these applications declare, as this process has loaded them: name → hash. */
export async function loadedApps(names: readonly string[]): Promise<Record<string, string>> {
  return Object.fromEntries((await loadApps(names)).map((app) => [app.name, fingerprintOf(app)]))
}

/** Notes that the tenant holds what these applications declare now. */
export async function saveFingerprints(tx: Queryable, apps: readonly AppManifest[]): Promise<void> {
  const rows = JSON.stringify(apps.map((app) => ({ name: app.name, declares: fingerprintOf(app) })))
  await tx.query(sql`DELETE FROM hf_app WHERE name <> ALL(${apps.map(({ name }) => name)}::text[])`)
  await tx.query(sql`
    INSERT INTO hf_app (name, declares) SELECT name, declares FROM jsonb_to_recordset(${rows}::jsonb) AS r (name text, declares text)
    ON CONFLICT (name) DO UPDATE SET declares = excluded.declares WHERE hf_app.declares <> excluded.declares`)
}

/** Names of these applications that declare something else now than the tenant holds. */
export async function changedApps(db: Queryable, apps: readonly AppManifest[]): Promise<string[]> {
  const [there] = await db.query<{ yes: boolean }>(sql`SELECT to_regclass('hf_app') IS NOT NULL AS yes`)
  const rows =
    there?.yes === true
      ? await db.query<{ name: string; declares: string }>(sql`SELECT name, declares FROM hf_app`)
      : []
  const held = new Map(rows.map((row) => [row.name, row.declares]))
  return apps.filter((app) => held.get(app.name) !== fingerprintOf(app)).map(({ name }) => name)
}
