/**
 * Keeps the audit logs of all tenants: seals, signs, has them witnessed by another process, and verifies them.
 * It never writes an entry of its own making into a tenant's log but through `framework/audit`.
 */

export {}
