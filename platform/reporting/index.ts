/**
 * The second net: PostgreSQL roles that read for reports, held by row-level security that is made of the same permissions
 * and rules as every query. It never writes, and never gives a role more than its user may read.
 */

export { disableReporting, enableReporting, type Reporter, reporters, reporterRoles } from './reporters.ts'
export { refreshReporting, type Refreshed } from './refresh.ts'
