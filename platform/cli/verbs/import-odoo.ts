/** `holdfast import-odoo`. */

import { existingTenant, importOdoo, type ImportReport, type ImportTarget, renderReport } from '../../migrate/index.ts'
import { checkTenantName } from '../../tenants/index.ts'
import { argument, homeVerb, option } from '../command/verb.ts'
import { firstLoginLink } from '../hosting/admin-link.ts'
import { createTenant } from '../hosting/create-tenant.ts'
import { facts } from '../output/table.ts'
import { plain } from '../output/terminal.ts'
import { checkReadableFile } from './readable-file.ts'

interface Imported extends ImportReport {
  readonly url: string
  readonly db: string
  /** For a new database whose administrator the backup brought no password. */
  readonly loginLink: string | null
}

/** What a database that is made for an import starts with. */
const apps = ['sales']

/** Reads a backup of Odoo into a database. */
export const importOdooVerb = homeVerb<Imported>({
  name: 'import-odoo',
  summary: 'Bring a backup of Odoo 17, 18 or 19 into a database',
  details: `The zip is read as data: nothing of it is ever executed. The database is made when it is not there, and taken away
again when the import fails. People sign in with their old passwords. What has no place here is kept aside and counted
in the report; nothing is dropped in silence. See docs/guides/migrate-from-odoo.md.`,
  arguments: [
    { name: 'ZIP', isRequired: true, isPath: true, doc: `a backup of Odoo's database manager (zip with filestore)` },
  ],
  options: { tenant: { value: 'NAME', isRequired: true, doc: 'database to import into; made when it is not there' } },
  examples: ['holdfast import-odoo backup.zip --tenant acme'],
  home: 'make',
  plan: async ({ home }, args) => {
    const name = option(args, 'tenant') ?? ''
    const zip = argument(args, 'ZIP')
    await checkReadableFile(zip)
    checkTenantName(name)
    return [
      `check ${zip} to its last byte`,
      ...(home.tenants.get(name) === null ? [`make the database ${name} with ${apps.join(', ')}`] : []),
      `import into ${name}, all or nothing`,
    ]
  },
  run: async (hosting, args, report) => {
    const { home, tenants, templates, stopping } = hosting
    const name = option(args, 'tenant') ?? ''
    const zip = argument(args, 'ZIP')
    checkTenantName(name)
    await checkReadableFile(zip)
    const target: ImportTarget = {
      use: async (work) => {
        if (home.tenants.get(name) !== null)
          return existingTenant(await tenants.open(name), (await home.tenants.wake(name)).hold).use(work)
        await createTenant(
          home,
          templates,
          { name, apps, demo: false, adminLogin: 'admin', fill: (tenant) => work(tenant, true) },
          report,
          stopping,
        )
      },
    }
    const imported = await importOdoo(target, zip, { progress: (step) => report.progress(step) })
    return {
      ...imported,
      url: hosting.urlOf(name),
      db: name,
      loginLink: imported.tenantCreated ? await firstLoginLink(hosting, name) : null,
    }
  },
  print: ({ url, loginLink, ...report }, terminal) =>
    [
      `${terminal.green('✓')} The backup is imported.`,
      '',
      plain(renderReport(report)),
      facts([['Address', url], ...(loginLink === null ? [] : [['First login', loginLink] as const])], terminal),
    ].join('\n'),
})
