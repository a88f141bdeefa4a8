/** The applications on disk as records of ir.module.module. */

import type { AppManifest } from '../../app.ts'
import { type Queryable, sql } from '../../../sql/index.ts'
import { firstPersonalId } from './load-records.ts'

/**
 * Writes one row for every application on disk; these names become installed, the state of the others stays.
 * @param isBrought whether the installed ones were brought to the version on disk just now
 */
export async function writeModules(
  tx: Queryable,
  available: readonly AppManifest[],
  installed: ReadonlySet<string>,
  demo: boolean,
  isBrought = true,
): Promise<void> {
  const rows = available.map((app) => ({
    name: app.name,
    shortdesc: app.title,
    summary: app.summary,
    application: app.application === true,
    version: app.version,
    installed: installed.has(app.name),
    demo: demo && installed.has(app.name),
  }))
  const json = JSON.stringify(rows)
  await tx.query(sql`
    WITH wanted AS (
      SELECT * FROM jsonb_to_recordset(${json}::jsonb) AS r (name text, shortdesc text, summary text, application bool, version text, installed bool, demo bool)),
    changed AS (
      UPDATE ir_module_module m SET shortdesc = w.shortdesc, summary = w.summary, application = w.application, installed_version = w.version,
        state = CASE WHEN w.installed THEN 'installed' ELSE m.state END, demo = m.demo OR w.demo,
        latest_version = CASE WHEN w.installed AND ${isBrought} THEN w.version ELSE m.latest_version END
      FROM wanted w WHERE w.name = m.name)
    INSERT INTO ir_module_module (id, name, shortdesc, summary, application, installed_version, latest_version, state, demo, author, license, sequence, create_uid, create_date, write_uid, write_date)
    SELECT (SELECT coalesce(max(id), 0) FROM ir_module_module WHERE id < ${firstPersonalId}) + row_number() OVER (ORDER BY name),
      name, shortdesc, summary, application, version, CASE WHEN installed THEN version END, CASE WHEN installed THEN 'installed' ELSE 'uninstalled' END, demo,
      'Holdfast', 'LGPL-3', 100, 1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC'
    FROM wanted w WHERE NOT EXISTS (SELECT 1 FROM ir_module_module m WHERE m.name = w.name)`)
  await tx.query(sql`
    INSERT INTO ir_model_data (module, name, model, res_id, noupdate, create_uid, create_date, write_uid, write_date)
    SELECT 'base', 'module_' || name, 'ir.module.module', id, true, 1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC' FROM ir_module_module
    ON CONFLICT (module, name) DO NOTHING`)
}
