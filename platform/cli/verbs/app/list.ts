/** `holdfast app list`. */

import { availableApps } from '../../../../framework/modules/index.ts'
import { sql } from '../../../../framework/sql/index.ts'
import { argument, homeVerb } from '../../command/verb.ts'
import { table } from '../../output/table.ts'
import { recordOf } from '../tenant/change.ts'

interface AppLine {
  readonly name: string
  readonly title: string
  /** Version that the database was brought to; null when it is not installed. */
  readonly installed: string | null
  /** Version on disk. */
  readonly onDisk: string
}

/** Lists the applications on disk, and which of them a database has. */
export const appList = homeVerb<{ readonly apps: readonly AppLine[] }>({
  name: 'app list',
  summary: 'List applications, and which of them a database has',
  arguments: [{ name: 'NAME', isRequired: true, doc: 'name of the database' }],
  options: {},
  home: 'need',
  run: async ({ home, tenants }, args) => {
    const { name } = recordOf(home, argument(args, 'NAME'))
    const tenant = await tenants.open(name)
    const rows = await tenant.pool.query<{ name: string; version: string | null }>(
      sql`SELECT name, latest_version AS version FROM ir_module_module WHERE state = 'installed'`,
    )
    const held = new Map(rows.map((row) => [row.name, row.version]))
    const apps = (await availableApps()).map((app) => ({
      name: app.name,
      title: app.title,
      installed: held.get(app.name) ?? null,
      onDisk: app.version,
    }))
    return { apps }
  },
  print: ({ apps }, terminal) =>
    table(
      apps,
      [
        { title: 'APPLICATION', cell: (app) => app.name },
        { title: 'INSTALLED', cell: (app) => app.installed ?? '–' },
        {
          title: 'ON DISK',
          cell: (app) => app.onDisk,
          paint: (text, app) => (app.installed !== null && app.installed !== app.onDisk ? terminal.yellow(text) : text),
        },
        { title: 'TITLE', cell: (app) => app.title },
      ],
      terminal,
    ),
})
