/**
 * Brings databases of other systems into tenants: backups of Odoo 17 to 19.
 * It never executes anything of what it reads, and never drops a row in silence.
 */

export { type ArchiveLimits, defaultLimits } from './archive/entry-rules.ts'
export { importOdoo, type ImportOptions, type ImportTarget } from './import-odoo.ts'
export { existingTenant, newTenant } from './targets.ts'
export { renderReport } from './report/render.ts'
export type { BrokenRule, FieldDifference, ImportReport, TableReport } from './report/import-report.ts'
