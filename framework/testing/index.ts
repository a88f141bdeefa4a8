/**
 * What tests need to run on real databases: tenants cloned from shared templates, users, empty databases.
 * It is no part of the product: only tests import it, and nothing of it ever runs in a server.
 */

export { actAs, asUser, type TestUser } from './as-user.ts'
export { addressOf, scratchUsers } from './scratch-users.ts'
export { emptyDatabase, testTenant, type TestTenantOptions, twoTenants } from './test-tenant.ts'
export { atEnd, testHome } from './test-home.ts'
