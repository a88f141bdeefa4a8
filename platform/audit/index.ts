/**
 * Keeps the audit logs of all tenants: seals, signs, has them witnessed by another process, and verifies them.
 * It never writes an entry of its own making into a tenant's log but through `framework/audit`.
 */

export { adoptLog, carryLog } from './carry.ts'
export { type AuditKeeper, type AuditNote, keepAudit } from './keeper.ts'
export { type CheckpointOutcome, openTenantLog, type TenantLog, type TenantVerification } from './tenant-log.ts'
export { openWitness, type Witness } from './witness/client.ts'
export type { HeldLog, Refusal, RefusalReason, WitnessIdentity } from './witness/messages.ts'
