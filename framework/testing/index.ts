/**
 * What tests need to run on real databases: tenants cloned from shared templates, users, empty databases, and a policy
 * worked out in memory to compare answers with.
 * It is no part of the product: only tests import it, and nothing of it ever runs in a server.
 */

export { type PendingEntry, takeEntries } from './audit-log.ts'
export { actAs, asUser, type TestUser } from './as-user.ts'
export { type Content, readContent, type Row } from './policy/content.ts'
export { type AccessRow, Denied, type Operation, operations, Policy } from './policy/policy.ts'
export { policyOf, readAccessRows } from './policy/read-policy.ts'
export { addressOf, scratchUsers } from './scratch-users.ts'
export { emptyDatabase, testTenant, type TestTenantOptions, twoTenants } from './test-tenant.ts'
export { isLongRun, tellProof } from './tell-proof.ts'
export { atEnd, testHome } from './test-home.ts'
