/**
 * The audit log of a tenant: entries written in the transaction of what they tell of, sealed into a Merkle tree afterwards.
 * It decides nothing and knows neither models nor rights.
 */

export { type AuditActor, type AuditEvent, type PersonalPart, recordAudit } from './record.ts'
export { auditTables } from './tables.ts'
